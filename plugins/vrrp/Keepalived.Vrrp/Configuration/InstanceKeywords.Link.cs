using System.Globalization;
using System.Net;
using Keepalived.Configuration;
using Keepalived.Linux;
using Keepalived.Vrrp.Protocol;

namespace Keepalived.Vrrp.Configuration;

// Virtual MAC addresses, VRFs, routes and rules, and what little else concerns the interface.
internal static partial class InstanceKeywords
{
    private const long LongestVmacInterval = 86400;

    private static void RegisterLink(IKeywordBlock<InstanceDraft> block)
    {
        block.Keyword(
            new("use_vmac", "[name] [IFNAME] [MAC] [netlink_notify_msg] [group GROUP]", "The addresses have the virtual MAC of the RFC, or the one named (5 octets: the VRID is the sixth)."),
            ReadVmac);
        block.Keyword(new("use_vmac_addr", "", "Only addresses on other interfaces than the instance's have a virtual MAC."), (_, d) => d.UsesVmacForAddresses = true);
        block.Keyword(new("vmac_xmit_base", "", "Advertisements use the base interface instead of the virtual MAC's."), (r, d) => d.TransmitsOnBase = r.Location);
        block.Keyword(
            new("use_ipvlan", "[name] [IFNAME] [bridge|private|vepa] [group GROUP] [ADDRESS[/LENGTH]]", "The addresses are on an ipvlan interface; IPv4 needs an address of its own."),
            ReadIpvlan);
        block.Keyword(new("vrf", "IFNAME", "VRF of a unicast instance without an interface."), ReadVrf);
        block.Keyword(new("linkbeat_use_polling", "", "Poll the link of the interface.") { ReplacedBy = "linkbeat_interfaces" }, (_, d) => d.PollsLink = true);
        block.Keyword(new("lvs_sync_daemon_interface", "IFNAME", "The IPVS synchronisation daemon follows the instance.") { ReplacedBy = "lvs_sync_daemon in global_defs" }, (r, d) =>
            d.SyncDaemonInterface = At(r, VirtualAddressReader.InterfaceName(r)));
        VmacAnnouncement("garp_extra_if", null);
        VmacAnnouncement("vmac_garp_intvl", "garp_extra_if");
        TimerExpired("timer_expired_backup");
        TimerExpired("thread_timer_expired");

        void VmacAnnouncement(string name, string? replacedBy) => block.Keyword(
            new(name, "[all] SECONDS 0..86400", "Period of announcements on every other interface when there is a virtual MAC; 0 is never.") { ReplacedBy = replacedBy, Default = "vrrp_garp_extra_if" },
            (r, d) => d.VmacAnnouncements = At(r, ReadVmacAnnouncements(r, 0)));

        void TimerExpired(string name) => block.Keyword(
            new(name, "[PRIORITY 1..254]", "A master that was not run in time goes to backup; the number is the priority of the other router."),
            (r, d) => d.TimerExpiredPriority = At(r, r.AtEnd ? (byte)254 : (byte)r.Integer("priority", 1, 254)));
    }

    private static void RegisterRoutes(IKeywordBlock<InstanceDraft> block)
    {
        block.Lines(new("virtual_routes", "{ ROUTE… }", "Routes that a master adds; the language of ip-route(8)."), static (reader, draft) =>
        {
            SourceLocation location = reader.Location;
            draft.Routes.Add(new(new RouteReader(reader, reader.Session.Get<VrrpReading>().RouteNames, isStatic: false).Read(), location));
        });
        block.Lines(new("virtual_rules", "{ RULE… }", "Rules that a master adds; the language of ip-rule(8)."), static (reader, draft) =>
        {
            SourceLocation location = reader.Location;
            draft.Rules.Add(new(new RuleReader(reader, reader.Session.Get<VrrpReading>(), isStatic: false).Read(), location));
        });
    }

    /// <summary>Takes <c>[all] SECONDS</c>.</summary>
    public static VmacAnnouncements ReadVmacAnnouncements(IKeywordReader reader, long minimum)
    {
        bool isForAll = reader.Peek() == "all" && reader.TryWord(out _);
        return new VmacAnnouncements(TimeSpan.FromSeconds(reader.Integer("period in seconds", minimum, LongestVmacInterval)), isForAll);
    }

