namespace Keepalived.Bfd.Protocol;

/// <summary>Configuration of a session, immutable. The defaults are keepalived's.</summary>
public sealed record BfdSessionOptions
{
    /// <summary>The shortest time between packets that a session which is not up may announce (RFC 5880 section 6.8.3).</summary>
    public static readonly TimeSpan ShortestIdle = TimeSpan.FromSeconds(1);

    /// <summary>The longest interval that fits into a packet: 2^32 - 1 microseconds.</summary>
    public static readonly TimeSpan LongestInterval = TimeSpan.FromMicroseconds(uint.MaxValue);

    /// <summary><c>min_tx</c>: bfd.DesiredMinTxInterval while the session is up; at least 1 µs.</summary>
    public TimeSpan MinimumTransmit { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary><c>min_rx</c>: bfd.RequiredMinRxInterval; at least 1 µs.</summary>
    public TimeSpan MinimumReceive { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary><c>idle_tx</c>: bfd.DesiredMinTxInterval while the session is not up; at least <see cref="ShortestIdle"/>.</summary>
    public TimeSpan IdleTransmit { get; init; } = ShortestIdle;

    /// <summary><c>multiplier</c>: bfd.DetectMult, 1..255.</summary>
    public byte DetectMultiplier { get; init; } = 5;

    /// <summary><c>passive</c>: say nothing until the neighbour speaks (section 6.1).</summary>
    public bool IsPassive { get; init; }

    /// <summary><c>multihop</c>: RFC 5883; packets must come to its port.</summary>
    public bool IsMultihop { get; init; }

    /// <summary><c>ttl</c>, <c>hoplimit</c>: what the neighbour is taken to send with, 1..255.</summary>
    public byte TimeToLive { get; init; } = byte.MaxValue;

    /// <summary><c>max_hops</c>: hops that a received packet may have taken; null accepts any number.</summary>
    public byte? LargestHops { get; init; } = 0;

    /// <summary>How packets are authenticated; null: not at all.</summary>
    public BfdAuthentication? Authentication { get; init; }

    /// <summary>bfd.RequiredMinEchoRxInterval: how often the neighbour's echo packets are returned at most; zero: not at all.</summary>
    public TimeSpan MinimumEchoReceive { get; init; }

    /// <summary>The interval at which to send echo packets; null: none are sent.</summary>
    public TimeSpan? EchoInterval { get; init; }

    /// <summary>The lowest TTL or hop limit that is accepted of a received packet (RFC 5881 section 5, RFC 5082).</summary>
    public byte LowestTimeToLive => LargestHops is { } hops ? (byte)Math.Max(0, TimeToLive - hops) : (byte)0;

    /// <summary>Refuses what cannot work.</summary>
    /// <exception cref="ArgumentException">A value is outside its range; the message names it.</exception>
    public void Validate()
    {
        Require(MinimumTransmit, nameof(MinimumTransmit), TimeSpan.FromMicroseconds(1));
        Require(MinimumReceive, nameof(MinimumReceive), TimeSpan.FromMicroseconds(1));
        Require(IdleTransmit, nameof(IdleTransmit), ShortestIdle);
        Require(MinimumEchoReceive, nameof(MinimumEchoReceive), TimeSpan.Zero);
        Require(EchoInterval ?? ShortestIdle, nameof(EchoInterval), TimeSpan.FromMicroseconds(1));
        if (DetectMultiplier == 0)
        {
            throw new ArgumentException("A detection multiplier of 0 is none (RFC 5880 section 4.1).");
        }

        Authentication?.Validate();
    }

    private static void Require(TimeSpan interval, string name, TimeSpan shortest)
    {
        if (interval < shortest || interval > LongestInterval)
        {
            throw new ArgumentException($"{name} is {interval}, outside {shortest} to {LongestInterval}.");
        }
    }
}
