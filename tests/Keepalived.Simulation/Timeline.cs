using System.Globalization;

namespace Keepalived.Simulation;

/// <summary>What happened, a line each, for people. Kept only when asked for: most runs are never read.</summary>
public sealed class Timeline
{
    private readonly List<string> _lines = [];

    /// <summary>Lines are kept.</summary>
    public bool IsKept { get; set; }

    /// <summary>Packets are noted too.</summary>
    public bool HasPackets { get; set; }

    /// <summary>The lines so far.</summary>
    public IReadOnlyList<string> Lines => _lines;

    internal void Note(TimeSpan elapsed, string line)
    {
        if (IsKept)
        {
            _lines.Add(string.Create(CultureInfo.InvariantCulture, $"{elapsed.TotalSeconds,11:0.000000}  {line}"));
        }
    }
}
