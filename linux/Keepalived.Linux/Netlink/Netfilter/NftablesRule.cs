namespace Keepalived.Linux.Netlink.Netfilter;

/// <summary>
/// The expressions of one rule, in the order they are evaluated. Registers are numbered from 1, each of 16 octets; 8 + n is the n-th four
/// octets of them all, so that 9 follows an IPv4 address in register 1.
/// </summary>
public sealed class NftablesRule
{
    private const int Room = 2048;

    private readonly byte[] _buffer = new byte[Room];

    /// <summary>The expressions as nested attributes.</summary>
    internal ReadOnlySpan<byte> Octets => _buffer.AsSpan(0, Length);

    private int Length { get; set; }

    /// <summary>Loads octets of the network header.</summary>
    public NftablesRule LoadNetwork(int offset, int length, uint register = 1) => Payload(NftablesAbi.PayloadNetwork, offset, length, register);

    /// <summary>Loads octets of the transport header.</summary>
    public NftablesRule LoadTransport(int offset, int length, uint register = 1) => Payload(NftablesAbi.PayloadTransport, offset, length, register);

    /// <summary>Loads something about the packet.</summary>
    public NftablesRule Load(NftablesMeta key, uint register = 1) => Add("meta", (ref NetlinkWriter writer) =>
    {
        writer.PutUInt32BigEndian(NftablesAbi.MetaKey, (uint)key);
        writer.PutUInt32BigEndian(NftablesAbi.MetaRegister, register);
    });

    /// <summary>Goes on only when the register has this value.</summary>
    public NftablesRule Equal(ReadOnlySpan<byte> value, uint register = 1)
    {
        byte[] octets = value.ToArray();
        return Add("cmp", (ref NetlinkWriter writer) =>
        {
            writer.PutUInt32BigEndian(NftablesAbi.CompareRegister, register);
            writer.PutUInt32BigEndian(NftablesAbi.CompareOperation, 0);
            NftablesBatch.PutData(ref writer, NftablesAbi.CompareData, octets);
        });
    }

    /// <summary>Clears bits of the register.</summary>
    public NftablesRule Mask(ReadOnlySpan<byte> mask, uint register = 1)
    {
        byte[] octets = mask.ToArray();
        return Add("bitwise", (ref NetlinkWriter writer) =>
        {
            writer.PutUInt32BigEndian(NftablesAbi.BitwiseSource, register);
            writer.PutUInt32BigEndian(NftablesAbi.BitwiseDestination, register);
            writer.PutUInt32BigEndian(NftablesAbi.BitwiseLength, (uint)octets.Length);
            NftablesBatch.PutData(ref writer, NftablesAbi.BitwiseMask, octets);
            NftablesBatch.PutData(ref writer, NftablesAbi.BitwiseXor, new byte[octets.Length]);
        });
    }

    /// <summary>Goes on only when the set has the register's value.</summary>
    public NftablesRule Lookup(string set, uint register = 1) => Add("lookup", (ref NetlinkWriter writer) =>
    {
        NftablesBatch.PutText(ref writer, NftablesAbi.LookupSet, set);
        writer.PutUInt32BigEndian(NftablesAbi.LookupSource, register);
    });

    /// <summary>Goes on only when the map has the register's value, and replaces it by what the map says.</summary>
    public NftablesRule Map(string map, uint register) => Add("lookup", (ref NetlinkWriter writer) =>
    {
        NftablesBatch.PutText(ref writer, NftablesAbi.LookupSet, map);
        writer.PutUInt32BigEndian(NftablesAbi.LookupSource, register);
        writer.PutUInt32BigEndian(NftablesAbi.LookupDestination, register);
    });

    /// <summary>Marks the packet with the register's value.</summary>
    public NftablesRule SetMark(uint register = 1) => Add("meta", (ref NetlinkWriter writer) =>
    {
        writer.PutUInt32BigEndian(NftablesAbi.MetaKey, NftablesAbi.MetaMark);
        writer.PutUInt32BigEndian(NftablesAbi.MetaSource, register);
    });

    /// <summary>Sends a copy to an address through an interface, both in registers.</summary>
    public NftablesRule Duplicate(uint addressRegister, uint deviceRegister) => Add("dup", (ref NetlinkWriter writer) =>
    {
        writer.PutUInt32BigEndian(NftablesAbi.DupAddress, addressRegister);
        writer.PutUInt32BigEndian(NftablesAbi.DupDevice, deviceRegister);
    });

    /// <summary>Counts what has come this far.</summary>
    public NftablesRule Count() => Add(static (ref NetlinkWriter writer) => PutCounter(ref writer));

    /// <summary>Ends the rule.</summary>
    /// <param name="verdict">What becomes of the packet.</param>
    /// <param name="chain">Where <see cref="NftablesVerdict.Goto"/> goes.</param>
    public NftablesRule Then(NftablesVerdict verdict, string? chain = null) => Add("immediate", (ref NetlinkWriter writer) =>
    {
        writer.PutUInt32BigEndian(NftablesAbi.ImmediateRegister, NftablesAbi.RegisterVerdict);
        int data = writer.BeginNested(NftablesAbi.ImmediateData);
        int code = writer.BeginNested(NftablesAbi.DataVerdict);
        writer.PutUInt32BigEndian(NftablesAbi.VerdictCode, unchecked((uint)(int)verdict));
        if (chain is not null)
        {
            NftablesBatch.PutText(ref writer, NftablesAbi.VerdictChain, chain);
        }

        writer.EndNested(code);
        writer.EndNested(data);
    });

    private delegate void Write(ref NetlinkWriter writer);

    private NftablesRule Payload(uint from, int offset, int length, uint register) => Add("payload", (ref NetlinkWriter writer) =>
    {
        writer.PutUInt32BigEndian(NftablesAbi.PayloadRegister, register);
        writer.PutUInt32BigEndian(NftablesAbi.PayloadBase, from);
        writer.PutUInt32BigEndian(NftablesAbi.PayloadOffset, (uint)offset);
        writer.PutUInt32BigEndian(NftablesAbi.PayloadLength, (uint)length);
    });

    /// <summary>Writes a counter that begins at nothing: an expression of a rule, or of a set for its elements.</summary>
    internal static void PutCounter(ref NetlinkWriter writer) => PutExpression(ref writer, "counter", static (ref NetlinkWriter writer) =>
    {
        writer.Put(NftablesAbi.CounterBytes, stackalloc byte[sizeof(ulong)]);
        writer.Put(NftablesAbi.CounterPackets, stackalloc byte[sizeof(ulong)]);
    });

    private static void PutExpression(ref NetlinkWriter writer, string name, Write write)
    {
        NftablesBatch.PutText(ref writer, NftablesAbi.ExpressionName, name);
        int data = writer.BeginNested(NftablesAbi.ExpressionData);
        write(ref writer);
        writer.EndNested(data);
    }

    private NftablesRule Add(string name, Write write) => Add((ref NetlinkWriter writer) => PutExpression(ref writer, name, write));

    private NftablesRule Add(Write writeExpression)
    {
        // A message of its own whose header is left out: what remains are the attributes.
        var writer = new NetlinkWriter(stackalloc byte[Room], 0, 0);
        int element = writer.BeginNested(NftablesAbi.ListElement);
        writeExpression(ref writer);
        writer.EndNested(element);
        ReadOnlySpan<byte> octets = writer.Finish()[NetlinkAbi.HeaderLength..];
        octets.CopyTo(_buffer.AsSpan(Length));
        Length += octets.Length;
        return this;
    }
}
