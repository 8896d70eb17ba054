using System.Buffers.Binary;

namespace Keepalived.Bfd.Protocol;

/// <summary>
/// A received control packet: a view over its bytes that has passed every check which needs no session (RFC 5880 sections 4.1
/// and 6.8.6). Reading allocates nothing.
/// </summary>
/// <remarks>
/// <code>
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// |Vers |  Diag   |Sta|P|F|C|A|D|M|  Detect Mult  |    Length     |
/// |                       My Discriminator                        |
/// |                      Your Discriminator                       |
/// |                    Desired Min TX Interval                    |
/// |                   Required Min RX Interval                    |
/// |                 Required Min Echo RX Interval                 |
/// |   Auth Type   |   Auth Len    |    Authentication Data...     |
/// </code>
/// </remarks>
public readonly ref struct BfdControlPacket
{
    /// <summary>The only version there is.</summary>
    public const int Version = 1;

    /// <summary>Bytes without an authentication section.</summary>
    public const int HeaderLength = 24;

    /// <summary>Bytes of the shortest packet that has an authentication section.</summary>
    public const int ShortestAuthenticated = 26;

    /// <summary>Bytes of the longest packet of ours: with a SHA-1 section.</summary>
    public const int LongestLength = HeaderLength + 28;

    internal const byte Poll = 0x20;
    internal const byte Final = 0x10;
    internal const byte ControlPlaneIndependent = 0x08;
    internal const byte Authenticated = 0x04;
    internal const byte Demand = 0x02;
    internal const byte Multipoint = 0x01;
    internal const int VersionShift = 5;
    internal const int DiagnosticMask = 0x1F;
    internal const int StateShift = 6;
    internal const int FlagsOffset = 1;
    internal const int MultiplierOffset = 2;
    internal const int LengthOffset = 3;
    internal const int MyDiscriminatorOffset = 4;
    internal const int YourDiscriminatorOffset = 8;
    internal const int TransmitOffset = 12;
    internal const int ReceiveOffset = 16;
    internal const int EchoReceiveOffset = 20;

    private readonly ReadOnlySpan<byte> _bytes;

    private BfdControlPacket(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    /// <summary>Why the neighbour's session changed last; reserved numbers are passed on as they are.</summary>
    public BfdDiagnostic Diagnostic => (BfdDiagnostic)(_bytes[0] & DiagnosticMask);

    /// <summary>State of the neighbour's session.</summary>
    public BfdState State => (BfdState)(_bytes[FlagsOffset] >> StateShift);

    /// <summary>The neighbour waits for an answer with <see cref="IsFinal"/>.</summary>
    public bool IsPoll => Has(Poll);

    /// <summary>The answer to a poll of ours.</summary>
    public bool IsFinal => Has(Final);

    /// <summary>The neighbour's BFD outlives its control plane.</summary>
    public bool IsControlPlaneIndependent => Has(ControlPlaneIndependent);

    /// <summary>An authentication section follows.</summary>
    public bool IsAuthenticated => Has(Authenticated);

    /// <summary>The neighbour wants no periodic packets while the session is up.</summary>
    public bool IsDemand => Has(Demand);

    /// <summary>The neighbour's detection multiplier, 1..255.</summary>
    public byte DetectMultiplier => _bytes[MultiplierOffset];

    /// <summary>The neighbour's discriminator, not 0.</summary>
    public uint MyDiscriminator => Number(MyDiscriminatorOffset);

    /// <summary>Our discriminator, or 0 while the neighbour does not know it.</summary>
    public uint YourDiscriminator => Number(YourDiscriminatorOffset);

    /// <summary>The shortest interval at which the neighbour would send, in microseconds.</summary>
    public uint DesiredMinimumTransmit => Number(TransmitOffset);

    /// <summary>The shortest interval at which the neighbour takes packets, in microseconds; 0: send none periodically.</summary>
    public uint RequiredMinimumReceive => Number(ReceiveOffset);

    /// <summary>The shortest interval at which the neighbour returns echo packets, in microseconds; 0: it returns none.</summary>
    public uint RequiredMinimumEchoReceive => Number(EchoReceiveOffset);

    /// <summary>The packet, as long as its Length field says.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>The authentication section, from Auth Type on: at least two bytes when <see cref="IsAuthenticated"/>, else empty.</summary>
    public ReadOnlySpan<byte> AuthenticationSection => IsAuthenticated ? _bytes[HeaderLength..] : [];

    /// <summary>Reads the payload of a datagram, with the checks of RFC 5880 section 6.8.6 that need no session, in its order.</summary>
    /// <returns><see cref="BfdDropReason.None"/>, or why the packet is to be dropped; <paramref name="packet"/> is empty then.</returns>
    public static BfdDropReason Read(ReadOnlySpan<byte> payload, out BfdControlPacket packet)
    {
        BfdDropReason reason = Inspect(payload);
        packet = reason == BfdDropReason.None ? new(payload[..payload[LengthOffset]]) : default;
        return reason;
    }

    private static BfdDropReason Inspect(ReadOnlySpan<byte> payload)
    {
        if (payload.IsEmpty)
        {
            return BfdDropReason.Length;
        }

        if (payload[0] >> VersionShift != Version)
        {
            return BfdDropReason.Version;
        }

        if (payload.Length < HeaderLength)
        {
            return BfdDropReason.Length;
        }

        byte flags = payload[FlagsOffset];
        int stated = payload[LengthOffset];
        if (stated < ((flags & Authenticated) != 0 ? ShortestAuthenticated : HeaderLength))
        {
            return BfdDropReason.Length;
        }

        if (stated > payload.Length)
        {
            return BfdDropReason.LengthBeyondPayload;
        }

        return InspectContent(new(payload));
    }

    private static BfdDropReason InspectContent(in BfdControlPacket packet)
    {
        if (packet.DetectMultiplier == 0)
        {
            return BfdDropReason.DetectMultiplierZero;
        }

        if (packet.Has(Multipoint))
        {
            return BfdDropReason.Multipoint;
        }

        if (packet.MyDiscriminator == 0)
        {
            return BfdDropReason.MyDiscriminatorZero;
        }

        if (packet.YourDiscriminator == 0 && packet.State is (BfdState.Init or BfdState.Up))
        {
            return BfdDropReason.YourDiscriminatorZero;
        }

        return packet.IsPoll && packet.IsFinal ? BfdDropReason.PollAndFinal : BfdDropReason.None;
    }

    private bool Has(byte flag) => (_bytes[FlagsOffset] & flag) != 0;

    private uint Number(int offset) => BinaryPrimitives.ReadUInt32BigEndian(_bytes[offset..]);
}
