using Keepalived.Configuration;
using Keepalived.Vrrp.Protocol;

namespace Keepalived.Vrrp.Configuration;

/// <summary>The block <c>vrrp_instance</c>.</summary>
internal static partial class InstanceKeywords
{
    /// <summary>Name of the block.</summary>
    public const string Name = "vrrp_instance";

    private static readonly TimeSpan _longest = TimeSpan.FromSeconds(4294);

    public static void Register(IKeywordBlock<IConfigurationSession> root)
    {
        IKeywordBlock<InstanceDraft> block = root.Block<InstanceDraft>(
            new(Name, "NAME { … }", "A virtual router."),
            Open,
            Close);
        RegisterIdentity(block);
        RegisterTransport(block);
        RegisterAddresses(block);
        RegisterElection(block);
        RegisterAnnouncements(block);
        RegisterNotifications(block);
        RegisterAuthentication(block);
        RegisterLink(block);
        RegisterRoutes(block);
        TrackLineKeywords.Register(block);
        HmacKeywords.Register(block);
    }

    /// <summary>Takes a multicast group of one family.</summary>
    public static InternetAddress Group(IKeywordReader reader, int addressLength)
    {
        InternetAddress group = InternetAddress.From(reader.Address("multicast group"));
        return group.IsMulticast && (addressLength == 0 || group.Length == addressLength)
            ? group
            : throw reader.Reject($"{group} is not a multicast group of this family", "use an address of 224.0.0.0/4 or ff00::/8");
    }

    /// <summary>Takes a number of announcements, of which 0 means 1.</summary>
    public static int Repeat(IKeywordReader reader)
    {
        SourceLocation location = reader.NextLocation;
        long count = reader.Integer("number of announcements", 0, uint.MaxValue);
        if (count == 0)
        {
            reader.Session.Warn(location, $"{reader.Keyword} cannot be 0; 1 is used", $"write {reader.Keyword} 1");
        }

        return (int)Math.Clamp(count, 1, int.MaxValue);
    }

    /// <summary>Takes a period in whole seconds, of which 0 means never.</summary>
    public static TimeSpan Refresh(IKeywordReader reader) => TimeSpan.FromSeconds(reader.Integer("period in seconds", 0, uint.MaxValue));

    private static InstanceDraft? Open(IKeywordReader reader, IConfigurationSession session)
    {
        // keepalived wants exactly one word here; it reports none and several alike, and leaves the block out.
        if (!reader.TryWord(out string name))
        {
            throw reader.Reject("vrrp_instance has no name", "write vrrp_instance NAME {");
        }

        if (reader.TryWord(out string surplus))
        {
            throw reader.Reject($"'{surplus}' follows the name of vrrp_instance {name}", "put a name of several words into double quotes");
        }

        if (session.Get<VrrpReading>().InstancesByName.TryGetValue(name, out InstanceDraft? other))
        {
            session.Error(reader.Location, $"vrrp_instance {name} is there already; this one is left out", "give it another name", new(other.Location, "the first is here"));
            return null;
        }

        return new InstanceDraft(name, reader.Location);
    }

    private static void Close(IConfigurationSession session, IConfigurationSession parent, InstanceDraft draft)
    {
        VrrpReading reading = session.Get<VrrpReading>();
        reading.Instances.Add(draft);
        reading.InstancesByName.Add(draft.Name, draft);
    }

    private static void RegisterIdentity(IKeywordBlock<InstanceDraft> block)
    {
        block.Keyword(new("interface", "IFNAME", "Interface that advertisements are sent and heard on."), (r, d) =>
            d.Interface = At(r, VirtualAddressReader.InterfaceName(r)));
        block.Keyword(new("virtual_router_id", "INT 1..255", "Identity of the virtual router on its link."), (r, d) =>
            d.VirtualRouterId = At(r, (byte)r.Integer("virtual router id", 1, 255)));
        block.Keyword(new("state", "MASTER|BACKUP", "State to start in.") { Default = "MASTER for priority 255, else BACKUP" }, ReadState);
        block.Keyword(new("priority", "INT 1..255", "The highest of a link is master; 255 is the owner of the addresses.") { Default = "100" }, (r, d) =>
            d.Priority = At(r, (byte)r.Integer("priority", 1, 255)));
        block.Keyword(new("version", "INT 2|3", "VRRP version.") { Default = "vrrp_version; 3 for IPv6" }, (r, d) =>
            d.Version = At(r, (VrrpVersion)r.Integer("VRRP version", 2, 3)));
        block.Keyword(new("native_ipv6", "", "The instance is IPv6 although its first address may not say so."), (r, d) => d.NativeIPv6 = r.Location);
        block.Keyword(new("advert_int", "SECONDS 0.01..255", "Interval of advertisements.") { Default = "1" }, (r, d) =>
            d.AdvertisementInterval = At(r, r.Seconds("interval", TimeSpan.FromMilliseconds(10), TimeSpan.FromSeconds(255))));
        block.Keyword(new("strict_mode", "BOOL?", "Enforce the RFC.") { Default = "vrrp_strict" }, (r, d) => d.Strict = r.OptionalBoolean());
        block.Keyword(new("debug", "INT 0..4", "Read for compatibility; it changes nothing, as with keepalived."), (r, _) => r.Integer("debug level", 0, 4));
    }

