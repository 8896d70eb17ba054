using System.Runtime.InteropServices;
using System.Text;

namespace Keepalived.Linux.Netlink;

/// <summary>
/// How one request ended: acknowledged, or refused with an errno and perhaps the kernel's words (the extended acknowledgement of
/// linux/netlink.h). Valid only during the call that passes it; nothing is allocated unless an exception is asked for.
/// </summary>
public readonly ref struct NetlinkResult
{
    private readonly ReadOnlySpan<byte> _kernelText;

    internal NetlinkResult(Errno errno, bool interrupted = false)
    {
        Errno = errno;
        Interrupted = interrupted;
    }

    private NetlinkResult(Errno errno, bool interrupted, ReadOnlySpan<byte> kernelText, uint offset)
    {
        Errno = errno;
        Interrupted = interrupted;
        _kernelText = kernelText;
        Offset = offset;
    }

    /// <summary>The kernel's error number; None when the request succeeded.</summary>
    public Errno Errno { get; }

    /// <summary>Whether the request succeeded.</summary>
    public bool Succeeded => Errno == Errno.None;

    /// <summary>Why it failed, by name; meaningful only when it did.</summary>
    public NetlinkFailure Failure => NetlinkException.Classify(Errno);

    /// <summary>Whether a dump changed under way, so that entries may be missing or doubled: ask again.</summary>
    public bool Interrupted { get; }

    /// <summary>The octet of the request the kernel points at; 0 for none.</summary>
    public uint Offset { get; }

    /// <summary>The kernel's words; null when it said nothing. Allocates.</summary>
    public string? KernelText => _kernelText.IsEmpty ? null : Encoding.UTF8.GetString(_kernelText);

    /// <summary>The failure as an exception.</summary>
    /// <param name="operation">What was attempted.</param>
    public NetlinkException ToException(string operation) => new(operation, Errno, KernelText, Offset);

    /// <summary>Reads NLMSG_ERROR (an acknowledgement when its error is 0) or NLMSG_DONE.</summary>
    internal static NetlinkResult Read(in NetlinkMessage message, bool interrupted)
    {
        ReadOnlySpan<byte> payload = message.Payload;
        if (payload.Length < sizeof(int))
        {
            // An old kernel ends a dump without a status: that is success. An error without a number is none.
            return new NetlinkResult(message.Type == NetlinkAbi.Done ? Errno.None : Errno.EBADMSG, interrupted);
        }

        int error = MemoryMarshal.Read<int>(payload);
        Errno errno = error <= 0 && error > int.MinValue ? (Errno)(-error) : Errno.EBADMSG;
        int start = TextStart(message, payload);
        if (start < 0 || start >= payload.Length)
        {
            return new NetlinkResult(errno, interrupted);
        }

        return ReadText(payload[start..], errno, interrupted);
    }

    private static NetlinkResult ReadText(ReadOnlySpan<byte> attributes, Errno errno, bool interrupted)
    {
        ReadOnlySpan<byte> text = default;
        uint offset = 0;
        var reader = new AttributeReader(attributes);
        while (reader.MoveNext())
        {
            switch (reader.Type)
            {
                case NetlinkAbi.ErrorMessage:
                    text = reader.Value.TrimEnd((byte)0);
                    break;
                case NetlinkAbi.ErrorOffset:
                    offset = reader.UInt32();
                    break;
            }
        }

        return new NetlinkResult(errno, interrupted, text, offset);
    }

    /// <summary>Where the attributes begin: after the error and, in NLMSG_ERROR, as much of our request as the kernel returned.</summary>
    private static int TextStart(in NetlinkMessage message, ReadOnlySpan<byte> payload)
    {
        if ((message.Flags & NetlinkAbi.AckTlvs) == 0)
        {
            return -1;
        }

        if (message.Type == NetlinkAbi.Done)
        {
            return sizeof(int);
        }

        if ((message.Flags & NetlinkAbi.Capped) != 0)
        {
            return sizeof(int) + NetlinkAbi.HeaderLength;
        }

        if (payload.Length < sizeof(int) + NetlinkAbi.HeaderLength)
        {
            return -1;
        }

        uint returned = MemoryMarshal.Read<uint>(payload[sizeof(int)..]);
        return returned > (uint)payload.Length ? -1 : sizeof(int) + NetlinkAbi.Align((int)returned);
    }
}
