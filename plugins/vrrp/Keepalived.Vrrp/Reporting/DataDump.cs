using System.Globalization;
using System.Net.Sockets;
using Keepalived.Events;
using Keepalived.Linux.Netlink.Route;
using Keepalived.Scripts;
using Keepalived.Vrrp.Configuration;
using Keepalived.Vrrp.Network;
using Keepalived.Vrrp.Protocol;
using Keepalived.Vrrp.Runtime;

namespace Keepalived.Vrrp.Reporting;

/// <summary>The data dump: section headers, labels and indents as keepalived has them.</summary>
/// <param name="writer">Where it goes.</param>
/// <param name="routers">What is dumped.</param>
/// <param name="services">Clock, sockets, interfaces.</param>
internal sealed class DataDump(TextWriter writer, VirtualRouterSet routers, VrrpServices services)
{
    public void Write()
    {
        // The host has begun the section of global definitions with its own.
        WriteGlobals();
        WriteStatics();
        Section("VRRP Topology");
        foreach (RunningInstance instance in routers.Instances)
        {
            WriteInstance(instance);
        }

        Section("VRRP Sockpool");
        foreach (AdvertisementPath path in services.Paths.Open)
        {
            WritePath(path);
        }

        if (routers.Groups.Count > 0 || routers.Trackers is not null)
        {
            new TrackingDump(writer, routers).Write();
        }

        Section("Interfaces");
        foreach (LinkInfo link in services.Interfaces.Links)
        {
            WriteInterface(link);
        }

        // keepalived has no such section, so it comes last.
        Section("VRRP History");
        foreach (RunningInstance instance in routers.Instances)
        {
            WriteHistory(instance);
        }
    }

    private static string Enabled(bool value) => value ? "enabled" : "disabled";

    private static string TrueFalse(bool value) => value ? "true" : "false";

    private static string Seconds(TimeSpan value) => ((long)value.TotalSeconds).ToString(CultureInfo.InvariantCulture);

