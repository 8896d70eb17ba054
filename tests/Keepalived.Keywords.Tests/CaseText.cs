using Keepalived.Configuration;

namespace Keepalived.Keywords.Tests;

/// <summary>A configuration made for one keyword: the blocks around it with their good values, and the keyword with the value to try.</summary>
internal sealed class CaseText
{
    private readonly List<string> _lines = [];
    private readonly string _path;
    private readonly IReadOnlyDictionary<string, ListedKeyword> _keywords;

    private CaseText(string path, IReadOnlyDictionary<string, ListedKeyword> keywords)
    {
        _path = path;
        _keywords = keywords;
    }

    /// <summary>First line of the keyword, from 1.</summary>
    internal int First { get; private set; }

    /// <summary>Last line of the keyword.</summary>
    internal int Last { get; private set; }

    internal string Text => string.Join('\n', _lines) + "\n";

    /// <summary>Makes the configuration.</summary>
    /// <param name="path">The keyword.</param>
    /// <param name="value">What stands behind it; null for nothing at all.</param>
    /// <param name="keywords">The registered keywords.</param>
    internal static CaseText Make(string path, string? value, IReadOnlyDictionary<string, ListedKeyword> keywords)
    {
        CaseText text = new(path, keywords);
        string[] names = path.Split('/');
        for (int depth = 1; depth < names.Length; depth++)
        {
            text.OpenBlock(string.Join('/', names[..depth]), names[depth]);
        }

        text.Add(KeywordCase.All.GetValueOrDefault(path)?.Siblings ?? "");
        text.AddKeyword(value);
        text._lines.AddRange(Enumerable.Repeat("}", names.Length - 1));
        return text;
    }

    private void OpenBlock(string path, string without)
    {
        KeywordCase block = KeywordCase.All.GetValueOrDefault(path) ??
            throw new InvalidDataException($"'{_path}' cannot be tried: the block '{path}' has no line in Cases/*.tsv");
        Add(block.Siblings);
        (string arguments, string? body) = Split(block.Good);
        _lines.Add($"{block.Name} {arguments} {{");
        foreach (string line in Lines(body ?? ""))
        {
            // The keyword that is tried stands there once, as the case has it.
            if (line.Split(' ', '{')[0] != without)
            {
                _lines.Add(line);
            }
        }
    }

    private void AddKeyword(string? value)
    {
        string name = _path[(_path.LastIndexOf('/') + 1)..];
        ListedKeyword? listed = _keywords.GetValueOrDefault(_path);
        First = _lines.Count + 1;
        if (listed is null || listed.Shape == KeywordShape.Line)
        {
            _lines.Add($"{name} {value}".TrimEnd());
        }
        else
        {
            (string arguments, string? body) = Split(value ?? "");
            if (body is null && listed.Shape == KeywordShape.Lines && listed.Spec.Arguments.StartsWith('{'))
            {
                (arguments, body) = ("", arguments);
            }

            _lines.Add($"{name} {arguments}".TrimEnd() + " {");
            Add(body ?? "");
            _lines.Add("}");
        }

        Last = _lines.Count;
    }

    private void Add(string lines) => _lines.AddRange(Lines(lines));

    private static string[] Lines(string text) => text.Split(" ; ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>Takes <c>ARGUMENTS { BODY }</c> apart; a brace inside quotes or of a reference is none.</summary>
    private static (string Arguments, string? Body) Split(string value)
    {
        int open = value.StartsWith('{') ? 0 : value.IndexOf(" {", StringComparison.Ordinal);
        return open < 0 || !value.EndsWith('}')
            ? (value, null)
            : (value[..open].Trim(), value[(value.IndexOf('{', open) + 1)..^1].Trim());
    }
}
