namespace Keepalived.Configuration;

/// <summary>What a statement is.</summary>
internal enum StatementKind
{
    /// <summary>Words: a keyword with its arguments, or a line of values.</summary>
    Words,

    /// <summary><c>{</c>.</summary>
    Open,

    /// <summary><c>}</c>.</summary>
    Close,

    /// <summary>The end of the configuration.</summary>
    End,
}

/// <summary>A piece of a line between braces.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Line">Index of the line; the last line for the end.</param>
/// <param name="Start">Offset of its first byte in the line.</param>
/// <param name="End">Offset after its last byte.</param>
internal readonly record struct Statement(StatementKind Kind, int Line, int Start, int End);

/// <summary>
/// Splits lines into statements: braces outside double quotes stand alone wherever they are written, so <c>kw{</c>, <c>{ a }</c> and
/// <c>}}</c> all work. One statement can be looked at in advance.
/// </summary>
internal sealed class StatementReader(ExpandedConfiguration configuration)
{
    private int _line;
    private int _offset;
    private Statement? _ahead;

    public ExpandedConfiguration Configuration { get; } = configuration;

    public Statement Next()
    {
        if (_ahead is { } statement)
        {
            _ahead = null;
            return statement;
        }

        return Scan();
    }

    public Statement Peek() => _ahead ??= Scan();

    /// <summary>Where the next statement is looked for; only when none was looked at in advance.</summary>
    public (int Line, int Offset) Position
    {
        get => (_line, _offset);
        set
        {
            (_line, _offset) = value;
            _ahead = null;
        }
    }

    /// <summary>Reads past the block that a just read opening brace began. False when the configuration ends first.</summary>
    public bool SkipBlock()
    {
        if (_ahead is null && TrySkipPlainBlock())
        {
            return true;
        }

        int depth = 1;
        while (true)
        {
            switch (Next().Kind)
            {
                case StatementKind.Open:
                    depth++;
                    break;
                case StatementKind.Close when --depth == 0:
                    return true;
                case StatementKind.End:
                    return false;
            }
        }
    }

    /// <summary>
    /// Skips a block without looking at its statements, as is possible where neither a quote nor a line of preprocessing is in it. Otherwise, or
    /// when it has no end, nothing has happened.
    /// </summary>
    private bool TrySkipPlainBlock()
    {
        ExpandedLines lines = Configuration.Lines;
        if (_line >= lines.Length)
        {
            return false;
        }

        int from = lines[_line].Start + _offset;
        ReadOnlySpan<byte> text = Configuration.Text[from..];
        int end = EndOfBlock(text);
        if (end < 0 || text[..end].Contains((byte)'"'))
        {
            return false;
        }

        end += from;
        int line = _line;
        ExpandedLine entry = lines[line];
        while (entry.Start + entry.Length < end)
        {
            entry = lines[++line];
            if (entry.Kind != ExpandedLineKind.Statement)
            {
                return false;
            }
        }

        (_line, _offset) = (line, end - entry.Start);
        return true;
    }

    /// <summary>The offset behind the brace that closes a block; -1 when there is none.</summary>
    private static int EndOfBlock(ReadOnlySpan<byte> text)
    {
        int depth = 1;
        int at = 0;
        while (text[at..].IndexOfAny((byte)'{', (byte)'}') is >= 0 and var found)
        {
            at += found + 1;
            depth += text[at - 1] == '{' ? 1 : -1;
            if (depth == 0)
            {
                return at;
            }
        }

        return -1;
    }

    private Statement Scan()
    {
        ExpandedLines lines = Configuration.Lines;
        for (; _line < lines.Length; _line++, _offset = 0)
        {
            ExpandedLine line = lines[_line];
            if (line.Kind != ExpandedLineKind.Statement)
            {
                continue;
            }

            ReadOnlySpan<byte> text = Configuration.TextOf(line);
            int start = Separators.SkipBlanks(text, _offset);
            if (start < text.Length)
            {
                return Take(text, start);
            }
        }

        return new Statement(StatementKind.End, Math.Max(0, lines.Length - 1), 0, 0);
    }

    private Statement Take(ReadOnlySpan<byte> text, int start)
    {
        if (text[start] is (byte)'{' or (byte)'}')
        {
            _offset = start + 1;
            return new Statement(text[start] == '{' ? StatementKind.Open : StatementKind.Close, _line, start, start + 1);
        }

        int end = EndOfWords(text, start);
        _offset = end;
        while (Separators.IsBlank(text[end - 1]))
        {
            end--;
        }

        return new Statement(StatementKind.Words, _line, start, end);
    }

    private static int EndOfWords(ReadOnlySpan<byte> text, int start)
    {
        bool quoted = false;
        int lastQuote = start;
        int at = start;
        while (true)
        {
            int found = text[at..].IndexOfAny(Separators.BracesAndQuote);
            if (found < 0 && quoted)
            {
                // Not closed, which preprocessing has reported: a brace behind it is most likely meant as one.
                found = text[(lastQuote + 1)..].IndexOfAny("{}"u8);
                return found < 0 ? text.Length : lastQuote + 1 + found;
            }

            if (found < 0)
            {
                return text.Length;
            }

            at += found;
            if (text[at] == '"')
            {
                quoted = !quoted;
                lastQuote = at;
            }
            else if (!quoted)
            {
                return at;
            }

            at++;
        }
    }
}