    private static void RegisterTransport(IKeywordBlock<InstanceDraft> block)
    {
        block.Keyword(new("mcast_src_ip", "IP", "Source address of advertisements.") { Default = "the interface's" }, (r, d) =>
            d.MulticastSource = At(r, InternetAddress.From(r.MachineAddress("source address"))));
        block.Keyword(new("unicast_src_ip", "IP", "Source address of unicast advertisements.") { Default = "the interface's" }, (r, d) =>
        {
            d.UnicastKeyword ??= r.Location;
            d.UnicastSource = At(r, InternetAddress.From(r.MachineAddress("source address")));
        });
        block.Keyword(new("mcast_dst_ip", "MULTICAST_IP", "Multicast group.") { Default = "vrrp_mcast_group4 or vrrp_mcast_group6" }, (r, d) =>
            d.MulticastGroup = At(r, Group(r, addressLength: 0)));
        block.Lines<InstanceDraft>(
            new("unicast_peer", "{ IP [min_ttl 0..255] [max_ttl 0..255] … }", "Send to these instead of the group."),
            (r, d) =>
            {
                d.UnicastKeyword ??= r.Location;
                return d;
            },
            ReadPeer);
        block.Keyword(new("unicast_fault_no_peer", "", "Without a peer the instance is in FAULT instead of using multicast."), (_, d) => d.FaultWithoutPeers = true);
        block.Keyword(new("check_unicast_src", "", "Drop unicast advertisements from others than the peers."), (r, d) =>
        {
            d.UnicastKeyword ??= r.Location;
            d.ChecksUnicastSource = true;
        });
        block.Keyword(new("unicast_ttl", "INT 0..255", "TTL of unicast advertisements.") { Default = "255; the kernel's for IPv6" }, (r, d) =>
            d.UnicastTtl = At(r, (byte)r.Integer("TTL", 0, 255)));
        block.Keyword(new("old_unicast_checksum", "[never]", "Checksums of unicast version 3 as old versions compute them."), ReadOldChecksum);
        block.Keyword(new("v3_checksum_as_v2", "BOOL?", "Version 3 IPv4 checksum without pseudo header."), (r, d) => d.Version3ChecksumAsVersion2 = r.OptionalBoolean());
        block.Keyword(new("kernel_rx_buf_size", "BYTES 0..4294967295", "Receive buffer of the instance's socket."), (r, d) =>
            d.ReceiveBufferBytes = (uint)r.Integer("buffer size", 0, uint.MaxValue));
        block.Keyword(new("track_src_ip", "", "Losing the source address is a fault."), (_, d) => d.TracksSourceAddress = true);
        block.Keyword(new("dont_track_primary", "", "The instance's interface may go down."), (_, d) => d.DontTrackPrimary = true);
        block.Keyword(new("skip_check_adv_addr", "BOOL?", "Do not compare the address list of the master already known."), (r, d) =>
        {
            // keepalived takes the keyword for a yes whatever it says.
            if (!r.OptionalBoolean())
            {
                const string Message = "skip_check_adv_addr is on whatever its argument says, here as in keepalived";
                r.Session.Report(new(DiagnosticClass.Ok, DiagnosticSeverity.Warning, r.Location, Message, "remove the keyword to have the check"));
            }

            d.SkipsAddressCheck = true;
        });
    }

