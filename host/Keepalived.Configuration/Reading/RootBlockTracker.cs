namespace Keepalived.Configuration;

/// <summary>Knows whether a line stands directly in <c>global_defs</c>, where <c>include_check</c> and <c>random_seed</c> are acted on at once.</summary>
internal sealed class RootBlockTracker
{
    private int _depth;
    private bool _lastIsGlobals;
    private bool _inGlobals;

    /// <summary>The statements of the last line that stand directly in <c>global_defs</c>, from their first word to the next brace.</summary>
    public List<Range> Globals { get; } = [];

    /// <summary>Follows a line of the configuration.</summary>
    public void Follow(ReadOnlySpan<byte> line)
    {
        Globals.Clear();
        int start = 0;
        bool quoted = false;
        for (int at = line.IndexOfAny(Separators.BracesAndQuote); at >= 0;)
        {
            byte value = line[at];
            quoted ^= value == '"';
            if (!quoted && value != '"')
            {
                Words(line, start, at);
                Brace(value == '{');
                start = at + 1;
            }

            int next = line[(at + 1)..].IndexOfAny(Separators.BracesAndQuote);
            at = next < 0 ? -1 : at + 1 + next;
        }

        Words(line, start, line.Length);
    }

    private void Words(ReadOnlySpan<byte> line, int start, int end)
    {
        start = Separators.SkipBlanks(line[..end], start);
        if (start >= end)
        {
            return;
        }

        if (_depth == 1 && _inGlobals)
        {
            Globals.Add(start..end);
        }
        else if (_depth == 0)
        {
            ReadOnlySpan<byte> keyword = "global_defs"u8;
            ReadOnlySpan<byte> rest = line[start..end];
            _lastIsGlobals = rest.StartsWith(keyword) && (rest.Length == keyword.Length || Separators.IsBlank(rest[keyword.Length]));
        }
    }

    private void Brace(bool opens)
    {
        if (opens && _depth == 0)
        {
            _inGlobals = _lastIsGlobals;
            _lastIsGlobals = false;
        }

        _depth = Math.Max(0, _depth + (opens ? 1 : -1));
    }
}
