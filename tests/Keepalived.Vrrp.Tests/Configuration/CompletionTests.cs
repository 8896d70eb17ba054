using Keepalived.Configuration;
using Keepalived.Linux.Netlink.Route;
using Keepalived.Vrrp.Configuration;
using Keepalived.Vrrp.Protocol;

namespace Keepalived.Vrrp.Tests.Configuration;

/// <summary>What is corrected or refused, all of it reported.</summary>
public sealed class CompletionTests
{
    private static ConfigurationText Read(string lines, string addresses = "10.0.0.9", string globals = "", LinkInfo? link = null) => ConfigurationText.Read(
        $"global_defs {{\n{globals}\n}}\nvrrp_instance V {{\n interface eth0\n virtual_router_id 7\n {(addresses.Length == 0 ? "" : $"virtual_ipaddress {{\n{addresses}\n}}")}\n{lines}\n}}",
        link ?? ConfigurationText.Ethernet("eth0"));

    [Fact]
    public void State_MASTER_without_priority_is_the_owner()
    {
        InstanceSettings instance = Read("state MASTER").Instance;
        Assert.Equal(255, instance.Priority);
        Assert.True(instance.StartsAsMaster);
    }

    [Fact]
    public void Priority_255_starts_as_master() => Assert.True(Read("priority 255").Instance.StartsAsMaster);

    [Theory]
    [InlineData("fe80::9/64", "", VrrpVersion.Version3)]
    [InlineData("fe80::9/64", "version 2", VrrpVersion.Version2)]
    [InlineData("fe80::9/64", "version 2\n strict_mode", VrrpVersion.Version3)]
    [InlineData("10.0.0.9", "", VrrpVersion.Version2)]
    public void The_version_follows_family_and_strictness(string address, string lines, VrrpVersion expected) =>
        Assert.Equal(expected, Read(lines, address).Instance.Version);

    [Theory]
    [InlineData("version 2\n advert_int 1.5", 2)]
    [InlineData("version 2\n advert_int 0.2", 1)]
    [InlineData("version 3\n advert_int 0.255", 0.26)]
    [InlineData("version 3\n advert_int 100", 40.95)]
    public void An_interval_that_the_version_cannot_send_is_rounded_and_reported(string lines, double seconds)
    {
        ConfigurationText text = Read(lines);
        Assert.Equal(TimeSpan.FromSeconds(seconds), text.Instance.AdvertisementInterval);
        Assert.Equal(DiagnosticClass.Warning, Assert.Single(text.Findings).Class);
    }

    [Theory]
    [InlineData("version 3", "10.0.0.9")]
    [InlineData("strict_mode", "10.0.0.9")]
    [InlineData("version 2", "fe80::9")]
    public void A_password_is_dropped_where_there_is_none_on_the_wire(string lines, string address)
    {
        ConfigurationText text = Read(lines + "\n authentication {\n auth_type PASS\n auth_pass x\n}", address);
        Assert.Null(text.Instance.Password);
        Assert.Contains(text.Findings, f => f.Message.Contains("authentication", StringComparison.Ordinal));
    }

    [Fact]
    public void A_long_password_is_cut_to_eight_characters() =>
        Assert.Equal("12345678", Read("authentication {\n auth_type PASS\n auth_pass 1234567890\n}").Instance.Password);

    [Fact]
    public void AH_with_state_MASTER_starts_as_backup_unless_owner()
    {
        const string Authentication = "\n state MASTER\n authentication {\n auth_type AH\n auth_pass x\n}";
        InstanceSettings instance = Read("priority 100" + Authentication).Instance;
        Assert.True(instance.UsesAuthenticationHeader);
        Assert.False(instance.StartsAsMaster);
        Assert.True(Read("priority 255" + Authentication).Instance.StartsAsMaster);
    }

