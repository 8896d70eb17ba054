using System.Runtime.InteropServices;

namespace Keepalived.Linux.Netlink.Netfilter;

/// <summary>Names and numbers of linux/netfilter/nf_tables.h and linux/netfilter/nfnetlink.h.</summary>
internal static class NftablesAbi
{
    // nfnetlink.
    internal const ushort Subsystem = 10;
    internal const ushort BatchBegin = 16;
    internal const ushort BatchEnd = 17;

    // enum nf_tables_msg_types.
    internal const ushort NewTable = 0;
    internal const ushort DelTable = 2;
    internal const ushort NewChain = 3;
    internal const ushort NewRule = 6;
    internal const ushort NewSet = 9;
    internal const ushort NewSetElement = 12;
    internal const ushort DelSetElement = 14;

    // Attributes.
    internal const ushort TableName = 1;
    internal const ushort ChainTable = 1;
    internal const ushort ChainName = 3;
    internal const ushort ChainHook = 4;
    internal const ushort ChainPolicy = 5;
    internal const ushort ChainType = 7;
    internal const ushort HookNumber = 1;
    internal const ushort HookPriority = 2;
    internal const ushort RuleTable = 1;
    internal const ushort RuleChain = 2;
    internal const ushort RuleExpressions = 4;
    internal const ushort ListElement = 1;
    internal const ushort ExpressionName = 1;
    internal const ushort ExpressionData = 2;
    internal const ushort SetTable = 1;
    internal const ushort SetName = 2;
    internal const ushort SetFlags = 3;
    internal const ushort SetKeyType = 4;
    internal const ushort SetKeyLength = 5;
    internal const ushort SetDataType = 6;
    internal const ushort SetDataLength = 7;
    internal const ushort SetDescription = 9;
    internal const ushort SetId = 10;
    internal const ushort SetUserData = 13;
    internal const ushort SetExpression = 17;
    internal const ushort DescriptionFields = 2;
    internal const ushort FieldLength = 1;

    // What nft writes into a set's user data to know in which order to read numbers (NFTNL_UDATA_SET_* of libnftnl): type, length, 32 bits.
    internal const byte UserKeyOrder = 0;
    internal const byte UserDataOrder = 1;
    internal const uint HostOrder = 1;
    internal const ushort ElementListTable = 1;
    internal const ushort ElementListSet = 2;
    internal const ushort ElementListElements = 3;
    internal const ushort ElementKey = 1;
    internal const ushort ElementData = 2;
    internal const ushort ElementKeyEnd = 10;
    internal const ushort DataValue = 1;
    internal const ushort DataVerdict = 2;
    internal const ushort VerdictCode = 1;
    internal const ushort VerdictChain = 2;

    // Set flags.
    internal const uint SetConstant = 2;
    internal const uint SetInterval = 4;
    internal const uint SetMap = 8;
    internal const uint SetConcatenation = 0x80;

    // Registers: 1 is the first of 16 octets, 8 + n the n-th of 4 octets (NFT_REG32_00).
    internal const uint RegisterVerdict = 0;

    // Expressions' attributes.
    internal const ushort PayloadRegister = 1;
    internal const ushort PayloadBase = 2;
    internal const ushort PayloadOffset = 3;
    internal const ushort PayloadLength = 4;
    internal const uint PayloadNetwork = 1;
    internal const uint PayloadTransport = 2;
    internal const ushort MetaRegister = 1;
    internal const ushort MetaKey = 2;
    internal const ushort MetaSource = 3;
    internal const uint MetaMark = 3;
    internal const ushort CompareRegister = 1;
    internal const ushort CompareOperation = 2;
    internal const ushort CompareData = 3;
    internal const ushort LookupSet = 1;
    internal const ushort LookupSource = 2;
    internal const ushort LookupDestination = 3;
    internal const ushort ImmediateRegister = 1;
    internal const ushort ImmediateData = 2;
    internal const ushort BitwiseSource = 1;
    internal const ushort BitwiseDestination = 2;
    internal const ushort BitwiseLength = 3;
    internal const ushort BitwiseMask = 4;
    internal const ushort BitwiseXor = 5;
    internal const ushort DupAddress = 1;
    internal const ushort DupDevice = 2;
    internal const ushort CounterBytes = 1;
    internal const ushort CounterPackets = 2;

    internal const int PolicyAccept = 1;

    /// <summary>struct nfgenmsg.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Header
    {
        internal byte Family;
        internal byte Version;
        internal ushort ResourceBigEndian;
    }
}
