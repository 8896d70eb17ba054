namespace Keepalived.Bfd.Protocol;

/// <summary>The counters of one session. They live as long as the session: a reload keeps them.</summary>
public sealed class BfdStatistics
{
    /// <summary>Control packets sent.</summary>
    public ulong Sent { get; internal set; }

    /// <summary>Control packets that had their effect.</summary>
    public ulong Received { get; internal set; }

    /// <summary>Control and echo packets of this session that were dropped, by reason.</summary>
    public BfdDropCounters Dropped { get; } = new();

    /// <summary>Times that the session came up.</summary>
    public ulong WentUp { get; internal set; }

    /// <summary>Times that it left that state.</summary>
    public ulong WentDown { get; internal set; }

    /// <summary>Poll sequences begun.</summary>
    public ulong PollsStarted { get; internal set; }

    /// <summary>Poll sequences that the neighbour answered.</summary>
    public ulong PollsCompleted { get; internal set; }

    /// <summary>Polls of the neighbour that were answered.</summary>
    public ulong FinalsSent { get; internal set; }

    /// <summary>Echo packets sent.</summary>
    public ulong EchoesSent { get; internal set; }

    /// <summary>Echo packets that came back.</summary>
    public ulong EchoesReturned { get; internal set; }

    /// <summary>Sets every counter to zero.</summary>
    public void Clear()
    {
        Sent = 0;
        Received = 0;
        Dropped.Clear();
        WentUp = 0;
        WentDown = 0;
        PollsStarted = 0;
        PollsCompleted = 0;
        FinalsSent = 0;
        EchoesSent = 0;
        EchoesReturned = 0;
    }
}
