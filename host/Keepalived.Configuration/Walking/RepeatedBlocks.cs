namespace Keepalived.Configuration;

/// <summary>Where the content of a block begins, and how much its session had been used by then.</summary>
internal readonly record struct RepeatableContent(int Line, int Offset, int Uses);

/// <summary>
/// Remembers blocks that were read last and left nothing but their state, so that an equal text need not be read again: of tens of thousands of
/// real servers most differ in their address alone. Equal means the same bytes on lines that end at the same bytes; where the text comes
/// from matters for findings only, and a block with a finding is not remembered.
/// </summary>
internal sealed class RepeatedBlocks(ExpandedConfiguration configuration, StatementReader statements, ConfigurationSession session)
{
    /// <summary>Files alternate between a few kinds of servers.</summary>
    private const int MostRemembered = 4;

    /// <summary>A longer block is hardly ever repeated.</summary>
    private const int MostLines = 64;

    private readonly Remembered?[] _remembered = new Remembered?[MostRemembered];
    private int _next;

    /// <summary>Lets a state take over the content of an earlier block, if that says the same, and goes behind the closing brace.</summary>
    /// <param name="node">The keyword.</param>
    /// <param name="state">What it was opened with; the opening brace has been read.</param>
    public bool TryRepeat(KeywordNode node, IRepeatableBlock state)
    {
        foreach (Remembered? earlier in _remembered)
        {
            if (earlier is not null && ReferenceEquals(earlier.Node, node) && TryFind(earlier, out (int Line, int Offset) end) && state.TryRepeat(earlier.State))
            {
                statements.Position = end;
                return true;
            }
        }

        return false;
    }

    /// <summary>A block whose opening brace has been read is about to be read.</summary>
    public RepeatableContent Begin()
    {
        (int line, int offset) = statements.Position;
        return new(line, offset, session.Uses);
    }

    /// <summary>A block has been read; its closing brace came last.</summary>
    public void Remember(KeywordNode node, object state, RepeatableContent content)
    {
        (int endLine, int endOffset) = statements.Position;
        if (session.Uses != content.Uses || endLine - content.Line > MostLines || endLine >= configuration.Lines.Length)
        {
            return;
        }

        int start = configuration.Lines[content.Line].Start + content.Offset;
        var lines = new int[endLine - content.Line];
        for (int i = 0; i < lines.Length; i++)
        {
            ExpandedLine line = configuration.Lines[content.Line + 1 + i];
            if (line.Kind != ExpandedLineKind.Statement)
            {
                return;
            }

            lines[i] = line.Start - start;
        }

        int end = configuration.Lines[endLine].Start + endOffset;
        _remembered[_next] = new Remembered(node, state, start, end - start, lines);
        _next = (_next + 1) % MostRemembered;
    }

    private bool TryFind(Remembered earlier, out (int Line, int Offset) end)
    {
        (int first, int offset) = statements.Position;
        end = default;
        ExpandedLines lines = configuration.Lines;
        int start = lines[first].Start + offset;
        ReadOnlySpan<byte> text = configuration.Text;
        if (first + earlier.Lines.Length >= lines.Length || text.Length - start < earlier.Length
            || !text.Slice(start, earlier.Length).SequenceEqual(text.Slice(earlier.Start, earlier.Length)))
        {
            return false;
        }

        int last = start;
        for (int i = 0; i < earlier.Lines.Length; i++)
        {
            ExpandedLine line = lines[first + 1 + i];
            if (line.Kind != ExpandedLineKind.Statement || line.Start - start != earlier.Lines[i])
            {
                return false;
            }

            last = line.Start;
        }

        end = (first + earlier.Lines.Length, start + earlier.Length - (earlier.Lines.Length == 0 ? start - offset : last));
        return true;
    }

    /// <summary>A block that was read.</summary>
    /// <param name="Node">Its keyword.</param>
    /// <param name="State">What was read into.</param>
    /// <param name="Start">Offset in the text of the byte behind its opening brace.</param>
    /// <param name="Length">Bytes from there to behind its closing brace.</param>
    /// <param name="Lines">Where each further line begins, from <paramref name="Start"/> on.</param>
    private sealed record Remembered(KeywordNode Node, object State, int Start, int Length, int[] Lines);
}
