using System.Text;

namespace Keepalived.Differential.Tests;

/// <summary>Which line ends which block, by counting braces outside comments and quotes.</summary>
internal sealed class BlockLines
{
    private readonly Dictionary<(string File, int Line), int> _openings = [];

    internal BlockLines(TriedFile file)
    {
        Scan("main.conf", file.Text);
        foreach ((string name, byte[] text) in file.Others)
        {
            Scan(name, text);
        }
    }

    /// <summary>The line, and all lines of its block when it ends one.</summary>
    internal IEnumerable<(string File, int Line)> About((string File, int Line) place) =>
        _openings.TryGetValue(place, out int opening)
            ? Enumerable.Range(opening, place.Line - opening + 1).Select(line => (place.File, line))
            : [place];

    private void Scan(string name, byte[] text)
    {
        Stack<int> open = new();
        int number = 0;
        int keyword = 0;
        foreach (string line in Encoding.Latin1.GetString(text).Split('\n'))
        {
            number++;
            bool quoted = false;
            foreach (char character in line)
            {
                if (character == '"')
                {
                    quoted = !quoted;
                }
                else if (!quoted && character is '#' or '!')
                {
                    break;
                }
                else if (!quoted && character == '{')
                {
                    // A brace on a line of its own belongs to the keyword above it.
                    open.Push(line.TrimStart().StartsWith('{') ? keyword : number);
                }
                else if (!quoted && character == '}' && open.TryPop(out int opening))
                {
                    _openings[(name, number)] = opening;
                }
            }

            keyword = line.Trim().Length > 0 ? number : keyword;
        }
    }
}
