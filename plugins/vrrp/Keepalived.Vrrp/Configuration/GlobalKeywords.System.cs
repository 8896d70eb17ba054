using Keepalived.Configuration;
using Keepalived.Linux;

namespace Keepalived.Vrrp.Configuration;

// The firewall, virtual MAC addresses, netlink and what else lies outside the protocol.
internal static partial class GlobalKeywords
{
    private const int LongestChain = 28;
    private const int LongestIpset = 31;
    private const int LongestVmacPrefix = 11;

    private static void RegisterFirewall(IKeywordBlock<IConfigurationSession> block)
    {
        Add(block, new("vrrp_iptables", "[IN_CHAIN [OUT_CHAIN]]", "Drop packets to addresses that are not accepted by iptables; without names in INPUT and OUTPUT."), ReadIptables);
        Add(block, new("vrrp_ipsets", "[NAME4 [NAME6 [NAME_IF6 [NAME_IGMP [NAME_MLD [NAME_ND]]]]]]", "Names of the ipsets for iptables; none turns ipsets off."), ReadIpsets);
        Add(block, new("nftables", "[TABLE]", "Drop packets to addresses that are not accepted by nftables; not changeable by reload.") { Default = "keepalived" }, (r, g) =>
        {
            r.RefuseSecond(g.Firewall.UsesNftables);
            return g with { Firewall = g.Firewall with { UsesNftables = true, NftablesTable = r.TryWord(out string name) ? name : g.Firewall.NftablesTable } };
        });
        Add(block, new("nftables_priority", "INT -2147483648..2147483647", "Priority of the chains.") { Default = "-1" }, (r, g) =>
            g with { Firewall = g.Firewall with { NftablesPriority = (int)r.Integer("priority", int.MinValue, int.MaxValue) } });
        Add(block, new("nftables_ifindex", "", "Match interfaces by number instead of by name."), (_, g) =>
            g with { Firewall = g.Firewall with { UsesInterfaceIndex = true } });
        Add(block, new("disable_local_igmp", "", "Send no IGMP or MLD reports for the VRRP groups; not changeable by reload."), (_, g) =>
            g with { DisablesLocalIgmp = true });
    }

    private static void RegisterInterfaces(IKeywordBlock<IConfigurationSession> block)
    {
        Add(block, new("default_interface", "IFNAME", "Interface of static addresses that name none.") { Default = "eth0" }, (r, g) =>
            g with { DefaultInterface = VirtualAddressReader.InterfaceName(r) });
        Add(block, new("vmac_prefix", "STRING", "Beginning of the names of virtual MAC interfaces; leaves room for .VRID.") { Default = "vrrp" }, (r, g) =>
            g with { VmacPrefix = ReadPrefix(r, g.VmacPrefix != GlobalSettings.DefaultVmacPrefix) });
        Add(block, new("vmac_addr_prefix", "STRING", "The same for those of use_vmac_addr and of single addresses; vmac_prefix if not set."), (r, g) =>
            g with { VmacAddressPrefix = ReadPrefix(r, g.VmacAddressPrefix is not null) });
        Extra("vrrp_garp_extra_if", null);
        Extra("vrrp_vmac_garp_intvl", "vrrp_garp_extra_if");
        Add(block, new("iproute_usr_dir", "DIR", "Where iproute2 keeps the distribution's names of routing tables and the like.") { Default = RouteNames.DefaultUsrDirectory }, (r, g) =>
            g with { RouteNamesUsrDirectory = r.Word("directory") });
        Add(block, new("iproute_etc_dir", "DIR", "Where iproute2 keeps the administrator's names of routing tables and the like.") { Default = RouteNames.DefaultEtcDirectory }, (r, g) =>
            g with { RouteNamesEtcDirectory = r.Word("directory") });

        void Extra(string name, string? replacedBy) => Add(
            block,
            new(name, "[all] SECONDS 1..86400", "Period of announcements on every other interface of instances with a virtual MAC; off if not set.") { ReplacedBy = replacedBy },
            (r, g) => g with { VmacAnnouncements = InstanceKeywords.ReadVmacAnnouncements(r, 1) });
    }

