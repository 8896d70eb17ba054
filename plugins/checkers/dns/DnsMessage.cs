using System.Buffers.Binary;
using System.Text;

namespace Keepalived.Checkers.Dns;

/// <summary>Queries and what of their answers is looked at (RFC 1035 section 4.1).</summary>
internal static class DnsMessage
{
    /// <summary>Length of the header, the least that an answer has.</summary>
    public const int HeaderLength = 12;

    private const int RecursionDesired = 0x01;
    private const int Response = 0x80;
    private const byte InternetClass = 1;

    /// <summary>
    /// Builds a query with recursion desired and an identifier of 0. A query has a single name, so there is nothing in it to compress.
    /// </summary>
    public static byte[] BuildQuery(string name, DnsRecordType type)
    {
        var query = new List<byte>(HeaderLength + name.Length + 6) { 0, 0, RecursionDesired, 0, 0, 1, 0, 0, 0, 0, 0, 0 };
        foreach (string label in name.Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            byte[] octets = Encoding.UTF8.GetBytes(label);
            query.Add((byte)octets.Length);
            query.AddRange(octets);
        }

        query.AddRange([0, (byte)((int)type >> 8), (byte)((int)type & 0xff), 0, InternetClass]);
        return [.. query];
    }

    /// <summary>Gives a query another identifier.</summary>
    public static void SetIdentifier(Span<byte> query, ushort identifier) => BinaryPrimitives.WriteUInt16BigEndian(query, identifier);

    /// <summary>Why a datagram is no answer to a query: too short, of another identifier, without the bit of responses; null when it is one.</summary>
    public static string? WhyNoAnswer(ReadOnlySpan<byte> datagram, ReadOnlySpan<byte> query) =>
        datagram.Length < HeaderLength ? "is shorter than a header"
        : !datagram[..2].SequenceEqual(query[..2]) ? "has another identifier"
        : (datagram[2] & Response) == 0 ? "is no response" : null;

    /// <summary>The error code of an answer, 0..15; 0 is none.</summary>
    public static int ErrorCode(ReadOnlySpan<byte> answer) => answer[3] & 0x0f;

    /// <summary>The mnemonic of an error code (RFC 6895 section 2.3).</summary>
    public static string Mnemonic(int code) => code switch
    {
        1 => "FORMERR",
        2 => "SERVFAIL",
        3 => "NXDOMAIN",
        4 => "NOTIMP",
        5 => "REFUSED",
        6 => "YXDOMAIN",
        7 => "YXRRSET",
        8 => "NXRRSET",
        9 => "NOTAUTH",
        10 => "NOTZONE",
        _ => "an unassigned code",
    };
}