    [Fact]
    public void An_authentication_header_and_a_trailer_take_room_from_the_addresses()
    {
        string addresses = string.Join('\n', Enumerable.Range(1, 20).Select(i => $"10.0.1.{i}"));
        LinkInfo link = ConfigurationText.Ethernet("eth0") with { Mtu = 68 };
        Assert.Equal(8, Read("", addresses, link: link).Instance.Addresses.Count);
        Assert.Equal(2, Read("authentication {\n auth_type AH\n auth_pass x\n}", addresses, link: link).Instance.Addresses.Count);
        Assert.Single(Read("auth_hmac {\n key 1 0123456789abcdef0123456789abcdef\n active_key 1\n}", addresses, link: link).Instance.Addresses);
    }

    [Theory]
    [InlineData("priority 255\n nopreempt")]
    [InlineData("priority 100\n state MASTER\n nopreempt")]
    public void Nopreempt_is_dropped_for_masters(string lines)
    {
        ConfigurationText text = Read(lines);
        Assert.True(text.Instance.Preempts);
        Assert.Single(text.Findings);
    }

    [Theory]
    [InlineData("nopreempt\n preempt_delay 5")]
    [InlineData("state MASTER\n priority 100\n preempt_delay 5")]
    [InlineData("strict_mode\n preempt_delay 5")]
    public void A_preemption_delay_is_dropped_where_nothing_is_preempted(string lines)
    {
        ConfigurationText text = Read(lines);
        Assert.Equal(TimeSpan.Zero, text.Instance.PreemptDelay);
        Assert.Single(text.Findings, f => f.Class == DiagnosticClass.Warning);
    }

    [Fact]
    public void Strict_mode_sets_what_the_RFC_says()
    {
        InstanceSettings instance = Read("strict_mode\n down_timer_adverts 5\n higher_prio_send_advert").Instance;
        Assert.Equal(3, instance.DownTimerAdvertisements);
        Assert.False(instance.Accepts);
        Assert.True(instance.SilentToLowerPriority);
        Assert.False(instance.AdvertisesBeforeYielding);
        Assert.Equal(0, instance.Announcements.LowerPriorityRepeat);
    }

    [Theory]
    [InlineData("priority 255", "", false)]
    [InlineData("priority 255", "vrrp_owner_ignore_adverts", true)]
    [InlineData("priority 255\n strict_mode", "", true)]
    [InlineData("priority 255\n owner_ignore_adverts off", "", true)]
    [InlineData("priority 100\n owner_ignore_adverts", "", false)]
    public void Owner_ignore_adverts_is_for_owners_who_cannot_turn_it_off(string lines, string globals, bool expected) =>
        Assert.Equal(expected, Read(lines, globals: globals).Instance.OwnerIgnoresAdvertisements);

    [Fact]
    public void Version_3_without_an_address_is_a_fault_unless_meant()
    {
        Assert.Equal(1, Read("version 3", addresses: "").Instance.ConfigurationFaults);
        Assert.Equal(0, Read("version 3\n no_virtual_ipaddress", addresses: "").Instance.ConfigurationFaults);
        Assert.Equal(0, Read("version 2", addresses: "").Instance.ConfigurationFaults);
    }

