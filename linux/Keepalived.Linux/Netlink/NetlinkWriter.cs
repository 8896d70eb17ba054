using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Keepalived.Linux.Netlink;

/// <summary>
/// Writes one netlink message: header, family header, attributes (linux/netlink.h). The error is sticky: once something
/// did not fit, <see cref="Overflowed"/> stays true and nothing more is written, so an encoder is not asked until its end.
/// </summary>
public ref struct NetlinkWriter
{
    private readonly Span<byte> _buffer;

    /// <summary>Starts a message.</summary>
    /// <param name="buffer">Where the message goes.</param>
    /// <param name="type">What the message is, in the family's numbers.</param>
    /// <param name="flags">NLM_F bits.</param>
    public NetlinkWriter(Span<byte> buffer, ushort type, ushort flags)
    {
        _buffer = buffer;
        Span<byte> header = Take(NetlinkAbi.HeaderLength);
        if (!header.IsEmpty)
        {
            MemoryMarshal.Write(header[4..], type);
            MemoryMarshal.Write(header[6..], flags);
        }
    }

    /// <summary>Octets written so far, padding included.</summary>
    public int Length { get; private set; }

    /// <summary>Whether the message asks for a dump, which ends with NLMSG_DONE and not with an acknowledgement.</summary>
    internal bool IsDump { get; init; }

    /// <summary>Whether something did not fit.</summary>
    public bool Overflowed { get; private set; }

    /// <summary>Writes the family's header or another structure that is no attribute, in the machine's layout.</summary>
    public void PutStructure<T>(scoped in T value)
        where T : unmanaged
    {
        Span<byte> room = Take(NetlinkAbi.Align(Unsafe.SizeOf<T>()));
        if (!room.IsEmpty)
        {
            MemoryMarshal.Write(room, in value);
        }
    }

    /// <summary>Writes an attribute of one octet.</summary>
    public void PutByte(ushort type, byte value) => Put(type, [value]);

    /// <summary>Writes an attribute of 16 bits in the machine's order.</summary>
    public void PutUInt16(ushort type, ushort value) => PutValue(type, in value);

    /// <summary>Writes an attribute of 32 bits in the machine's order.</summary>
    public void PutUInt32(ushort type, uint value) => PutValue(type, in value);

    /// <summary>Writes an attribute of 64 bits in the machine's order.</summary>
    public void PutUInt64(ushort type, ulong value) => PutValue(type, in value);

    /// <summary>Writes an attribute of 16 bits in network order.</summary>
    public void PutUInt16BigEndian(ushort type, ushort value)
    {
        Span<byte> octets = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(octets, value);
        Put(type, octets);
    }

    /// <summary>Writes an attribute of 32 bits in network order.</summary>
    public void PutUInt32BigEndian(ushort type, uint value)
    {
        Span<byte> octets = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(octets, value);
        Put(type, octets);
    }

    /// <summary>Writes an attribute holding a structure in the machine's layout.</summary>
    public void PutValue<T>(ushort type, scoped in T value)
        where T : unmanaged => Put(type, MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)));

    /// <summary>Writes an attribute holding a name and its final zero.</summary>
    public void PutName(ushort type, KernelName name)
    {
        Span<byte> octets = stackalloc byte[16];
        name.Write(octets);
        Put(type, octets[..(name.Length + 1)]);
    }

    /// <summary>Writes an attribute holding an address of 4 or 16 octets.</summary>
    public void PutAddress(ushort type, InetAddress address)
    {
        Span<byte> octets = stackalloc byte[16];
        Put(type, octets[..address.Write(octets)]);
    }

    /// <summary>Writes an attribute of any octets.</summary>
    public void Put(ushort type, scoped ReadOnlySpan<byte> value)
    {
        Span<byte> room = Take(NetlinkAbi.Align(NetlinkAbi.AttributeHeaderLength + value.Length));
        if (!room.IsEmpty)
        {
            WriteAttributeHeader(room, type, NetlinkAbi.AttributeHeaderLength + value.Length);
            value.CopyTo(room[NetlinkAbi.AttributeHeaderLength..]);
        }
    }

    /// <summary>Opens an attribute that holds attributes.</summary>
    /// <returns>What <see cref="EndNested"/> needs to close it.</returns>
    public int BeginNested(ushort type)
    {
        int start = Length;
        Span<byte> room = Take(NetlinkAbi.AttributeHeaderLength);
        if (!room.IsEmpty)
        {
            WriteAttributeHeader(room, (ushort)(type | NetlinkAbi.Nested), 0);
        }

        return start;
    }

    /// <summary>Closes the attribute that <see cref="BeginNested"/> opened.</summary>
    public void EndNested(int start)
    {
        int length = Length - start;
        if (!Overflowed && length <= ushort.MaxValue)
        {
            MemoryMarshal.Write(_buffer[start..], (ushort)length);
        }
        else
        {
            Overflowed = true;
        }
    }

    /// <summary>Writes the message's length and sequence number into its header.</summary>
    /// <param name="sequence">The number; a connection gives its own when it sends. A fake kernel gives that of the request it answers.</param>
    /// <returns>The message's octets; empty when something did not fit.</returns>
    public readonly Span<byte> Finish(uint sequence = 0)
    {
        if (Overflowed)
        {
            return default;
        }

        MemoryMarshal.Write(_buffer, Length);
        MemoryMarshal.Write(_buffer[NetlinkAbi.SequenceOffset..], sequence);
        return _buffer[..Length];
    }

    private static void WriteAttributeHeader(Span<byte> room, ushort type, int length)
    {
        MemoryMarshal.Write(room, (ushort)length);
        MemoryMarshal.Write(room[2..], type);
    }

    private Span<byte> Take(int length)
    {
        if (Overflowed || length > _buffer.Length - Length || length > ushort.MaxValue)
        {
            Overflowed = true;
            return default;
        }

        Span<byte> room = _buffer.Slice(Length, length);
        room.Clear();
        Length += length;
        return room;
    }
}