    private static void RegisterSockets(IKeywordBlock<IConfigurationSession> block)
    {
        const string Bytes = "BYTES 0..4294967295";
        Add(block, new("vrrp_netlink_cmd_rcv_bufs", Bytes, "Receive buffer of the netlink socket that changes things; 0 is this daemon's default, 1 MiB even beyond the system's limit.") { Default = "0" }, (r, g) =>
            g with { CommandBuffer = g.CommandBuffer with { Bytes = ReadBytes(r) } });
        Add(block, new("vrrp_netlink_cmd_rcv_bufs_force", "BOOL?", "Exceed the system's limit for it.") { Default = "false" }, (r, g) =>
            g with { CommandBuffer = g.CommandBuffer with { IsForced = r.OptionalBoolean() } });
        Add(block, new("vrrp_netlink_monitor_rcv_bufs", Bytes, "Receive buffer of the netlink socket that listens; 0 is this daemon's default, 1 MiB even beyond the system's limit.") { Default = "0" }, (r, g) =>
            g with { MonitorBuffer = g.MonitorBuffer with { Bytes = ReadBytes(r) } });
        Add(block, new("vrrp_netlink_monitor_rcv_bufs_force", "BOOL?", "Exceed the system's limit for it.") { Default = "false" }, (r, g) =>
            g with { MonitorBuffer = g.MonitorBuffer with { IsForced = r.OptionalBoolean() } });
        Add(block, new("process_monitor_rcv_bufs", Bytes, "Receive buffer of the socket that hears of processes; 0 is this daemon's default, 1 MiB even beyond the system's limit.") { Default = "0" }, (r, g) =>
            g with { ProcessBuffer = g.ProcessBuffer with { Bytes = ReadBytes(r) } });
        Add(block, new("process_monitor_rcv_bufs_force", "BOOL?", "Exceed the system's limit for it.") { Default = "false" }, (r, g) =>
            g with { ProcessBuffer = g.ProcessBuffer with { IsForced = r.OptionalBoolean() } });
        Add(block, new("vrrp_delay_after_boot", "SECONDS 0.001..4294.967295", "Time after the machine's start in which VRRP neither listens nor sends."), (r, g) =>
            g with { DelayAfterBoot = r.Seconds("delay", TimeSpan.FromMilliseconds(1), _longestInterval) });
    }

    private static uint ReadBytes(IKeywordReader reader) => (uint)reader.Integer("buffer size", 0, uint.MaxValue);

    private static string ReadPrefix(IKeywordReader reader, bool isThere)
    {
        reader.RefuseSecond(isThere);
        string prefix = reader.Word("prefix");
        return prefix.Length is > 0 and <= LongestVmacPrefix
            ? prefix
            : throw reader.Reject($"prefix '{prefix}' leaves no room for the router id in {KernelName.MaxLength} characters", $"use at most {LongestVmacPrefix} characters");
    }

    private static GlobalSettings ReadIptables(IKeywordReader reader, GlobalSettings settings)
    {
        string input = reader.AtEnd ? "INPUT" : Name(reader, "chain", LongestChain);
        string? output = reader.AtEnd ? (input == "INPUT" ? "OUTPUT" : null) : Name(reader, "chain", LongestChain);
        return settings with { Firewall = settings.Firewall with { UsesIptables = true, InputChain = input, OutputChain = output } };
    }

    private static GlobalSettings ReadIpsets(IKeywordReader reader, GlobalSettings settings)
    {
        const int MostNames = 6;
        List<string> given = [];
        while (!reader.AtEnd && given.Count < MostNames)
        {
            given.Add(Name(reader, "ipset", LongestIpset));
        }

        IpsetNames? names = given.Count == 0 ? null : IpsetNames.After(given);
        if (names is not null)
        {
            string[] all = [names.IPv4, names.IPv6, names.LinkLocal, names.Igmp, names.Mld, names.NeighbourDiscovery];
            string? twice = all.GroupBy(name => name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1)?.Key;
            if (twice is not null)
            {
                throw reader.Reject($"two ipsets are called {twice}", "give each a name of its own");
            }
        }

        return settings with { Firewall = settings.Firewall with { Ipsets = names } };
    }

    private static string Name(IKeywordReader reader, string what, int longest)
    {
        string name = reader.Word($"name of the {what}");
        return name.Length <= longest ? name : throw reader.Reject($"'{name}' is too long for the name of a {what}", $"use at most {longest} characters");
    }
}