    [Fact]
    public void Addresses_beyond_what_an_advertisement_holds_become_excluded()
    {
        string many = string.Join('\n', Enumerable.Range(0, 300).Select(i => $"10.1.{i / 250}.{(i % 250) + 1}"));
        ConfigurationText text = Read("", many);
        Assert.Equal((255, 45), (text.Instance.Addresses.Count, text.Instance.ExcludedAddresses.Count));
        Assert.Contains("255", Assert.Single(text.Findings).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_small_MTU_holds_fewer() =>
        Assert.Equal(((128 - 20 - 8 - 8) / 4), Read("", string.Join('\n', Enumerable.Range(1, 60).Select(i => $"10.1.0.{i}")), link: ConfigurationText.Ethernet("eth0", mtu: 128)).Instance.Addresses.Count);

    [Fact]
    public void An_address_of_the_other_family_is_left_out_and_welcome_among_the_excluded()
    {
        ConfigurationText text = Read("virtual_ipaddress_excluded { fd00::7 }", "10.0.0.9\nfd00::8");
        Assert.Single(text.Instance.Addresses);
        Assert.Single(text.Instance.ExcludedAddresses);
        Assert.Contains("fd00::8", Assert.Single(text.Findings).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_interface_is_reported_once_and_not_with_dynamic_interfaces()
    {
        const string Text = "vrrp_instance V {\n interface nosuch\n virtual_router_id 7\n virtual_ipaddress { 10.0.0.9 }\n}";
        ConfigurationText text = ConfigurationText.Read(Text, ConfigurationText.Ethernet("eth0"));
        Assert.Equal(DiagnosticClass.GeneralError, Assert.Single(text.Findings).Class);
        Assert.Empty(ConfigurationText.Read("global_defs {\n dynamic_interfaces\n}\n" + Text).Findings);
    }

    [Fact]
    public void Without_interface_an_instance_is_left_out_and_without_router_id_it_stays_in_FAULT()
    {
        ConfigurationText text = ConfigurationText.Read("vrrp_instance A {\n interface eth0\n virtual_ipaddress { 10.0.0.9 }\n}\nvrrp_instance B {\n virtual_router_id 3\n}", ConfigurationText.Ethernet("eth0"));
        Assert.Equal("A", text.Instance.Name);
        Assert.Equal(1, text.Instance.ConfigurationFaults);
        Assert.Equal(2, text.Findings.Count);
    }

    [Fact]
    public void Unicast_with_a_source_needs_no_interface()
    {
        ConfigurationText text = ConfigurationText.Read("vrrp_instance A {\n virtual_router_id 3\n unicast_src_ip 10.0.0.1\n unicast_peer { 10.0.0.2\n }\n virtual_ipaddress { 10.0.0.9 dev eth0 }\n}", ConfigurationText.Ethernet("eth0"));
        Assert.Empty(text.Findings);
        Assert.Null(text.Instance.Interface);
    }

    [Fact]
    public void Unicast_without_peers_is_multicast_or_on_demand_a_fault()
    {
        ConfigurationText text = Read("unicast_src_ip 10.0.0.1");
        Assert.False(text.Instance.IsUnicast);
        Assert.Equal(DiagnosticClass.Deprecated, Assert.Single(text.Findings).Class);
        Assert.Equal(1, Read("unicast_src_ip 10.0.0.1\n unicast_fault_no_peer").Instance.ConfigurationFaults);
    }

    [Fact]
    public void Unicast_is_a_fault_in_strict_mode_where_multicast_works() =>
        Assert.Equal(1, Read("strict_mode\n unicast_peer { 10.0.0.2\n }").Instance.ConfigurationFaults);

    [Theory]
    [InlineData(LinkFlags.Up | LinkFlags.Loopback | LinkFlags.Multicast)]
    [InlineData(LinkFlags.Up | LinkFlags.Running)]
    public void Loopback_and_links_without_multicast_are_a_fault(LinkFlags flags) =>
        Assert.Equal(1, Read("", link: ConfigurationText.Ethernet("eth0", flags: flags)).Instance.ConfigurationFaults);

    [Fact]
    public void Instances_with_one_identity_are_both_marked_and_the_later_names_the_first()
    {
        const string Body = " interface eth0\n virtual_router_id 7\n virtual_ipaddress { 10.0.0.9 }\n}\n";
        ConfigurationText text = ConfigurationText.Read("vrrp_instance A {\n" + Body + "vrrp_instance B {\n" + Body, ConfigurationText.Ethernet("eth0"));
        Diagnostic finding = Assert.Single(text.Findings);
        Assert.Equal((8, 3), (finding.Location.Line, finding.Note!.Location.Line));
        Assert.All(text.Parsed!.Instances, i => Assert.True(i.IsDuplicate));
    }

    [Theory]
    [InlineData("version 3\n advert_int 0.1", 5)]
    [InlineData("version 2\n advert_int 10", 30)]
    [InlineData("version 2\n advert_int 200", 300)]
    [InlineData("version 3\n advert_int 2.99", 6)]
    public void The_time_window_is_three_whole_seconds_of_interval_between_5_and_300(string lines, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), Read(lines + "\n" + Hmac("")).Instance.Hmac!.TimeWindow);

    [Fact]
    public void A_window_that_is_set_holds_and_monotonic_has_none()
    {
        Assert.Equal(TimeSpan.FromSeconds(17), Read(Hmac("time_window 17")).Instance.Hmac!.TimeWindow);
        Assert.Null(Read(Hmac("time_window 17\n anti_replay monotonic")).Instance.Hmac!.TimeWindow);
    }

    [Fact]
    public void Strict_mode_enforces_signatures()
    {
        ConfigurationText text = Read("strict_mode\n version 3\n" + Hmac("mode permissive"));
        Assert.Equal(HmacMode.Enforce, text.Instance.Hmac!.Mode);
        Assert.Contains(text.Findings, f => f.Message.Contains("enforce", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("0123456789abcdef0123456789abcdef", 32)]
    [InlineData("hex:000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", 32)]
    [InlineData("hex:0001", 0)]
    [InlineData("hex:0g", 0)]
    [InlineData("short", 0)]
    [InlineData("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0", 0)]
    public void A_key_is_text_or_hexadecimal_of_32_to_64_octets(string key, int octets)
    {
        ConfigurationText text = Read($"auth_hmac {{\n key 1 {key}\n active_key 1\n }}");
        Assert.Equal(octets, text.Instance.Hmac?.Keys[0].Secret.Count ?? 0);
        Assert.Equal(octets == 0, text.Findings.Count > 0);
    }

    [Theory]
    [InlineData("0123456789abcdef0123456789abcdef\r\n", UnixFileMode.UserRead, 32, null)]
    [InlineData("hex:000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n", UnixFileMode.UserRead | UnixFileMode.UserWrite, 32, null)]
    [InlineData("0123456789abcdef0123456789abcdef", UnixFileMode.UserRead | UnixFileMode.GroupRead, 32, DiagnosticClass.Security)]
    [InlineData("0123456789abcdef0123456789abcdef", UnixFileMode.UserRead | UnixFileMode.OtherExecute, 32, DiagnosticClass.Security)]
    [InlineData("0", UnixFileMode.UserRead, 0, DiagnosticClass.GeneralError)]
    [System.Runtime.Versioning.SupportedOSPlatform("linux")]
    public void A_key_in_a_file_is_read_and_open_permissions_are_a_security_finding(string content, UnixFileMode mode, int octets, DiagnosticClass? finding)
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, content);
            File.SetUnixFileMode(path, mode);
            ConfigurationText text = Read($"auth_hmac {{\n key 1 file:{path}\n active_key 1\n }}");
            Assert.Equal(octets, text.Instance.Hmac?.Keys[0].Secret.Count ?? 0);
            Assert.Equal(finding, text.Findings.Count == 0 ? null : text.Findings[0].Class);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_key_file_that_is_too_long_or_absent_is_refused()
    {
        string path = Path.GetTempFileName();
        File.WriteAllText(path, new string('a', 1000));
        Assert.Contains(Read($"auth_hmac {{\n key 1 file:{path}\n active_key 1\n }}").Findings, f => f.Message.Contains("too long", StringComparison.Ordinal));
        File.Delete(path);
        Assert.Contains(Read($"auth_hmac {{\n key 1 file:{path}\n active_key 1\n }}").Findings, f => f.Message.Contains("cannot be read", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("timer_expired_backup\n nopreempt", 254)]
    [InlineData("timer_expired_backup 120\n nopreempt", 120)]
    [InlineData("thread_timer_expired 9\n nopreempt", 9)]
    [InlineData("timer_expired_backup 120", null)]
    public void Timer_expired_backup_needs_nopreempt_and_reckons_with_254(string lines, int? priority) =>
        Assert.Equal((byte?)priority, Read(lines).Instance.TimerExpiredPriority);

    private static string Hmac(string lines) => $"auth_hmac {{\n key 1 0123456789abcdef0123456789abcdef\n active_key 1\n {lines}\n }}";

    [Fact]
    public void A_script_that_may_not_run_is_left_out() =>
        Assert.Null(Read("notify_master \"/forbidden\"").Instance.Notify.Master);
}
