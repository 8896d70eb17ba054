using System.Buffers.Binary;
using Keepalived.Lab;

namespace Keepalived.Kernel.Tests.Ipvs;

/// <summary>
/// What programs ask of IPVS in a host's network namespace, as a netlink monitor shows it: every request, in order, by name; and of addresses. It
/// knows nothing of the code under test; names and numbers are those of linux/ip_vs.h, linux/genetlink.h and linux/rtnetlink.h.
/// </summary>
internal sealed class IpvsWire
{
    private const int Generic = 16;
    private const int Route = 0;
    private const int NewAddress = 20;
    private const int DeleteAddress = 21;
    private const int MessageHeader = 16;
    private const int GenericHeader = 4;
    private const int ControllerId = 16;
    private const ushort RequestFlag = 1;
    private const ushort FamilyIdAttribute = 1;

    private static readonly string[] s_commands =
    [
        "?", "NEW_SERVICE", "SET_SERVICE", "DEL_SERVICE", "GET_SERVICE", "NEW_DEST", "SET_DEST", "DEL_DEST", "GET_DEST", "NEW_DAEMON", "DEL_DAEMON",
        "GET_DAEMON", "SET_CONFIG", "GET_CONFIG", "SET_INFO", "GET_INFO", "ZERO", "FLUSH",
    ];

    private readonly Capture _capture;

    private IpvsWire(Capture capture) => _capture = capture;

    /// <summary>Every request to IPVS so far; begins with what the program that starts next asks for.</summary>
    public IReadOnlyList<string> Requests => Read(withAddresses: false);

    /// <summary>The same with NEWADDR and DELADDR among them.</summary>
    public IReadOnlyList<string> RequestsAndAddresses => Read(withAddresses: true);

    private List<string> Read(bool withAddresses)
    {
        var requests = new List<string>();
        int family = -1;
        foreach (Frame frame in _capture.Frames)
        {
            foreach (ReadOnlyMemory<byte> message in Messages(frame.Bytes))
            {
                ReadOnlySpan<byte> octets = message.Span;
                int type = BinaryPrimitives.ReadUInt16LittleEndian(octets[4..]);
                bool isRequest = (BinaryPrimitives.ReadUInt16LittleEndian(octets[6..]) & RequestFlag) != 0;
                switch (frame.Protocol)
                {
                    case Generic when type == ControllerId && !isRequest && octets.IndexOf("IPVS\0"u8) > 0:
                        family = FamilyIn(octets);
                        break;
                    case Generic when type == family && isRequest:
                        requests.Add(s_commands[octets[MessageHeader]]);
                        break;
                    case Route when withAddresses && isRequest && type is NewAddress or DeleteAddress:
                        requests.Add(type == NewAddress ? "NEWADDR" : "DELADDR");
                        break;
                }
            }
        }

        return requests;
    }

    /// <summary>Begins to watch, before the program to be watched starts: its search for the IPVS family tells the family's number.</summary>
    public static IpvsWire Watch(Host host)
    {
        Command.Shell($"""
            ip -n {host.Namespace} link add nlmon0 type nlmon
            ip -n {host.Namespace} link set nlmon0 up
            """);
        return new IpvsWire(Capture.Start(host, "nlmon0"));
    }

    private static IEnumerable<ReadOnlyMemory<byte>> Messages(byte[] datagram)
    {
        int at = 0;
        while (datagram.Length - at >= MessageHeader + GenericHeader)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(datagram.AsSpan(at));
            if (length < MessageHeader || length > datagram.Length - at)
            {
                yield break;
            }

            yield return datagram.AsMemory(at, length);
            at += (length + 3) & ~3;
        }
    }

    private static int FamilyIn(ReadOnlySpan<byte> message)
    {
        ReadOnlySpan<byte> attributes = message[(MessageHeader + GenericHeader)..];
        while (attributes.Length > 4)
        {
            int length = BinaryPrimitives.ReadUInt16LittleEndian(attributes);
            if (BinaryPrimitives.ReadUInt16LittleEndian(attributes[2..]) == FamilyIdAttribute)
            {
                return BinaryPrimitives.ReadUInt16LittleEndian(attributes[4..]);
            }

            attributes = attributes[Math.Min(attributes.Length, (length + 3) & ~3)..];
        }

        return -1;
    }
}
