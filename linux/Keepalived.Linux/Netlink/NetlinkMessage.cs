using System.Runtime.InteropServices;

namespace Keepalived.Linux.Netlink;

/// <summary>One message as received: struct nlmsghdr of linux/netlink.h and what follows it. Valid only until the call that got it returns.</summary>
public readonly ref struct NetlinkMessage
{
    internal NetlinkMessage(ReadOnlySpan<byte> message)
    {
        Type = MemoryMarshal.Read<ushort>(message[4..]);
        Flags = MemoryMarshal.Read<ushort>(message[6..]);
        Sequence = MemoryMarshal.Read<uint>(message[NetlinkAbi.SequenceOffset..]);
        SenderPort = MemoryMarshal.Read<uint>(message[NetlinkAbi.PortOffset..]);
        Payload = message[NetlinkAbi.HeaderLength..];
    }

    /// <summary>What the message is, in the family's own numbers.</summary>
    public ushort Type { get; }

    /// <summary>The NLM_F bits.</summary>
    public ushort Flags { get; }

    /// <summary>The sequence number of the request it answers or was caused by.</summary>
    public uint Sequence { get; }

    /// <summary>
    /// The netlink port of who asked for what the message tells: mostly the process id, or one that libnl made from it; 0 where the
    /// kernel acted itself, through ioctl for instance, or does not say (IPv6 addresses).
    /// </summary>
    public uint SenderPort { get; }

    /// <summary>What follows the header, without the padding.</summary>
    public ReadOnlySpan<byte> Payload { get; }

    /// <summary>The attributes that follow a family header.</summary>
    /// <param name="familyHeaderLength">Octets of the family's header; a payload shorter than it gives a malformed reader.</param>
    public AttributeReader Attributes(int familyHeaderLength)
    {
        int start = NetlinkAbi.Align(familyHeaderLength);
        return Payload.Length < familyHeaderLength ? AttributeReader.Broken : new AttributeReader(Payload.Length <= start ? default : Payload[start..]);
    }
}

/// <summary>Walks the messages of one datagram. Stops at the first that does not fit.</summary>
public ref struct NetlinkMessageReader
{
    private ReadOnlySpan<byte> _rest;

    /// <summary>Starts before the first message.</summary>
    public NetlinkMessageReader(ReadOnlySpan<byte> datagram) => _rest = datagram;

    /// <summary>The message reached by <see cref="MoveNext"/>.</summary>
    public NetlinkMessage Current { get; private set; }

    /// <summary>Whether the walk stopped at octets that are no message.</summary>
    public bool Malformed { get; private set; }

    /// <summary>Goes to the next message.</summary>
    /// <returns>False at the end, or at octets that are no message.</returns>
    public bool MoveNext()
    {
        if (_rest.IsEmpty || Malformed)
        {
            return false;
        }

        if (_rest.Length < NetlinkAbi.HeaderLength)
        {
            Malformed = true;
            return false;
        }

        uint length = MemoryMarshal.Read<uint>(_rest);
        if (length < NetlinkAbi.HeaderLength || length > (uint)_rest.Length)
        {
            Malformed = true;
            return false;
        }

        Current = new NetlinkMessage(_rest[..(int)length]);
        _rest = _rest[Math.Min(NetlinkAbi.Align((int)length), _rest.Length)..];
        return true;
    }
}
