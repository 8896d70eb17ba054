using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Keepalived.Linux.Netlink.Netfilter;

/// <summary>
/// Changes of nftables that take effect together or not at all (a batch of nfnetlink). Nothing is acknowledged: the kernel works the
/// batch through inside the send and reports failures only, so after the send there is either an error to read or all is done.
/// Belongs to one thread. Header: linux/netfilter/nf_tables.h.
/// </summary>
public sealed class NftablesBatch
{
    private const int LargestMessage = 64 * 1024;

    private byte[] _buffer = new byte[4096];
    private int _length;
    private uint _sequence;
    private uint _setId;

    /// <summary>Starts a batch.</summary>
    public NftablesBatch()
    {
        _length = 0;
        WriteEdge(NftablesAbi.BatchBegin);
    }

    /// <summary>Messages in it so far.</summary>
    public int Count { get; private set; }

    /// <summary>Adds a table; one that exists stays as it is.</summary>
    public void AddTable(NftablesFamily family, string table)
    {
        NetlinkWriter writer = Begin(NftablesAbi.NewTable, family, NetlinkAbi.Create);
        PutText(ref writer, NftablesAbi.TableName, table);
        End(in writer);
    }

    /// <summary>Deletes a table with everything in it.</summary>
    public void DeleteTable(NftablesFamily family, string table)
    {
        NetlinkWriter writer = Begin(NftablesAbi.DelTable, family, 0);
        PutText(ref writer, NftablesAbi.TableName, table);
        End(in writer);
    }

    /// <summary>Adds a chain that others go to.</summary>
    public void AddChain(NftablesFamily family, string table, string chain)
    {
        NetlinkWriter writer = Begin(NftablesAbi.NewChain, family, NetlinkAbi.Create);
        PutText(ref writer, NftablesAbi.ChainTable, table);
        PutText(ref writer, NftablesAbi.ChainName, chain);
        End(in writer);
    }

    /// <summary>Adds a base chain of type filter that accepts what no rule decides.</summary>
    public void AddChain(NftablesFamily family, string table, string chain, NftablesHook hook, int priority)
    {
        NetlinkWriter writer = Begin(NftablesAbi.NewChain, family, NetlinkAbi.Create);
        PutText(ref writer, NftablesAbi.ChainTable, table);
        PutText(ref writer, NftablesAbi.ChainName, chain);
        int nested = writer.BeginNested(NftablesAbi.ChainHook);
        writer.PutUInt32BigEndian(NftablesAbi.HookNumber, (uint)hook);
        writer.PutUInt32BigEndian(NftablesAbi.HookPriority, unchecked((uint)priority));
        writer.EndNested(nested);
        writer.PutUInt32BigEndian(NftablesAbi.ChainPolicy, NftablesAbi.PolicyAccept);
        PutText(ref writer, NftablesAbi.ChainType, "filter");
        End(in writer);
    }

    /// <summary>Adds a set, or a map when <paramref name="value"/> is given.</summary>
    public void AddSet(NftablesFamily family, string table, string set, NftablesType key, NftablesType? value = null, bool isConstant = false)
    {
        NetlinkWriter writer = Begin(NftablesAbi.NewSet, family, NetlinkAbi.Create);
        PutText(ref writer, NftablesAbi.SetTable, table);
        PutText(ref writer, NftablesAbi.SetName, set);
        uint flags = (value is null ? 0 : NftablesAbi.SetMap) | (isConstant ? NftablesAbi.SetConstant : 0);
        writer.PutUInt32BigEndian(NftablesAbi.SetFlags, flags);
        writer.PutUInt32BigEndian(NftablesAbi.SetKeyType, key.Number);
        writer.PutUInt32BigEndian(NftablesAbi.SetKeyLength, (uint)key.Length);
        if (value is { } data)
        {
            writer.PutUInt32BigEndian(NftablesAbi.SetDataType, data.Number);
            writer.PutUInt32BigEndian(NftablesAbi.SetDataLength, (uint)data.Length);
        }

        writer.PutUInt32BigEndian(NftablesAbi.SetId, ++_setId);
        PutByteOrder(ref writer, key, value);
        End(in writer);
    }

