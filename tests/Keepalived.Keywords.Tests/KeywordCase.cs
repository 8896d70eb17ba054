using Keepalived.Configuration;

namespace Keepalived.Keywords.Tests;

/// <summary>
/// A line of a case file: what to write behind a keyword so that it is accepted, and so that it is not. Columns, separated by tabs:
/// <list type="number">
/// <item>path</item>
/// <item>good: arguments that are accepted without a finding (but for deprecated, and without effect yet). A block may add its body:
/// <c>ARGUMENTS { LINE ; LINE }</c>; keywords inside that block are then tried among these lines. For a block of values whose
/// arguments are the lines, what has no braces is one line.</item>
/// <item>bad: the same with a mistake; <c>-</c> when no argument is wrong</item>
/// <item>class: the <see cref="DiagnosticClass"/> of the finding about the bad value</item>
/// <item>why there is no bad value</item>
/// <item>lines that the keyword needs before it in the same block, separated by <c> ; </c></item>
/// <item>what the keyword without any argument gives instead of MissingParameter: a class, or <c>accepted</c></item>
/// </list>
/// Only findings on the lines of the keyword (of a block: to its closing brace) count.
/// </summary>
internal sealed record KeywordCase(string File, int Line, string Path, string Good, string Bad, string Class, string Why, string Siblings, string Alone)
{
    /// <summary>All cases by path.</summary>
    internal static IReadOnlyDictionary<string, KeywordCase> All { get; } = Load();

    internal string Name => Path[(Path.LastIndexOf('/') + 1)..];

    internal bool HasBad => Bad is not ("-" or "");

    private static Dictionary<string, KeywordCase> Load()
    {
        Dictionary<string, KeywordCase> all = new(StringComparer.Ordinal);
        string directory = System.IO.Path.Combine(AppContext.BaseDirectory, "Cases");
        foreach (string file in Directory.EnumerateFiles(directory, "*.tsv").Order(StringComparer.Ordinal))
        {
            int number = 0;
            foreach (string line in System.IO.File.ReadLines(file))
            {
                number++;
                if (line.Length > 0 && line[0] != '#')
                {
                    KeywordCase read = Parse(System.IO.Path.GetFileName(file), number, line);
                    if (!all.TryAdd(read.Path, read))
                    {
                        throw new InvalidDataException($"{read.File}:{number}: '{read.Path}' has a case already, at {all[read.Path].File}:{all[read.Path].Line}");
                    }
                }
            }
        }

        return all;
    }

    private static KeywordCase Parse(string file, int number, string line)
    {
        string[] fields = line.Split('\t');
        string Field(int index) => index < fields.Length ? fields[index].Trim() : "";
        return fields.Length < 3
            ? throw new InvalidDataException($"{file}:{number}: a case has at least path, good value and bad value")
            : new KeywordCase(file, number, Field(0), Field(1), Field(2), Field(3), Field(4), Field(5), Field(6));
    }
}
