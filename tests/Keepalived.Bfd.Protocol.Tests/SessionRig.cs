namespace Keepalived.Bfd.Protocol.Tests;

/// <summary>A control packet as data, which outlives the buffer it was read from.</summary>
internal sealed record SeenPacket(MonotonicTime At, byte[] Bytes)
{
    public BfdState State => Read().State;

    public BfdDiagnostic Diagnostic => Read().Diagnostic;

    public bool IsPoll => Read().IsPoll;

    public bool IsFinal => Read().IsFinal;

    public bool IsDemand => Read().IsDemand;

    public uint MyDiscriminator => Read().MyDiscriminator;

    public uint YourDiscriminator => Read().YourDiscriminator;

    public uint DesiredMinimumTransmit => Read().DesiredMinimumTransmit;

    public uint RequiredMinimumReceive => Read().RequiredMinimumReceive;

    public uint RequiredMinimumEchoReceive => Read().RequiredMinimumEchoReceive;

    private BfdControlPacket Read()
    {
        Assert.Equal(BfdDropReason.None, BfdControlPacket.Read(Bytes, out BfdControlPacket packet));
        return packet;
    }
}

/// <summary>One session in virtual time, with a hand that plays the neighbour. It keeps the contract that a plugin has to keep.</summary>
internal sealed class SessionRig : IBfdSessionEffects
{
    public const uint NeighborDiscriminator = 0xA0A0A0A0;
    private static readonly byte[] EchoKey = [.. Enumerable.Range(0, 16).Select(i => (byte)i)];
    private MonotonicTime? _deadline;

    public SessionRig(BfdSessionOptions? options = null, bool start = true, int seed = 1)
    {
        Table = new(new Random(seed), Signer);
        Session = Table.Open("neighbor", options ?? Options(), this);
        if (start)
        {
            Session.Start(Now);
        }
    }

    public static BfdEchoSigner Signer { get; } = new(EchoKey);

    public BfdSessionTable<string> Table { get; }

    public BfdSession Session { get; }

    public MonotonicTime Now { get; private set; } = new(1_000_000_000);

    public List<SeenPacket> Sent { get; } = [];

    public List<byte[]> Echoes { get; } = [];

    public List<(MonotonicTime At, BfdState Before, BfdState After, BfdCause Cause)> Changes { get; } = [];

    public List<BfdReport> Reports { get; } = [];

    public bool PathOpens { get; set; }

    public int Reopenings { get; private set; }

    public SeenPacket Last => Sent[^1];

    /// <summary>What the neighbour says next; change it with <c>with</c>.</summary>
    public BfdControlHeader Neighbor { get; set; } = new()
    {
        State = BfdState.Down,
        DetectMultiplier = 3,
        MyDiscriminator = NeighborDiscriminator,
        DesiredMinimumTransmit = 50_000,
        RequiredMinimumReceive = 50_000,
    };

    public static BfdSessionOptions Options() => new()
    {
        MinimumTransmit = TimeSpan.FromMilliseconds(50),
        MinimumReceive = TimeSpan.FromMilliseconds(50),
        DetectMultiplier = 3,
    };

    /// <summary>A session that is up, its first poll answered, and nothing in the lists.</summary>
    public static SessionRig Up(BfdSessionOptions? options = null, Func<BfdControlHeader, BfdControlHeader>? neighbor = null)
    {
        var rig = new SessionRig(options);
        rig.Neighbor = neighbor?.Invoke(rig.Neighbor) ?? rig.Neighbor;
        rig.BringUp();
        rig.Forget();
        return rig;
    }

    public void BringUp()
    {
        Hear(BfdState.Init);
        for (int polls = 0; polls < 3; polls++)
        {
            Hear(BfdState.Up, final: true);
            Hear(BfdState.Up);
        }

        Assert.Equal(BfdState.Up, Session.State);
        Assert.False(Session.IsPolling);
    }

    public void Forget()
    {
        Sent.Clear();
        Echoes.Clear();
        Changes.Clear();
        Reports.Clear();
    }

    public BfdDropReason Hear(BfdState state, bool poll = false, bool final = false, byte ttl = 255, uint? yours = null)
    {
        Neighbor = Neighbor with { State = state, YourDiscriminator = yours ?? Session.LocalDiscriminator };
        return Hear(Neighbor with { IsPoll = poll, IsFinal = final }, ttl);
    }

    public BfdDropReason Hear(BfdControlHeader header, byte ttl = 255, bool multihop = false)
    {
        byte[] bytes = new byte[BfdControlPacket.HeaderLength];
        header.Write(bytes);
        return Hear(bytes, ttl, multihop);
    }

    public BfdDropReason Hear(ReadOnlySpan<byte> bytes, byte ttl = 255, bool multihop = false) =>
        Table.Receive(bytes, "neighbor", new(ttl, multihop), Now).Dropped;

    /// <summary>Lets time pass, with a neighbour that goes on as it is every <paramref name="every"/>.</summary>
    public void RunWithNeighbor(TimeSpan duration, TimeSpan every)
    {
        MonotonicTime end = Now + duration;
        while (Now + every <= end)
        {
            Run(every);
            Hear(Neighbor with { YourDiscriminator = Session.LocalDiscriminator });
        }

        Run(end - Now);
    }

    /// <summary>Lets time pass and wakes the session whenever it asked for it.</summary>
    public void Run(TimeSpan duration)
    {
        MonotonicTime end = Now + duration;
        while (_deadline is { } next && next <= end)
        {
            Now = MonotonicTime.Max(Now, next);
            Session.Advance(Now);
        }

        Now = end;
    }

    /// <summary>Lets time pass without running the process; the timer is noticed only then.</summary>
    public void Sleep(TimeSpan duration) => Now += duration;

    public void Send(ReadOnlySpan<byte> packet) => Sent.Add(new(Now, packet.ToArray()));

    public void SendEcho(ReadOnlySpan<byte> packet)
    {
        Echoes.Add(packet.ToArray());
        _echoesOnTheWay.Enqueue(packet.ToArray());
    }

    private readonly Queue<byte[]> _echoesOnTheWay = [];

    /// <summary>The neighbour returns what it was sent.</summary>
    public void ReturnEchoes()
    {
        while (_echoesOnTheWay.TryDequeue(out byte[]? packet))
        {
            Table.ReceiveEcho(packet, Now);
        }
    }

    public void SetDeadline(MonotonicTime? deadline) => _deadline = deadline;

    public void StateChanged(BfdState previous, BfdState current, in BfdCause cause) => Changes.Add((Now, previous, current, cause));

    public void Report(in BfdReport report) => Reports.Add(report);

    public bool TryReopenPath()
    {
        Reopenings++;
        return PathOpens;
    }
}
