using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Keepalived.Linux;
using Keepalived.Linux.Netlink;

namespace Keepalived.Ipvs.Tests;

/// <summary>
/// The kernel's end of a netfilter socket, octet by octet: it takes batches apart by the rules of nfnetlink (linux/netfilter/nfnetlink.h)
/// and writes down each message as text, without the code that wrote them.
/// </summary>
internal sealed class FakeNftables : INetlinkTransport
{
    private const int HeaderLength = 16;
    private const int FamilyLength = 4;
    private const int NestedFlag = 0x8000;
    private const int ErrorType = 2;

    private static readonly Dictionary<int, string> s_names = new()
    {
        [16] = "begin", [17] = "end", [0xA00] = "newtable", [0xA02] = "deltable", [0xA03] = "newchain", [0xA06] = "newrule", [0xA09] = "newset",
        [0xA0C] = "newelem", [0xA0E] = "delelem",
    };

    private byte[]? _answer;

    /// <summary>Messages so far, batches' edges left out.</summary>
    public List<string> Messages { get; } = [];

    /// <summary>Batches so far.</summary>
    public int Batches { get; private set; }

    /// <summary>What each batch is answered with.</summary>
    public Errno Refusal { get; set; }

    public bool IsDisposed { get; private set; }

    public int Descriptor => -1;

    public Errno Send(ReadOnlySpan<byte> messages)
    {
        Batches++;
        var texts = new List<string>();
        while (!messages.IsEmpty)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(messages);
            texts.Add(Describe(messages[..length]));
            messages = messages[Math.Min(messages.Length, (length + 3) & ~3)..];
        }

        Assert.Equal("begin", texts[0]);
        Assert.Equal("end", texts[^1]);
        Messages.AddRange(texts[1..^1]);
        if (Refusal != Errno.None)
        {
            _answer = new byte[HeaderLength + sizeof(int) + HeaderLength];
            BinaryPrimitives.WriteInt32LittleEndian(_answer, _answer.Length);
            _answer[4] = ErrorType;
            BinaryPrimitives.WriteInt32LittleEndian(_answer.AsSpan(HeaderLength), -(int)Refusal);
        }

        return Errno.None;
    }

    public Errno Receive(Span<byte> buffer, out NetlinkDatagram datagram)
    {
        datagram = default;
        if (_answer is null)
        {
            return Errno.EAGAIN;
        }

        _answer.CopyTo(buffer);
        datagram = new NetlinkDatagram(_answer.Length, false);
        _answer = null;
        return Errno.None;
    }

    public bool WaitReadable(TimeSpan timeout) => _answer is not null;

    public Errno Join(uint group) => throw new NotSupportedException();

    public Errno Ignore(in NetlinkNews news) => throw new NotSupportedException();

    public void SetReceiveBuffer(NetlinkReceiveBuffer receiveBuffer)
    {
    }

    public void Dispose() => IsDisposed = true;

    private static string Describe(ReadOnlySpan<byte> message)
    {
        string name = s_names[BinaryPrimitives.ReadUInt16LittleEndian(message[4..])];
        if (name is "begin" or "end")
        {
            return name;
        }

        var text = new StringBuilder(name).Append(message[HeaderLength] == 2 ? " ip" : " ip6");
        Describe(message[(HeaderLength + FamilyLength)..], text);
        return text.ToString();
    }

    private static void Describe(ReadOnlySpan<byte> attributes, StringBuilder text)
    {
        while (!attributes.IsEmpty)
        {
            int length = BinaryPrimitives.ReadUInt16LittleEndian(attributes);
            int type = BinaryPrimitives.ReadUInt16LittleEndian(attributes[2..]);
            ReadOnlySpan<byte> value = attributes[4..length];
            text.Append(CultureInfo.InvariantCulture, $" {type & ~NestedFlag}=");
            if ((type & NestedFlag) != 0)
            {
                text.Append('(');
                Describe(value, text);
                text.Append(" )");
            }
            else
            {
                text.Append(IsText(value) ? Encoding.ASCII.GetString(value[..^1]) : Convert.ToHexStringLower(value));
            }

            attributes = attributes[Math.Min(attributes.Length, (length + 3) & ~3)..];
        }
    }

    private static bool IsText(ReadOnlySpan<byte> value) =>
        value.Length > 2 && value[^1] == 0 && !value[..^1].ContainsAnyExceptInRange((byte)'!', (byte)'~');
}