    private static void RegisterAddresses(IKeywordBlock<InstanceDraft> block)
    {
        const string Shape = "{ ADDRESS[/LENGTH] [options] … }";
        block.Lines(new("virtual_ipaddress", Shape, "Addresses of the virtual router, listed in advertisements."), (r, d) =>
            d.Addresses.Add(At(r, ReadVirtualAddress(r))));
        block.Lines(new("virtual_ipaddress_excluded", Shape, "Further addresses, not listed in advertisements."), (r, d) =>
            d.ExcludedAddresses.Add(At(r, ReadVirtualAddress(r))));
        block.Keyword(new("no_virtual_ipaddress", "", "The instance has no address on purpose."), (_, d) => d.NoVirtualAddress = true);
        block.Keyword(new("promote_secondaries", "", "Removing the first address of a network keeps the others."), (r, d) => d.PromotesSecondaries = r.Location);
        block.Keyword(new("accept", "", "Packets to the virtual addresses are accepted.") { Default = "yes unless strict" }, (r, d) => d.Accept = At(r, true));
        block.Keyword(new("no_accept", "", "Packets to the virtual addresses are dropped unless owner."), (r, d) => d.Accept = At(r, false));
    }

    private static void RegisterElection(IKeywordBlock<InstanceDraft> block)
    {
        block.Keyword(new("preempt", "", "Take over from a lower priority."), (r, d) => d.NoPreempt = At(r, false));
        block.Keyword(new("nopreempt", "", "Leave a lower priority in office."), (r, d) => d.NoPreempt = At(r, true));
        block.Keyword(new("preempt_delay", "SECONDS 0..1000", "Wait before taking over from a lower priority.") { Default = "0" }, (r, d) =>
            d.PreemptDelay = At(r, r.Seconds("delay", TimeSpan.Zero, TimeSpan.FromSeconds(1000))));
        block.Keyword(new("down_timer_adverts", "INT 1..100", "Advertisements to miss before the master counts as gone."), (r, d) =>
            d.DownTimerAdvertisements = At(r, (int)r.Integer("number of advertisements", 1, 100)));
        block.Keyword(new("lower_prio_no_advert", "BOOL?", "A master does not answer a lower priority."), (r, d) =>
            d.SilentToLowerPriority = At(r, r.OptionalBoolean()));
        block.Keyword(new("higher_prio_send_advert", "BOOL?", "A master that yields sends one more advertisement."), (r, d) =>
            d.AdvertisesBeforeYielding = At(r, r.OptionalBoolean()));
        block.Keyword(new("reassert_after_conflict", "BOOL?", "A master that outlasts another one announces and notifies again.") { Default = "vrrp_reassert_after_conflict" }, (r, d) =>
            d.ReassertsAfterConflict = r.OptionalBoolean());
        block.Keyword(new("restore_addresses", "BOOL?", "A master puts back addresses that others remove, instead of going to BACKUP.") { Default = "vrrp_restore_addresses" }, (r, d) =>
            d.RestoresAddresses = r.OptionalBoolean());
        block.Keyword(new("owner_ignore_adverts", "BOOL?", "The owner listens to nobody."), (r, d) =>
            d.OwnerIgnoresAdvertisements = At(r, r.OptionalBoolean()));
    }

    private static void RegisterAnnouncements(IKeywordBlock<InstanceDraft> block)
    {
        block.Keyword(new("garp_master_delay", "SECONDS 0..4294", "Time to the second round of announcements."), (r, d) =>
            d.GarpMasterDelay = r.Seconds("delay", TimeSpan.Zero, _longest, 0));
        block.Keyword(new("garp_master_repeat", "INT 0..4294967295", "Announcements of each address by a new master."), (r, d) => d.GarpMasterRepeat = Repeat(r));
        block.Keyword(new("garp_master_refresh", "SECONDS 0..4294967295", "Period of announcements; 0 is never."), (r, d) => d.GarpMasterRefresh = Refresh(r));
        block.Keyword(new("garp_master_refresh_repeat", "INT 0..4294967295", "Announcements per period."), (r, d) => d.GarpMasterRefreshRepeat = Repeat(r));
        block.Keyword(new("garp_lower_prio_delay", "SECONDS 0..4294", "Time to the second round after a lower priority was heard."), (r, d) =>
            d.GarpLowerPriorityDelay = At(r, r.Seconds("delay", TimeSpan.Zero, _longest, 0)));
        block.Keyword(new("garp_lower_prio_repeat", "INT 0..2147483647", "Announcements after a lower priority was heard."), (r, d) =>
            d.GarpLowerPriorityRepeat = At(r, (int)r.Integer("number of announcements", 0, int.MaxValue)));
    }

