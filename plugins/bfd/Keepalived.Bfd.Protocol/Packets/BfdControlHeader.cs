using System.Buffers.Binary;

namespace Keepalived.Bfd.Protocol;

/// <summary>What stands in the first 24 bytes of a control packet that is to be sent (RFC 5880 section 4.1).</summary>
public readonly record struct BfdControlHeader
{
    /// <summary>Own diagnostic.</summary>
    public BfdDiagnostic Diagnostic { get; init; }

    /// <summary>Own state.</summary>
    public BfdState State { get; init; }

    /// <summary>Asks for an answer.</summary>
    public bool IsPoll { get; init; }

    /// <summary>Answers a poll.</summary>
    public bool IsFinal { get; init; }

    /// <summary>An authentication section follows.</summary>
    public bool IsAuthenticated { get; init; }

    /// <summary>Own detection multiplier, 1..255.</summary>
    public byte DetectMultiplier { get; init; }

    /// <summary>Own discriminator, not 0.</summary>
    public uint MyDiscriminator { get; init; }

    /// <summary>The neighbour's discriminator, 0 while it is not known.</summary>
    public uint YourDiscriminator { get; init; }

    /// <summary>Own shortest send interval in microseconds, not 0.</summary>
    public uint DesiredMinimumTransmit { get; init; }

    /// <summary>Own shortest receive interval in microseconds.</summary>
    public uint RequiredMinimumReceive { get; init; }

    /// <summary>Own shortest interval of echo packets to return, in microseconds; 0: none are returned.</summary>
    public uint RequiredMinimumEchoReceive { get; init; }

    /// <summary>Writes the 24 bytes; the Length field counts <paramref name="packet"/> whole.</summary>
    /// <param name="packet">24 bytes, or more when an authentication section follows.</param>
    public void Write(Span<byte> packet)
    {
        packet[0] = (byte)((BfdControlPacket.Version << BfdControlPacket.VersionShift) | (byte)Diagnostic);
        packet[BfdControlPacket.FlagsOffset] = (byte)(((byte)State << BfdControlPacket.StateShift)
            | (IsPoll ? BfdControlPacket.Poll : 0)
            | (IsFinal ? BfdControlPacket.Final : 0)
            | (IsAuthenticated ? BfdControlPacket.Authenticated : 0));
        packet[BfdControlPacket.MultiplierOffset] = DetectMultiplier;
        packet[BfdControlPacket.LengthOffset] = (byte)packet.Length;
        BinaryPrimitives.WriteUInt32BigEndian(packet[BfdControlPacket.MyDiscriminatorOffset..], MyDiscriminator);
        BinaryPrimitives.WriteUInt32BigEndian(packet[BfdControlPacket.YourDiscriminatorOffset..], YourDiscriminator);
        BinaryPrimitives.WriteUInt32BigEndian(packet[BfdControlPacket.TransmitOffset..], DesiredMinimumTransmit);
        BinaryPrimitives.WriteUInt32BigEndian(packet[BfdControlPacket.ReceiveOffset..], RequiredMinimumReceive);
        BinaryPrimitives.WriteUInt32BigEndian(packet[BfdControlPacket.EchoReceiveOffset..], RequiredMinimumEchoReceive);
    }
}
