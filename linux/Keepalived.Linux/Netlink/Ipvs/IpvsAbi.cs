namespace Keepalived.Linux.Netlink.Ipvs;

/// <summary>Names and numbers of linux/ip_vs.h.</summary>
internal static class IpvsAbi
{
    internal const string FamilyName = "IPVS";
    internal const byte Version = 1;

    // IPVS_CMD_.
    internal const byte NewService = 1;
    internal const byte SetService = 2;
    internal const byte DelService = 3;
    internal const byte GetService = 4;
    internal const byte NewDest = 5;
    internal const byte SetDest = 6;
    internal const byte DelDest = 7;
    internal const byte GetDest = 8;
    internal const byte NewDaemon = 9;
    internal const byte DelDaemon = 10;
    internal const byte GetDaemon = 11;
    internal const byte SetConfig = 12;
    internal const byte GetConfig = 13;
    internal const byte SetInfo = 14;
    internal const byte GetInfo = 15;
    internal const byte Zero = 16;
    internal const byte Flush = 17;

    // IPVS_CMD_ATTR_.
    internal const ushort AttrService = 1;
    internal const ushort AttrDest = 2;
    internal const ushort AttrDaemon = 3;
    internal const ushort AttrTimeoutTcp = 4;
    internal const ushort AttrTimeoutTcpFin = 5;
    internal const ushort AttrTimeoutUdp = 6;

    // IPVS_SVC_ATTR_.
    internal const ushort SvcFamily = 1;
    internal const ushort SvcProtocol = 2;
    internal const ushort SvcAddress = 3;
    internal const ushort SvcPort = 4;
    internal const ushort SvcMark = 5;
    internal const ushort SvcScheduler = 6;
    internal const ushort SvcFlags = 7;
    internal const ushort SvcTimeout = 8;
    internal const ushort SvcNetmask = 9;
    internal const ushort SvcStats = 10;
    internal const ushort SvcEngine = 11;
    internal const ushort SvcStats64 = 12;

    // IPVS_DEST_ATTR_.
    internal const ushort DestAddress = 1;
    internal const ushort DestPort = 2;
    internal const ushort DestForwarding = 3;
    internal const ushort DestWeight = 4;
    internal const ushort DestUpper = 5;
    internal const ushort DestLower = 6;
    internal const ushort DestActive = 7;
    internal const ushort DestInactive = 8;
    internal const ushort DestPersistent = 9;
    internal const ushort DestStats = 10;
    internal const ushort DestFamily = 11;
    internal const ushort DestStats64 = 12;
    internal const ushort DestTunnelType = 13;
    internal const ushort DestTunnelPort = 14;
    internal const ushort DestTunnelFlags = 15;

    // IPVS_DAEMON_ATTR_.
    internal const ushort DaemonState = 1;
    internal const ushort DaemonInterface = 2;
    internal const ushort DaemonSyncId = 3;
    internal const ushort DaemonMaxLength = 4;
    internal const ushort DaemonGroup = 5;
    internal const ushort DaemonGroup6 = 6;
    internal const ushort DaemonPort = 7;
    internal const ushort DaemonTtl = 8;

    // IPVS_STATS_ATTR_.
    internal const ushort StatsConnections = 1;
    internal const ushort StatsInPackets = 2;
    internal const ushort StatsOutPackets = 3;
    internal const ushort StatsInBytes = 4;
    internal const ushort StatsOutBytes = 5;
    internal const ushort StatsConnectionRate = 6;
    internal const ushort StatsInPacketRate = 7;
    internal const ushort StatsOutPacketRate = 8;
    internal const ushort StatsInByteRate = 9;
    internal const ushort StatsOutByteRate = 10;

    // IPVS_INFO_ATTR_.
    internal const ushort InfoVersion = 1;
    internal const ushort InfoTableSize = 2;

    // IP_VS_SVC_F_ that are the kernel's or follow from another setting.
    internal const uint FlagPersistent = 0x1;
    internal const uint FlagHashed = 0x2;

    internal const uint ForwardingMask = 0x7;

    // The kernel's addresses are of union nf_inet_addr: 16 octets for either family.
    internal const int AddressLength = 16;
}
