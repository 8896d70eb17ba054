namespace Keepalived.Vrrp.Protocol;

/// <summary>What the state machine needs of an advertisement that was believed.</summary>
/// <param name="Source">The sender's address.</param>
/// <param name="Priority">Its priority, 0 when it leaves.</param>
/// <param name="Interval">Its advertisement interval.</param>
public readonly record struct ReceivedAdvertisement(InternetAddress Source, byte Priority, TimeSpan Interval);

/// <summary>What the router tells the receiver about itself.</summary>
/// <param name="IsMaster">A master always checks the address list.</param>
/// <param name="KnownMaster">The master last heard, if any.</param>
/// <param name="ReportEpoch">Changes with the state and with the master: each finding is reported once per epoch.</param>
public readonly record struct ReceiverContext(bool IsMaster, InternetAddress? KnownMaster, int ReportEpoch)
{
    /// <summary>The time of day, for the time stamps of auth_hmac; nothing else looks at it.</summary>
    public DateTimeOffset WallClock { get; init; }
}

/// <summary>The judgement over one packet.</summary>
public readonly record struct ReceiveVerdict
{
    /// <summary>Why the packet is dropped; <see cref="ReceiveFinding.None"/> when it is accepted.</summary>
    public ReceiveFinding Dropped { get; init; }

    /// <summary>Warnings about an accepted packet.</summary>
    public ReceiveFinding Warnings { get; init; }

    /// <summary>Those of the findings that were not reported yet in this epoch: what belongs into the log.</summary>
    public ReceiveFinding ToReport { get; init; }

    /// <summary>What the packet says; only meaningful when <see cref="IsAccepted"/>.</summary>
    public ReceivedAdvertisement Advertisement { get; init; }

    /// <summary>The number found where the reason compares numbers (bytes, hop limit, version, type, milliseconds).</summary>
    public int Found { get; init; }

    /// <summary>The number expected in its place.</summary>
    public int Expected { get; init; }

    /// <summary>True when the state machine shall see the advertisement.</summary>
    public bool IsAccepted => Dropped == ReceiveFinding.None;

    /// <summary>The reason for the drop in words, for the log; null when accepted. Allocates.</summary>
    public string? DescribeDrop() => Dropped switch
    {
        ReceiveFinding.None => null,
        ReceiveFinding.AuthenticationHeader when Expected == 0 => "authentication header, but auth_type AH is not configured",
        ReceiveFinding.AuthenticationHeader => "no authentication header, but auth_type AH is configured",
        ReceiveFinding.TrailerMissing => "not signed, but auth_hmac is configured to demand it",
        ReceiveFinding.TrailerMalformed => "its auth_hmac trailer is malformed",
        ReceiveFinding.TrailerStale => $"its time stamp is {Found} ms off, the window is {Expected} ms: old, or the clocks disagree",
        ReceiveFinding.TrailerUnknownKey => $"signed with key {Found}, which is not configured",
        ReceiveFinding.TrailerDigest => $"its signature with key {Found} is wrong: another secret under the same id, or a forgery",
        ReceiveFinding.TrailerReplay => "repeated: a later one of the same sender was seen already",
        ReceiveFinding.AuthenticationSequence => "repeated: its sequence number is not above the last one",
        ReceiveFinding.AuthenticationDigest => "wrong digest in the authentication header: another password, or a packet changed on its way",
        ReceiveFinding.Length => $"packet of {Found} bytes, expected {Expected}",
        ReceiveFinding.HopLimit => $"hop limit {Found}, expected {Expected}: the packet was routed",
        ReceiveFinding.Version => $"version {Found}, configured is {Expected}",
        ReceiveFinding.InvalidAuthenticationType => $"unknown authentication type {Found}",
        ReceiveFinding.AuthenticationTypeMismatch => $"authentication type {Found}, configured is {Expected}",
        ReceiveFinding.AuthenticationFailure => "wrong password",
        ReceiveFinding.Interval => $"advertisement interval {Found} ms, configured is {Expected} ms",
        ReceiveFinding.Type => $"message type {Found}, expected {Expected}",
        ReceiveFinding.StatedLength => $"IP header states {Found} bytes, expected {Expected}",
        ReceiveFinding.Checksum => "wrong checksum",
        ReceiveFinding.Destination => Expected == 0 ? "unicast packet, but multicast is configured" : "multicast packet, but unicast is configured",
        ReceiveFinding.OwnerIgnores => "the address owner ignores advertisements",
        ReceiveFinding.UnknownPeer => "sender is not a configured unicast peer",
        ReceiveFinding.PeerHopLimit => $"TTL {Found} is outside the range configured for this peer",
        _ => throw new InvalidOperationException($"{Dropped} does not drop a packet."),
    };
}