    private static void ReadVrf(IKeywordReader reader, InstanceDraft draft)
    {
        string name = VirtualAddressReader.InterfaceName(reader);
        draft.Vrf = At(reader, name);
    }

    private static void ReadVmac(IKeywordReader reader, InstanceDraft draft)
    {
        VmacDraft vmac = new();
        draft.Vmac = At(reader, vmac);
        while (reader.TryWord(out string word))
        {
            switch (word)
            {
                case "name":
                    SetName(reader, vmac, reader.Word("name of the interface"));
                    break;
                case "netlink_notify_msg":
                    vmac.NotifiesNetlink = true;
                    break;
                case "group":
                    ReadGroup(reader, vmac);
                    break;
                default:
                    if (!TryReadMac(reader, vmac, word))
                    {
                        SetName(reader, vmac, word);
                    }

                    break;
            }
        }
    }

    private static void ReadIpvlan(IKeywordReader reader, InstanceDraft draft)
    {
        VmacDraft ipvlan = new();
        draft.Ipvlan = At(reader, ipvlan);
        while (reader.TryWord(out string word))
        {
            switch (word)
            {
                case "name":
                    SetName(reader, ipvlan, reader.Word("name of the interface"));
                    break;
                case "bridge" or "private" or "vepa":
                    ipvlan.Mode = word switch { "private" => IpvlanMode.Private, "vepa" => IpvlanMode.Vepa, _ => IpvlanMode.Bridge };
                    break;
                case "group":
                    ReadGroup(reader, ipvlan);
                    break;
                default:
                    int slash = word.IndexOf('/', StringComparison.Ordinal);
                    if (IPAddress.TryParse(slash < 0 ? word : word[..slash], out _) && (slash > 0 || word.AsSpan().ContainsAny('.', ':')))
                    {
                        (InternetAddress address, byte length) = RouteReader.ParsePrefix(reader, word, "ipvlan", "write an address like 192.0.2.1/24");
                        ipvlan.Address = At(reader, new NetworkPrefix(address, length));
                    }
                    else
                    {
                        SetName(reader, ipvlan, word);
                    }

                    break;
            }
        }
    }

    private static void ReadGroup(IKeywordReader reader, VmacDraft vmac) =>
        vmac.InterfaceGroup = RouteReader.FindNamed(reader, reader.Session.Get<VrrpReading>().RouteNames, RouteNameKind.InterfaceGroup, "interface group");

    private static void SetName(IKeywordReader reader, VmacDraft vmac, string name)
    {
        if (vmac.Name is not null)
        {
            throw reader.Reject($"the interface is called {vmac.Name} already, so '{name}' is one word too many", "name the interface once");
        }

        if (!KernelName.TryParse(name, out _) || name.AsSpan().ContainsAny('/', ':', ' '))
        {
            throw reader.Reject($"'{name}' is no interface name", $"use at most {KernelName.MaxLength} characters, without / and :");
        }

        vmac.Name = name;
    }

    // Five octets (the router id is the sixth) or six.
    private static bool TryReadMac(IKeywordReader reader, VmacDraft vmac, string word)
    {
        const int Short = 5;
        const int Full = 6;
        string[] parts = word.Split(':');
        if (parts.Length is not (Short or Full))
        {
            return false;
        }

        byte[] octets = new byte[parts.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            if (parts[i].Length > 2 || !byte.TryParse(parts[i], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out octets[i]))
            {
                return false;
            }
        }

        if ((octets[0] & 1) != 0)
        {
            reader.Warn($"{word} is a multicast MAC address and is not used", "use an address whose first octet is even");
        }
        else if (octets.AsSpan().StartsWith(new byte[] { 0, 0, 0x5e, 0 }) && octets[4] is 1 or 2)
        {
            reader.Warn($"{word} is of the range that the RFC reserves and is not used", "leave it out: it is the default");
        }
        else
        {
            vmac.MacAddress = At(reader, EquatableArray.Create<byte>(octets));
        }

        return true;
    }
}