    /// <summary>Adds a map whose keys are ranges in each of several fields (Linux 5.6).</summary>
    /// <param name="family">Of the table.</param>
    /// <param name="table">The table.</param>
    /// <param name="map">The map.</param>
    /// <param name="fields">The fields of a key.</param>
    /// <param name="value">What it maps to.</param>
    /// <param name="counts">Whether each of its elements counts what it matches (Linux 5.7).</param>
    public void AddRangeMap(NftablesFamily family, string table, string map, ReadOnlySpan<NftablesType> fields, NftablesType value, bool counts)
    {
        NftablesType key = fields[0];
        foreach (NftablesType field in fields[1..])
        {
            key = key.Then(field);
        }

        NetlinkWriter writer = Begin(NftablesAbi.NewSet, family, NetlinkAbi.Create);
        PutText(ref writer, NftablesAbi.SetTable, table);
        PutText(ref writer, NftablesAbi.SetName, map);
        writer.PutUInt32BigEndian(NftablesAbi.SetFlags, NftablesAbi.SetMap | NftablesAbi.SetInterval | NftablesAbi.SetConcatenation);
        writer.PutUInt32BigEndian(NftablesAbi.SetKeyType, key.Number);
        writer.PutUInt32BigEndian(NftablesAbi.SetKeyLength, (uint)key.Length);
        writer.PutUInt32BigEndian(NftablesAbi.SetDataType, value.Number);
        writer.PutUInt32BigEndian(NftablesAbi.SetDataLength, (uint)value.Length);
        writer.PutUInt32BigEndian(NftablesAbi.SetId, ++_setId);
        PutFields(ref writer, fields);
        PutByteOrder(ref writer, key, value);
        if (counts)
        {
            int expression = writer.BeginNested(NftablesAbi.SetExpression);
            NftablesRule.PutCounter(ref writer);
            writer.EndNested(expression);
        }

        End(in writer);
    }

    /// <summary>Adds or deletes a range of such a map. Adding one that overlaps another fails the batch, as does deleting one that is not there.</summary>
    public void ChangeRange(
        NftablesFamily family, string table, string map, bool isAdd, ReadOnlySpan<byte> first, ReadOnlySpan<byte> last, ReadOnlySpan<byte> value)
    {
        NetlinkWriter writer = Begin(isAdd ? NftablesAbi.NewSetElement : NftablesAbi.DelSetElement, family, isAdd ? NetlinkAbi.Create : (ushort)0);
        PutText(ref writer, NftablesAbi.ElementListTable, table);
        PutText(ref writer, NftablesAbi.ElementListSet, map);
        int list = writer.BeginNested(NftablesAbi.ElementListElements);
        int element = writer.BeginNested(NftablesAbi.ListElement);
        PutData(ref writer, NftablesAbi.ElementKey, first);
        PutData(ref writer, NftablesAbi.ElementKeyEnd, last);
        if (isAdd)
        {
            PutData(ref writer, NftablesAbi.ElementData, value);
        }

        writer.EndNested(element);
        writer.EndNested(list);
        End(in writer);
    }

    /// <summary>Adds or deletes an element. Adding one that is there changes nothing; deleting one that is not there fails the batch.</summary>
    public void ChangeElement(NftablesFamily family, string table, string set, bool isAdd, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value = default)
    {
        NetlinkWriter writer = Begin(isAdd ? NftablesAbi.NewSetElement : NftablesAbi.DelSetElement, family, isAdd ? NetlinkAbi.Create : (ushort)0);
        PutText(ref writer, NftablesAbi.ElementListTable, table);
        PutText(ref writer, NftablesAbi.ElementListSet, set);
        int list = writer.BeginNested(NftablesAbi.ElementListElements);
        int element = writer.BeginNested(NftablesAbi.ListElement);
        PutData(ref writer, NftablesAbi.ElementKey, key);
        if (!value.IsEmpty)
        {
            PutData(ref writer, NftablesAbi.ElementData, value);
        }

        writer.EndNested(element);
        writer.EndNested(list);
        End(in writer);
    }

    /// <summary>Appends a rule to a chain.</summary>
    public void AddRule(NftablesFamily family, string table, string chain, NftablesRule rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        NetlinkWriter writer = Begin(NftablesAbi.NewRule, family, NetlinkAbi.Create | NetlinkAbi.Append);
        PutText(ref writer, NftablesAbi.RuleTable, table);
        PutText(ref writer, NftablesAbi.RuleChain, chain);
        writer.Put(NetlinkAbi.Nested | NftablesAbi.RuleExpressions, rule.Octets);
        End(in writer);
    }