    private static string Stamp(DateTimeOffset time)
    {
        long microseconds = (time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        string unix = $"{microseconds / 1_000_000}.{microseconds % 1_000_000:D6}";
        return $"{unix} ({time.ToLocalTime().ToString("ddd MMM d HH:mm:ss.ffffff yyyy", CultureInfo.InvariantCulture)})";
    }

    private void WriteGlobals()
    {
        GlobalSettings globals = routers.Globals;
        Item(1, "Default smtp_alert_vrrp", globals.SmtpAlert is { } alert ? (alert ? "on" : "off") : "unset");
        Item(1, "Dynamic interfaces", TrueFalse(globals.DynamicInterfaces));
        Item(1, "VRRP notify priority changes", TrueFalse(globals.NotifiesPriorityChanges));
        Item(1, "VRRP IPv4 mcast group", globals.GroupIPv4.ToString());
        Item(1, "VRRP IPv6 mcast group", globals.GroupIPv6.ToString());
        AnnouncementParameters announcements = globals.Announcements;
        Item(1, "Gratuitous ARP delay", Seconds(announcements.MasterDelay));
        Item(1, "Gratuitous ARP repeat", announcements.MasterRepeat);
        Item(1, "Gratuitous ARP refresh timer", Seconds(announcements.MasterRefresh));
        Item(1, "Gratuitous ARP refresh repeat", announcements.MasterRefreshRepeat);
        Item(1, "Gratuitous ARP lower priority delay", Seconds(announcements.LowerPriorityDelay));
        Item(1, "Gratuitous ARP lower priority repeat", announcements.LowerPriorityRepeat);
        Item(1, "Num adverts before down", globals.DownTimerAdvertisements);
        Item(1, "Send advert after receive lower priority advert", TrueFalse(!globals.SilentToLowerPriority));
        Item(1, "Send advert after receive higher priority advert", TrueFalse(globals.AdvertisesBeforeYielding));
        Item(1, "Gratuitous ARP interval", globals.GarpInterval.TotalSeconds.ToString("0.000000", CultureInfo.InvariantCulture));
        Item(1, "Gratuitous NA interval", globals.NeighbourAdvertisementInterval.TotalSeconds.ToString("0.000000", CultureInfo.InvariantCulture));
        Item(1, "VRRP default protocol version", (int)globals.Version);
        Item(1, "VRRP check unicast_src", TrueFalse(globals.ChecksUnicastSource));
        Item(1, "VRRP skip check advert addresses", TrueFalse(globals.SkipsAddressCheck));
        Item(1, "VRRP strict mode", TrueFalse(globals.Strict));
    }

    private void WriteInstance(RunningInstance instance)
    {
        InstanceSettings settings = instance.Settings;
        Item(1, "VRRP Instance", settings.Name);
        Item(3, "VRRP Version", (int)settings.Version);
        if (settings.SyncGroup is { } group)
        {
            Item(3, "Sync group", group);
        }

        Item(3, "State", InstanceText.NameOf((VrrpState)instance.Router.State));
        WriteFlags(settings);
        Item(3, "Wantstate", InstanceText.NameOf(InstanceText.WantedState(instance)));
        Item(3, "Number of config faults", instance.Router.ConfigurationFaults);
        Item(3, "Number of tracker faults", instance.Router.TrackerFaults);
        Line(3, $"Flags of interface faults - {Faults(instance.Router)}");
        Item(3, "Number of track scripts init", instance.Router.PendingTrackers);
        WriteTimes(instance);
        WriteTransport(instance);
        WriteAnnouncements(settings.Announcements);
        WriteElection(instance);
        WriteAddresses(instance);
        WriteUnicast(settings);
        Line(3, $"fd_in {instance.Path?.Descriptor ?? -1}, fd_out {instance.Path?.SendDescriptor ?? -1}");
        WriteRouting("Virtual Routes", settings.Routes, RoutingText.Describe);
        WriteRouting("Virtual Rules", settings.Rules, RoutingText.Describe);
        if (routers.Trackers?.Of(instance) is { } tracking)
        {
            TrackingDump.WritePoints(writer, tracking);
        }

        Item(3, "Using smtp notification", settings.SmtpAlert ? "yes" : "no");
        Item(3, "Notify deleted", settings.Notify.SaysDeleted ? "Deleted" : "Fault");
        WriteScripts(settings.Notify);
        Item(3, "Notify priority changes", TrueFalse(settings.NotifiesPriorityChanges));
    }

    private void WriteRouting<T>(string label, EquatableArray<T> entries, Func<T, string> text)
    {
        if (entries.Count > 0)
        {
            Line(3, label + " :");
            foreach (T entry in entries)
            {
                Line(5, text(entry));
            }
        }
    }

    private void WriteStatics()
    {
        if (services.Links?.Statics is not { Configuration: { } configuration } statics)
        {
            return;
        }

        Static("Static Addresses", configuration.StaticAddresses, address => address.Address.Describe(null) + (statics.IsPresent(address) ? " set" : ""));
        Static("Static Routes", configuration.StaticRoutes, RoutingText.Describe);
        Static("Static Rules", configuration.StaticRules, RoutingText.Describe);

        void Static<T>(string title, EquatableArray<T> entries, Func<T, string> text)
        {
            if (entries.Count > 0)
            {
                Section(title);
                foreach (T entry in entries)
                {
                    Line(5, text(entry));
                }
            }
        }
    }

    private void WriteFlags(InstanceSettings settings)
    {
        List<string> flags = [];
        Add(flags, settings.IsUnicast, "Using unicast");
        Add(flags, settings.Strict, "Strict mode");
        Add(flags, !settings.TracksInterface, "Don't track primary");
        Add(flags, settings.SkipsAddressCheck, "Skip check advert addresses");
        Add(flags, settings.TracksSourceAddress, "Track source address");
        if (flags.Count == 0)
        {
            Line(3, "Flags: none");
            return;
        }

        Line(3, "Flags:");
        flags.ForEach(flag => Line(5, flag));
    }

    private static void Add(List<string> flags, bool holds, string text)
    {
        if (holds)
        {
            flags.Add(text);
        }
    }

    private static string Faults(VirtualRouter router)
    {
        List<string> faults = [];
        Add(faults, router.HasFault(FaultReason.InterfaceDown), "down");
        Add(faults, router.HasFault(FaultReason.BaseInterfaceDown), "base interface down");
        Add(faults, router.HasFault(FaultReason.DuplicateVirtualRouterId), "duplicate VRID");
        Add(faults, router.HasFault(FaultReason.NoSourceAddress), "no source address");
        return faults.Count == 0 ? "(none)" : string.Join(", ", faults);
    }

    private void WriteTimes(RunningInstance instance)
    {
        Item(3, "Last transition", instance.LastTransition is { } at ? Stamp(at) : "0.000000 (never)");
        MonotonicTime deadline = instance.Deadline;
        if (deadline != MonotonicTime.Never)
        {
            DateTimeOffset due = services.Scheduler.TimeProvider.GetUtcNow() + (deadline - services.Scheduler.Now);
            Item(3, "Read timeout", Stamp(due));
        }

        VirtualRouter router = instance.Router;
        TimeSpan down = VirtualRouterTimers.MasterDown(
            instance.Settings.Version, router.EffectivePriority, router.MasterInterval, instance.Settings.DownTimerAdvertisements);
        Item(3, "Master down timer", $"{down.Ticks / TimeSpan.TicksPerMicrosecond} usecs");
    }

    private void WriteTransport(RunningInstance instance)
    {
        InstanceSettings settings = instance.Settings;
        Item(3, "Interface", settings.Interface ?? "(none)");
        string origin = settings.Source is null ? "" : " (from configuration)";
        Item(3, "Using src_ip", instance.Router.Source is { } source ? source + origin : "(none)");
        if (!settings.IsUnicast)
        {
            Line(3, $"Multicast address {settings.MulticastGroup}");
        }
    }

    private void WriteAnnouncements(AnnouncementParameters announcements)
    {
        Item(3, "Gratuitous ARP delay", Seconds(announcements.MasterDelay));
        Item(3, "Gratuitous ARP repeat", announcements.MasterRepeat);
        Item(3, "Gratuitous ARP refresh", Seconds(announcements.MasterRefresh));
        Item(3, "Gratuitous ARP refresh repeat", announcements.MasterRefreshRepeat);
        Item(3, "Gratuitous ARP lower priority delay", Seconds(announcements.LowerPriorityDelay));
        Item(3, "Gratuitous ARP lower priority repeat", announcements.LowerPriorityRepeat);
    }

    private void WriteElection(RunningInstance instance)
    {
        InstanceSettings settings = instance.Settings;
        Item(3, "Down timer adverts", settings.DownTimerAdvertisements);
        Item(3, "Send advert after receive lower priority advert", TrueFalse(!settings.SilentToLowerPriority));
        Item(3, "Send advert after receive higher priority advert", TrueFalse(settings.AdvertisesBeforeYielding));
        Item(3, "Virtual Router ID", settings.VirtualRouterId);
        Item(3, "Priority", settings.Priority);
        Item(3, "Effective priority", instance.Router.EffectivePriority);
        Item(3, "Total priority", instance.Router.EffectivePriority);
        Item(3, "Advert interval", Interval(settings.Version, settings.AdvertisementInterval));
        if (settings.Version == VrrpVersion.Version3 && instance.Router.State == VirtualRouterState.Backup)
        {
            Item(3, "Master advert interval", Interval(settings.Version, instance.Router.MasterInterval));
            Item(3, "Master priority", instance.Router.LastMasterPriority);
        }

        Item(3, "Accept", Enabled(settings.Accepts));
        Item(3, "Preempt", Enabled(settings.Preempts));
        if (settings.PreemptDelay > TimeSpan.Zero)
        {
            Item(3, "Preempt delay", $"{settings.PreemptDelay.TotalSeconds:0.######} secs");
        }

        Item(3, "Promote_secondaries", Enabled(settings.PromotesSecondaries));
        if (settings.Password is not null)
        {
            Item(3, "Authentication type", settings.UsesAuthenticationHeader ? "IPSEC_AH" : "SIMPLE_PASSWORD");
        }
    }

    private static string Interval(VrrpVersion version, TimeSpan interval) =>
        version == VrrpVersion.Version2 ? $"{(long)interval.TotalSeconds} sec" : $"{(long)interval.TotalMilliseconds} milli-sec";

    private void WriteAddresses(RunningInstance instance)
    {
        int counted = instance.Settings.Addresses.Count;
        if (counted > 0)
        {
            Line(3, $"Virtual IP ({counted}):");
        }

        for (int i = 0; i < instance.Addresses.All.Count; i++)
        {
            if (i == counted)
            {
                Line(3, "Virtual IP Excluded :");
            }

            Line(5, InstanceText.Describe(instance.Addresses.All[i], instance.Settings));
        }
    }

    private void WriteUnicast(InstanceSettings settings)
    {
        if (!settings.IsUnicast)
        {
            return;
        }

        if (settings.UnicastTtl is { } ttl)
        {
            Item(3, "Unicast TTL", ttl);
        }

        Line(3, $"Check unicast src : {(settings.ChecksUnicastSource ? "yes" : "no")}");
        Line(3, "Unicast Peer :");
        foreach (UnicastPeer peer in settings.Peers)
        {
            Line(5, $"{peer.Address} min_ttl {peer.MinimumTtl} max_ttl {peer.MaximumTtl}");
        }

        string compatibility = settings.OldUnicastChecksum switch
        {
            OldUnicastChecksum.Always => "yes",
            OldUnicastChecksum.Never => "never",
            _ => "no",
        };
        Item(3, "Unicast checksum compatibility", compatibility);
    }

    private void WriteScripts(NotifyScripts scripts)
    {
        Script("Backup state transition script", scripts.Backup);
        Script("Master state transition script", scripts.Master);
        Script("Fault state transition script", scripts.Fault);
        Script("Stop state transition script", scripts.Stop);
        Script("Deleted state transition script", scripts.Deleted);
        Script("Generic state transition script", scripts.Any);
        Script("Master rx lower priority script", scripts.LowerPriority);
    }

    private void Script(string label, ScriptCommand? command)
    {
        if (command is not null)
        {
            ScriptUser? user = command.User ?? services.Daemon.Globals.ScriptUser;
            Item(3, label, $"{CommandText.Quote(command)}, uid:gid {user?.UserId ?? 0}:{user?.GroupId ?? 0}");
        }
    }

    private void WritePath(AdvertisementPath path)
    {
        ChannelKey key = path.Key;
        Line(1, $"fd_in {path.Descriptor} fd_out = {path.SendDescriptor}");
        Item(3, "Interface", services.Interfaces.Find(key.InterfaceIndex)?.Name.ToString() ?? "(any)");
        Item(3, "Family", key.Family == AddressFamily.InterNetwork ? "IPv4" : "IPv6");
        Item(3, "Protocol", key.Protocol == AuthenticationHeader.Protocol ? "AH" : "VRRP");
        Item(3, "Type", key.IsUnicast ? "Unicast" : "Multicast");
        if (key.IsUnicast)
        {
            Item(3, "Address", key.Address.ToString());
        }

        Line(3, "VRRP instances");
        foreach (RunningInstance instance in routers.Instances)
        {
            if (instance.Path == path)
            {
                Line(5, $"{instance.Settings.Name} vrid {instance.Settings.VirtualRouterId}");
            }
        }
    }

    private void WriteInterface(LinkInfo link)
    {
        Item(1, "Name", link.Name.ToString());
        Item(3, "index", link.Index);
        Item(3, "IPv4 address", Primary(link, isIPv6: false));
        Item(3, "IPv6 address", Primary(link, isIPv6: true));
        bool isLoopback = (link.Flags & LinkFlags.Loopback) != 0;
        if (!isLoopback && link.Address.Length > 0)
        {
            Item(3, "MAC", link.Address.ToString());
            Item(3, "MAC broadcast", link.Broadcast.ToString());
        }

        string state = string.Concat(
            link.IsUp ? "UP" : "DOWN",
            (link.Flags & LinkFlags.Running) != 0 ? ", RUNNING" : ", not RUNNING",
            (link.Flags & LinkFlags.Broadcast) != 0 ? "" : ", no broadcast",
            isLoopback ? ", loopback" : "",
            (link.Flags & LinkFlags.Multicast) != 0 ? "" : ", no multicast");
        Item(3, "State", state);
        Item(3, "MTU", link.Mtu);
        string hardware = isLoopback ? "LOOPBACK"
            : link.HardwareType == GratuitousArp.EthernetHardwareType ? "ETHERNET"
            : link.HardwareType == GratuitousArp.InfinibandHardwareType ? "INFINIBAND"
            : link.HardwareType.ToString(CultureInfo.InvariantCulture);
        Item(3, "HW Type", hardware);
    }

    private void WriteHistory(RunningInstance instance)
    {
        RecentEntries<RouterHistoryEntry> history = instance.Router.History;
        Item(1, "VRRP Instance", instance.Settings.Name);
        if (history.Forgotten > 0)
        {
            Item(3, "Older entries forgotten", history.Forgotten);
        }

        DateTimeOffset wallClock = services.Scheduler.TimeProvider.GetUtcNow();
        for (int i = 0; i < history.Count; i++)
        {
            RouterHistoryEntry entry = history[i];
            Line(3, $"{Stamp(wallClock - (services.Scheduler.Now - entry.At))} {entry}");
        }
    }

    private string Primary(LinkInfo link, bool isIPv6)
    {
        Linux.InetAddress address = services.Interfaces.PrimaryAddress(link.Index, isIPv6, services.AddressIndex.Contains);
        return address.IsNone ? "(none)" : address.ToString();
    }

    private void Section(string name) => writer.Write($"------< {name} >------\n");

    private void Item(int indent, string label, long value) => Item(indent, label, value.ToString(CultureInfo.InvariantCulture));

    private void Item(int indent, string label, string value) => Line(indent, $"{label} = {value}");

    private void Line(int indent, string text) => writer.Write($"{new string(' ', indent)}{text}\n");
}
