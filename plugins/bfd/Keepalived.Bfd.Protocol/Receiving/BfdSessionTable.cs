namespace Keepalived.Bfd.Protocol;

/// <summary>How a packet arrived.</summary>
/// <param name="TimeToLive">TTL or hop limit of its IP header.</param>
/// <param name="IsMultihop">It came to the port of multihop sessions, 4784, and not to 3784.</param>
public readonly record struct BfdArrival(byte TimeToLive, bool IsMultihop);

/// <summary>What became of a received packet.</summary>
/// <param name="Session">The session it was for; null when there is none.</param>
/// <param name="Dropped">Why it had no effect; <see cref="BfdDropReason.None"/> when it had.</param>
public readonly record struct BfdReceipt(BfdSession? Session, BfdDropReason Dropped)
{
    /// <summary>The packet had its effect.</summary>
    public bool IsAccepted => Dropped == BfdDropReason.None;
}

/// <summary>
/// All sessions of a process: finds the one a packet is for, by our discriminator if the packet has it, else by its path (RFC 5880
/// section 6.8.6). What a path is made of (addresses, interface) is the caller's business.
/// </summary>
/// <typeparam name="TPath">A value that names a neighbour, the same for the session and for what is received from it.</typeparam>
public sealed class BfdSessionTable<TPath>
    where TPath : notnull, IEquatable<TPath>
{
    private readonly Dictionary<TPath, BfdSession> _byPath = [];
    private readonly Dictionary<BfdSession, TPath> _paths = [];
    private readonly DiscriminatorTable _discriminators;
    private readonly Random _random;
    private readonly BfdEchoSigner _echoSigner;

    /// <summary>Makes an empty table.</summary>
    /// <param name="random">Where discriminators, sequence numbers and jitter come from.</param>
    /// <param name="echoSigner">Signs echo packets; its key must be secret where echo is used.</param>
    public BfdSessionTable(Random random, BfdEchoSigner echoSigner)
    {
        ArgumentNullException.ThrowIfNull(random);
        ArgumentNullException.ThrowIfNull(echoSigner);
        _random = random;
        _echoSigner = echoSigner;
        _discriminators = new(random);
    }

    /// <summary>Sessions in it.</summary>
    public int Count => _paths.Count;

    /// <summary>The sessions, in no order.</summary>
    public IReadOnlyCollection<BfdSession> Sessions => _paths.Keys;

    /// <summary>Packets that belong to no session, by reason. What a session drops is counted there.</summary>
    public BfdDropCounters Dropped { get; } = new();

    /// <summary>Makes a session in <see cref="BfdState.Down"/> that is silent until <see cref="BfdSession.Start"/>.</summary>
    /// <exception cref="ArgumentException">The path has a session, or the options cannot work.</exception>
    public BfdSession Open(TPath path, BfdSessionOptions options, IBfdSessionEffects effects)
    {
        if (_byPath.ContainsKey(path))
        {
            throw new ArgumentException($"There is a session with {path} already.", nameof(path));
        }

        var session = new BfdSession(options, effects, _discriminators, _random, _echoSigner);
        _byPath.Add(path, session);
        _paths.Add(session, path);
        return session;
    }

    /// <summary>A session of this table is found at another path from here on.</summary>
    /// <exception cref="ArgumentException">The path has another session, or the session is not in the table.</exception>
    public void Move(BfdSession session, TPath path)
    {
        ArgumentNullException.ThrowIfNull(session);
        if (!_paths.TryGetValue(session, out TPath? previous) || (_byPath.TryGetValue(path, out BfdSession? other) && other != session))
        {
            throw new ArgumentException($"The session cannot be moved to {path}.", nameof(path));
        }

        _byPath.Remove(previous);
        _byPath.Add(path, session);
        _paths[session] = path;
    }

    /// <summary>Removes a session; it does nothing more. The neighbour is not told: <see cref="BfdSession.TakeDown"/> before does that.</summary>
    /// <returns>False when it was not in the table.</returns>
    public bool Close(BfdSession session)
    {
        ArgumentNullException.ThrowIfNull(session);
        if (!_paths.Remove(session, out TPath? path))
        {
            return false;
        }

        _byPath.Remove(path);
        session.Close();
        return true;
    }

    /// <summary>The session at a path.</summary>
    public BfdSession? Find(TPath path) => _byPath.TryGetValue(path, out BfdSession? session) ? session : null;

    /// <summary>The session with this discriminator of ours.</summary>
    public BfdSession? FindByDiscriminator(uint discriminator) => _discriminators.Find(discriminator);

    /// <summary>Takes the payload of a datagram that came to the port of single hop or of multihop sessions. Allocates nothing.</summary>
    /// <param name="payload">Behind the UDP header.</param>
    /// <param name="path">The neighbour it came from.</param>
    /// <param name="arrival">Its TTL and port.</param>
    /// <param name="now">The time.</param>
    public BfdReceipt Receive(ReadOnlySpan<byte> payload, TPath path, BfdArrival arrival, MonotonicTime now)
    {
        BfdDropReason reason = BfdControlPacket.Read(payload, out BfdControlPacket packet);
        if (reason != BfdDropReason.None)
        {
            // Charged to the neighbour where the path tells which it is; what the packet says cannot be trusted for that.
            BfdSession? suspect = Find(path);
            (suspect?.Statistics.Dropped ?? Dropped).Add(reason);
            return new(suspect, reason);
        }

        BfdSession? session = packet.YourDiscriminator != 0 ? FindByDiscriminator(packet.YourDiscriminator) : Find(path);
        if (session is null)
        {
            reason = packet.YourDiscriminator != 0 ? BfdDropReason.UnknownDiscriminator : BfdDropReason.UnknownNeighbor;
            Dropped.Add(reason);
            return new(null, reason);
        }

        return new(session, session.Receive(packet, arrival, now));
    }

    /// <summary>Takes the payload of a datagram that came to the echo port and may be one of ours. Allocates nothing.</summary>
    public BfdReceipt ReceiveEcho(ReadOnlySpan<byte> payload, MonotonicTime now)
    {
        if (!_echoSigner.TryRead(payload, out uint discriminator, out ulong sequence))
        {
            Dropped.Add(BfdDropReason.EchoForeign);
            return new(null, BfdDropReason.EchoForeign);
        }

        if (FindByDiscriminator(discriminator) is not { } session)
        {
            Dropped.Add(BfdDropReason.EchoStale);
            return new(null, BfdDropReason.EchoStale);
        }

        return new(session, session.ReceiveEcho(sequence, now));
    }
}
