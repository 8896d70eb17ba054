namespace Keepalived.Configuration;

/// <summary>
/// Bounds what definitions and repetitions may make of a configuration. keepalived hangs or grows without end where these limits say so.
/// The example with 65,024 instances in its manual needs half of the lines.
/// </summary>
/// <param name="mostLines">Lines that expansion may make.</param>
internal sealed class ExpansionBudget(int mostLines)
{
    /// <summary>Lines that expansion may make in one configuration, unless a test says otherwise.</summary>
    public const int DefaultMostLines = 2_000_000;

    /// <summary>Bytes of a line that definitions are put into.</summary>
    public const int LongestLine = 65_536;

    /// <summary>Definitions and repetitions inside each other.</summary>
    public const int Deepest = 100;

    // A statement has 20 to 40 bytes.
    private const int BytesPerLine = 64;

    // Definitions inside definitions move the same bytes again.
    private const int WorkPerLine = 256;

    private readonly long _mostWork = (long)mostLines * WorkPerLine;
    private int _lines;
    private long _bytes;
    private long _work;

    public int MostLines { get; } = mostLines;

    /// <summary>Bytes of text that expansion may make.</summary>
    public long MostBytes { get; } = (long)mostLines * BytesPerLine;

    /// <summary>Takes a line of the given length; false when there is nothing left.</summary>
    public bool TakeLine(int length)
    {
        _lines = Math.Min(_lines + 1, MostLines + 1);
        _bytes += length;
        return _lines <= MostLines && _bytes <= MostBytes;
    }

    /// <summary>Takes the work of putting a definition into a line; false when there is nothing left.</summary>
    public bool TakeWork(int length)
    {
        _work += length + 64;
        return _work <= _mostWork;
    }
}
