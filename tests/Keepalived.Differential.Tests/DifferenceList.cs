using System.Text.RegularExpressions;

namespace Keepalived.Differential.Tests;

/// <summary>
/// The differences that are meant, one a line: <c>file TAB side TAB message TAB reason</c>. File and message are regular expressions for the
/// whole name and for a part of the message; side is <c>C</c> (C says it and we do not), <c>ours</c>, or <c>exit</c>.
/// A fifth field <c>rare</c>: a short run need not meet it.
/// </summary>
internal sealed class DifferenceList
{
    private readonly List<Entry> _entries = [];

    /// <summary>Reads Differences/NAME.tsv.</summary>
    internal DifferenceList(string name)
    {
        string path = Path.Combine(AppContext.BaseDirectory, "Differences", name + ".tsv");
        int number = 0;
        foreach (string line in System.IO.File.ReadLines(path))
        {
            number++;
            if (line.Length > 0 && line[0] != '#')
            {
                string[] fields = line.Split('\t');
                if (fields.Length is not (4 or 5) || fields[3].Trim().Length < 10)
                {
                    throw new InvalidDataException($"{name}.tsv:{number}: an entry is file, side, message and reason, separated by tabs");
                }

                _entries.Add(new Entry(number, new Regex($"^(?:{fields[0]})$"), fields[1], new Regex(fields[2]), fields.Length == 5));
            }
        }

        Name = name;
    }

    internal string Name { get; }

    /// <summary>Entries that have explained nothing so far.</summary>
    internal IReadOnlyList<string> Unused(bool withRare) => [.. _entries.Where(entry => !entry.Used && (withRare || !entry.IsRare)).Select(entry => $"{Name}.tsv:{entry.Number} {entry.File} {entry.Side} {entry.Text}")];

    /// <summary>True when the difference is listed.</summary>
    internal bool Explains(Difference difference)
    {
        Entry? found = _entries.Find(entry => entry.Side == difference.Side && entry.File.IsMatch(difference.File) && entry.Text.IsMatch(difference.Text));
        if (found is not null)
        {
            found.Used = true;
        }

        return found is not null;
    }

    /// <summary>True when an entry is about the file, whatever it says of it.</summary>
    internal bool Names(string file) => _entries.Exists(entry => entry.File.IsMatch(file));

    private sealed record Entry(int Number, Regex File, string Side, Regex Text, bool IsRare)
    {
        public bool Used { get; set; }
    }
}