    private static void RegisterNotifications(IKeywordBlock<InstanceDraft> block)
    {
        NotifyKeywords.Register(block);
        NotifyKeywords.Add(block, "notify_master_rx_lower_pri", "Run when a master hears a lower priority.");
        block.Keyword(new("notify_deleted", "[\"CMD ARGS\" [USER [[:]GROUP]]]", "A removal by reload is told as DELETED, to the script if there is one."), (r, d) =>
        {
            d.Notify.SaysDeleted = true;
            if (!r.AtEnd)
            {
                NotifyKeywords.Read(r, d.Notify);
            }
        });
        block.Keyword(new("notify_priority_changes", "BOOL?", "Notify of changes of the effective priority."), (r, d) =>
            d.NotifiesPriorityChanges = r.OptionalBoolean());
        block.Keyword(new("smtp_alert", "BOOL?", "Send mail on changes of state; if absent, smtp_alert_vrrp, else smtp_alert."), (r, d) => d.SmtpAlert = r.OptionalBoolean());
    }

    private static void RegisterAuthentication(IKeywordBlock<InstanceDraft> block)
    {
        IKeywordBlock<AuthenticationDraft> authentication = block.Block<AuthenticationDraft>(
            new("authentication", "{ … }", "Password of version 2."),
            (r, d) =>
            {
                AuthenticationDraft draft = new();
                d.Authentication = At(r, draft);
                return draft;
            });
        authentication.Keyword(new("auth_type", "PASS|AH", "Kind of authentication."), (r, d) =>
        {
            string word = r.Word("authentication type");
            d.IsAuthenticationHeader = word switch
            {
                "PASS" => false,
                "AH" => true,
                _ => throw r.Reject($"'{word}' is no authentication type", "use PASS or AH"),
            };
        });
        authentication.Keyword(new("auth_pass", "STRING ≤8", "The password."), (r, d) =>
        {
            string word = r.Word("password");
            byte[] bytes = System.Text.Encoding.UTF8.GetBytes(word);
            if (bytes.Length > VrrpAdvertisement.AuthenticationLength)
            {
                r.Warn("only the first 8 characters of the password are used", "shorten it on all routers");
                word = System.Text.Encoding.UTF8.GetString(bytes, 0, VrrpAdvertisement.AuthenticationLength);
            }

            d.Password = word;
        });
    }

    private static void ReadState(IKeywordReader reader, InstanceDraft draft)
    {
        string word = reader.Word("state");
        bool isMaster = word switch
        {
            "MASTER" => true,
            "BACKUP" => false,
            _ => throw reader.Reject($"'{word}' is no state to start in", "use MASTER or BACKUP"),
        };
        if (draft.StateMaster is { Value: true } && !isMaster)
        {
            reader.Warn("state MASTER, once set, is not changed back", "keep one of the two lines");
            return;
        }

        draft.StateMaster = At(reader, isMaster);
    }

    private static void ReadPeer(IKeywordReader reader, InstanceDraft draft)
    {
        var peer = new UnicastPeer(InternetAddress.From(reader.MachineAddress("address of the peer")));
        while (reader.TryWord(out string option))
        {
            peer = option switch
            {
                "min_ttl" => peer with { MinimumTtl = (byte)reader.Integer("lowest TTL", 0, 255) },
                "max_ttl" => peer with { MaximumTtl = (byte)reader.Integer("highest TTL", 0, 255) },
                _ => throw reader.Reject($"'{option}' is no option of a peer", "use min_ttl or max_ttl"),
            };
        }

        if (peer.MinimumTtl > peer.MaximumTtl)
        {
            reader.Session.Error(reader.Location, $"min_ttl {peer.MinimumTtl} is greater than max_ttl {peer.MaximumTtl}: nothing from {peer.Address} will be accepted", "swap them");
        }

        draft.Peers ??= At(reader, new List<Located<UnicastPeer>>());
        draft.Peers.Value.Add(At(reader, peer));
    }

    private static void ReadOldChecksum(IKeywordReader reader, InstanceDraft draft)
    {
        draft.UnicastKeyword ??= reader.Location;
        if (!reader.TryWord(out string word))
        {
            draft.OldUnicastChecksum = OldUnicastChecksum.Always;
            return;
        }

        draft.OldUnicastChecksum = word == "never"
            ? OldUnicastChecksum.Never
            : throw reader.Reject($"'{word}' is no option of old_unicast_checksum", "the only option is never");
    }

    private static VirtualAddress ReadVirtualAddress(IKeywordReader reader)
    {
        bool usesVmac = false;
        VirtualAddress address = VirtualAddressReader.Read(reader, word => word == "use_vmac" && (usesVmac = true));
        return usesVmac ? address with { UsesVmac = true } : address;
    }

    private static Located<T> At<T>(IKeywordReader reader, T value) => new(value, reader.Location);
}