    /// <summary>Hands the batch to the kernel. It is used up.</summary>
    /// <param name="transport">A socket of the netfilter family.</param>
    /// <exception cref="NetlinkException">The kernel refused; nothing has changed.</exception>
    public void Send(INetlinkTransport transport)
    {
        ArgumentNullException.ThrowIfNull(transport);
        WriteEdge(NftablesAbi.BatchEnd);
        Errno errno = transport.Send(_buffer.AsSpan(0, _length));
        if (errno != Errno.None)
        {
            throw new NetlinkException("change nftables", errno);
        }

        byte[] answer = new byte[LargestMessage];
        NetlinkException? failure = null;
        while ((errno = transport.Receive(answer, out NetlinkDatagram datagram)) == Errno.None)
        {
            failure ??= FindFailure(answer.AsSpan(0, datagram.Length));
        }

        if (failure is not null)
        {
            throw failure;
        }

        if (errno != Errno.EAGAIN)
        {
            throw new NetlinkException("hear whether nftables was changed", errno);
        }
    }

    private static NetlinkException? FindFailure(ReadOnlySpan<byte> datagram)
    {
        var reader = new NetlinkMessageReader(datagram);
        while (reader.MoveNext())
        {
            NetlinkMessage message = reader.Current;
            if (message.Type == NetlinkAbi.Error)
            {
                NetlinkResult result = NetlinkResult.Read(in message, interrupted: false);
                if (!result.Succeeded)
                {
                    return result.ToException($"change nftables (step {message.Sequence})");
                }
            }
        }

        return null;
    }

    /// <summary>Writes an attribute of nested data, as keys, values and constants are given.</summary>
    internal static void PutData(ref NetlinkWriter writer, ushort type, ReadOnlySpan<byte> octets)
    {
        int nested = writer.BeginNested(type);
        writer.Put(NftablesAbi.DataValue, octets);
        writer.EndNested(nested);
    }

    internal static void PutText(ref NetlinkWriter writer, ushort type, string text)
    {
        Span<byte> octets = stackalloc byte[256];
        octets.Clear();
        int length = System.Text.Encoding.ASCII.GetBytes(text.AsSpan(0, Math.Min(text.Length, octets.Length - 1)), octets);
        writer.Put(type, octets[..(length + 1)]);
    }

    private static void PutFields(ref NetlinkWriter writer, ReadOnlySpan<NftablesType> fields)
    {
        int description = writer.BeginNested(NftablesAbi.SetDescription);
        int list = writer.BeginNested(NftablesAbi.DescriptionFields);
        foreach (NftablesType field in fields)
        {
            int one = writer.BeginNested(NftablesAbi.ListElement);
            writer.PutUInt32BigEndian(NftablesAbi.FieldLength, (uint)field.Length);
            writer.EndNested(one);
        }

        writer.EndNested(list);
        writer.EndNested(description);
    }

    private static void PutByteOrder(ref NetlinkWriter writer, NftablesType key, NftablesType? value)
    {
        const int EntryLength = 6;
        Span<byte> entries = stackalloc byte[2 * EntryLength];
        int length = 0;
        foreach ((byte type, bool isHostOrder) in ((byte, bool)[])[(NftablesAbi.UserKeyOrder, key.IsHostOrder), (NftablesAbi.UserDataOrder, value is { IsHostOrder: true })])
        {
            if (isHostOrder)
            {
                entries[length] = type;
                entries[length + 1] = sizeof(uint);
                MemoryMarshal.Write(entries[(length + 2)..], NftablesAbi.HostOrder);
                length += EntryLength;
            }
        }

        if (length > 0)
        {
            writer.Put(NftablesAbi.SetUserData, entries[..length]);
        }
    }

    private NetlinkWriter Begin(ushort type, NftablesFamily family, ushort flags)
    {
        const int Room = 4096;
        Reserve(Room);
        var writer = new NetlinkWriter(_buffer.AsSpan(_length, Room), (ushort)((NftablesAbi.Subsystem << 8) | type), (ushort)(NetlinkAbi.Request | flags));
        writer.PutStructure(new NftablesAbi.Header { Family = (byte)family });
        return writer;
    }

    private void End(in NetlinkWriter writer)
    {
        Span<byte> message = writer.Finish(++_sequence);
        if (message.IsEmpty)
        {
            throw new InvalidOperationException("The nftables message is longer than its room.");
        }

        _length += NetlinkAbi.Align(message.Length);
        Count++;
    }

    private void WriteEdge(ushort type)
    {
        const int Room = 64;
        Reserve(Room);
        var writer = new NetlinkWriter(_buffer.AsSpan(_length, Room), type, NetlinkAbi.Request);
        writer.PutStructure(new NftablesAbi.Header { ResourceBigEndian = BinaryPrimitives.ReverseEndianness(NftablesAbi.Subsystem) });
        _length += writer.Finish(++_sequence).Length;
    }

    private void Reserve(int room)
    {
        if (_buffer.Length - _length < room)
        {
            Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _length + room));
        }
    }
}
