using System.Net;
using Keepalived.Bfd.Protocol;

namespace Keepalived.Bfd;

/// <summary>All sessions of one reading, in order of the file.</summary>
internal sealed record BfdConfiguration(EquatableArray<BfdSessionSettings> Sessions);

/// <summary>A <c>bfd_instance</c> as it will run.</summary>
internal sealed record BfdSessionSettings
{
    /// <summary>Longest name, in characters.</summary>
    public const int LongestName = 31;

    /// <summary>Its name, 1..31 characters.</summary>
    public required string Name { get; init; }

    /// <summary><c>neighbor_ip</c>.</summary>
    public required IPAddress Neighbor { get; init; }

    /// <summary><c>source_ip</c>, of the neighbour's family; null = left to the kernel.</summary>
    public IPAddress? Source { get; init; }

    /// <summary><c>min_rx</c>: RequiredMinRxInterval, 1 ms to 4294967 ms.</summary>
    public TimeSpan MinimumReceive { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary><c>min_tx</c>: DesiredMinTxInterval while the session is up, 1 ms to 4294967 ms.</summary>
    public TimeSpan MinimumTransmit { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary><c>idle_tx</c>: DesiredMinTxInterval while it is not, 1000 ms to 4294967 ms (RFC 5880 section 6.8.3).</summary>
    public TimeSpan IdleTransmit { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary><c>multiplier</c>, 1..255.</summary>
    public byte DetectMultiplier { get; init; } = 5;

    /// <summary><c>passive</c>: say nothing until the neighbour speaks.</summary>
    public bool IsPassive { get; init; }

    /// <summary><c>ttl</c>, <c>hoplimit</c>: of packets that are sent, 1..255.</summary>
    public byte TimeToLive { get; init; } = 255;

    /// <summary><c>max_hops</c>: hops that a received packet may have taken, 0..254; null accepts any number.</summary>
    public byte? LargestHops { get; init; } = 0;

    /// <summary><c>multihop</c>: RFC 5883, port 4784 instead of 3784.</summary>
    public bool IsMultihop { get; init; }

    /// <summary><c>weight</c> of VRRP instances that track the session and name none, -253..253.</summary>
    public int Weight { get; init; }

    /// <summary><c>weight … reverse</c>: the weight counts while the session is up.</summary>
    public bool IsReversed { get; init; }

    /// <summary><c>vrrp</c>, or neither word: VRRP is told of it.</summary>
    public bool TellsVrrp { get; init; } = true;

    /// <summary><c>checker</c>, or neither word: checkers are told of it.</summary>
    public bool TellsCheckers { get; init; } = true;

    /// <summary><c>auth_type</c>, <c>auth_key</c>, <c>auth_key_id</c>: null for none.</summary>
    public BfdAuthentication? Authentication { get; init; }

    /// <summary><c>echo_rx</c>: the neighbour's echo packets are returned, one in this time at most; zero: none.</summary>
    public TimeSpan EchoReceive { get; init; }

    /// <summary><c>echo_tx</c>: interval of own echo packets; zero: none.</summary>
    public TimeSpan EchoTransmit { get; init; }

    /// <summary>Echo packets are sent or returned.</summary>
    public bool UsesEcho => EchoReceive > TimeSpan.Zero || EchoTransmit > TimeSpan.Zero;

    /// <summary>The part that the protocol works by.</summary>
    public BfdSessionOptions ToOptions() => new()
    {
        MinimumTransmit = MinimumTransmit,
        MinimumReceive = MinimumReceive,
        IdleTransmit = IdleTransmit,
        DetectMultiplier = DetectMultiplier,
        IsPassive = IsPassive,
        IsMultihop = IsMultihop,
        TimeToLive = TimeToLive,
        LargestHops = LargestHops,
        Authentication = Authentication,
        MinimumEchoReceive = EchoReceive,
        EchoInterval = EchoTransmit > TimeSpan.Zero ? EchoTransmit : null,
    };

    /// <summary>What is sent through for the other settings does not do for these.</summary>
    public bool NeedsOtherPathThan(BfdSessionSettings other) =>
        !Equals(Source, other.Source) || TimeToLive != other.TimeToLive || IsMultihop != other.IsMultihop || UsesEcho != other.UsesEcho;
}
