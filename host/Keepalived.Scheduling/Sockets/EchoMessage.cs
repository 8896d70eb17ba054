using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Keepalived.Scheduling.Sockets;

/// <summary>Echo requests and replies: RFC 792 (ICMP types 8 and 0), RFC 4443 section 4 (ICMPv6 types 128 and 129).</summary>
internal static class EchoMessage
{
    /// <summary>Type, code, checksum, identifier, sequence number.</summary>
    public const int HeaderLength = 8;

    /// <summary>Most data of a request, in octets.</summary>
    public const int LongestPayload = 1024;

    private const byte Request = 8;
    private const byte Reply = 0;
    private const byte Request6 = 128;
    private const byte Reply6 = 129;

    /// <summary>What a reply must refer to.</summary>
    /// <param name="IsIPv6">ICMPv6.</param>
    /// <param name="IsRaw">The socket is raw: the identifier and the checksum of ICMP are ours, and the IPv4 header is received too.</param>
    /// <param name="Identifier">Identifier; an ICMP datagram socket puts its own in its place.</param>
    /// <param name="Sequence">Sequence number.</param>
    public readonly record struct Question(bool IsIPv6, bool IsRaw, ushort Identifier, ushort Sequence);

    /// <summary>A question that nobody can guess.</summary>
    public static Question NextQuestion(bool isIPv6, bool isRaw)
    {
        Span<byte> random = stackalloc byte[4];
        RandomNumberGenerator.Fill(random);
        return new(isIPv6, isRaw, BinaryPrimitives.ReadUInt16BigEndian(random), BinaryPrimitives.ReadUInt16BigEndian(random[2..]));
    }

    /// <summary>Writes a request; the kernel does the checksum of ICMPv6, and of ICMP on datagram sockets.</summary>
    /// <returns>Its length.</returns>
    public static int WriteRequest(Span<byte> message, ReadOnlySpan<byte> payload, in Question question)
    {
        message = message[..(HeaderLength + payload.Length)];
        message[..HeaderLength].Clear();
        message[0] = question.IsIPv6 ? Request6 : Request;
        BinaryPrimitives.WriteUInt16BigEndian(message[4..], question.Identifier);
        BinaryPrimitives.WriteUInt16BigEndian(message[6..], question.Sequence);
        payload.CopyTo(message[HeaderLength..]);
        if (question is { IsRaw: true, IsIPv6: false })
        {
            BinaryPrimitives.WriteUInt16BigEndian(message[2..], Checksum(message));
        }

        return message.Length;
    }

    /// <summary>Whether what was received is the reply to a request.</summary>
    public static bool Answers(ReadOnlySpan<byte> received, ReadOnlySpan<byte> request, in Question question)
    {
        if (question is { IsRaw: true, IsIPv6: false })
        {
            int header = received.IsEmpty ? 0 : (received[0] & 15) * 4;
            received = received.Length < header ? default : received[header..];
        }

        return received.Length == request.Length
            && received[0] == (question.IsIPv6 ? Reply6 : Reply)
            && received[1] == 0
            && (!question.IsRaw || BinaryPrimitives.ReadUInt16BigEndian(received[4..]) == question.Identifier)
            && BinaryPrimitives.ReadUInt16BigEndian(received[6..]) == question.Sequence
            && received[HeaderLength..].SequenceEqual(request[HeaderLength..]);
    }

    /// <summary>RFC 1071, for messages of any length.</summary>
    private static ushort Checksum(ReadOnlySpan<byte> message)
    {
        uint sum = 0;
        for (int i = 0; i < message.Length; i += 2)
        {
            sum += (uint)(message[i] << 8) | (i + 1 < message.Length ? message[i + 1] : 0u);
        }

        while (sum >> 16 != 0)
        {
            sum = (sum & 0xffff) + (sum >> 16);
        }

        return (ushort)(~sum & 0xffff);
    }
}
