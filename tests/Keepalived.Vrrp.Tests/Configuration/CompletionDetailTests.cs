using Keepalived.Configuration;
using Keepalived.Vrrp.Configuration;
using Keepalived.Vrrp.Protocol;

namespace Keepalived.Vrrp.Tests.Configuration;

/// <summary>Smaller statements about what completes an instance: what follows from globals and from strict mode, and what is ignored.</summary>
public sealed class CompletionDetailTests
{
    private static ConfigurationText Read(string lines, string addresses = "10.0.0.9", string globals = "") => ConfigurationText.Read(
        $"global_defs {{\n{globals}\n}}\nvrrp_instance V {{\n interface eth0\n virtual_router_id 7\n virtual_ipaddress {{\n{addresses}\n}}\n{lines}\n}}",
        ConfigurationText.Ethernet("eth0"));

    [Theory]
    [InlineData("", true)]
    [InlineData("strict_mode\n version 3", false)]
    [InlineData("strict_mode\n version 3\n accept", true)]
    [InlineData("strict_mode\n version 3\n priority 255\n state MASTER", true)]
    [InlineData("strict_mode\n version 2\n accept", false)]
    [InlineData("no_accept", false)]
    [InlineData("no_accept\n priority 255\n state MASTER", true)]
    public void Packets_to_the_addresses_are_accepted_unless_strict_or_told_and_always_by_the_owner(string lines, bool accepts) =>
        Assert.Equal(accepts, Read(lines).Instance.Accepts);

    [Fact]
    public void What_an_instance_leaves_open_the_globals_decide()
    {
        InstanceSettings instance = Read(
            "", globals: "vrrp_lower_prio_no_advert\n vrrp_higher_prio_send_advert\n smtp_alert_vrrp\n vrrp_notify_priority_changes\n vrrp_garp_lower_prio_repeat 9\n vrrp_down_timer_adverts 5").Instance;
        Assert.True(instance.SilentToLowerPriority);
        Assert.True(instance.AdvertisesBeforeYielding);
        Assert.True(instance.SmtpAlert);
        Assert.True(instance.NotifiesPriorityChanges);
        Assert.Equal(9, instance.Announcements.LowerPriorityRepeat);
        Assert.Equal(5, instance.DownTimerAdvertisements);
    }

    [Fact]
    public void What_an_instance_says_itself_counts_more_than_the_globals()
    {
        InstanceSettings instance = Read(
            "lower_prio_no_advert off\n higher_prio_send_advert off\n smtp_alert off\n notify_priority_changes off\n garp_lower_prio_repeat 1\n down_timer_adverts 2",
            globals: "vrrp_lower_prio_no_advert\n vrrp_higher_prio_send_advert\n smtp_alert_vrrp\n vrrp_notify_priority_changes\n vrrp_garp_lower_prio_repeat 9\n vrrp_down_timer_adverts 5").Instance;
        Assert.False(instance.SilentToLowerPriority);
        Assert.False(instance.AdvertisesBeforeYielding);
        Assert.False(instance.SmtpAlert);
        Assert.False(instance.NotifiesPriorityChanges);
        Assert.Equal(1, instance.Announcements.LowerPriorityRepeat);
        Assert.Equal(2, instance.DownTimerAdvertisements);
    }

    [Fact]
    public void Without_any_word_the_announcements_for_a_lower_priority_are_those_of_a_new_master() =>
        Assert.Equal(
            (7, TimeSpan.FromSeconds(3)),
            (Read("garp_master_repeat 7\n garp_master_delay 3").Instance.Announcements.LowerPriorityRepeat, Read("garp_master_repeat 7\n garp_master_delay 3").Instance.Announcements.LowerPriorityDelay));

    [Fact]
    public void In_strict_mode_a_virtual_MAC_of_ones_own_is_refused()
    {
        ConfigurationText text = Read("strict_mode\n version 3\n use_vmac 02:00:00:00:00:07");
        Assert.Empty(text.Instance.Vmac!.MacAddress);
        Assert.Contains(text.Findings, finding => finding.Message.Contains("no other MAC address than the RFC's", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("", DiagnosticSeverity.Error, false)]
    [InlineData("strict_mode", DiagnosticSeverity.Error, true)]
    public void The_first_address_of_IPv6_multicast_should_be_link_local_which_strict_mode_insists_on(string lines, DiagnosticSeverity severity, bool isError)
    {
        Diagnostic finding = Assert.Single(Read(lines + "\n version 3", "2001:db8::9/64").Findings, f => f.Message.Contains("link-local first address", StringComparison.Ordinal));
        Assert.Equal(isError, finding.Severity == severity);
    }

    [Fact]
    public void A_multicast_destination_means_nothing_to_unicast()
    {
        InstanceSettings instance = Read("unicast_src_ip 10.0.0.1\n unicast_peer {\n 10.0.0.2\n }\n mcast_dst_ip 224.0.0.99").Instance;
        Assert.True(instance.IsUnicast);
        Assert.NotEqual(InternetAddress.Parse("224.0.0.99"), instance.ToFormat().Addresses[0]);
        Assert.Equal([InternetAddress.Parse("10.0.0.2")], instance.Peers.Select(peer => peer.Address));
    }

    [Fact]
    public void Tracking_ones_own_interface_is_said_to_be_needless_and_ignored()
    {
        ConfigurationText text = Read("track_interface {\n eth0\n }");
        Assert.Contains(text.Findings, finding => finding.Message.Contains("is its own interface, which is tracked anyway", StringComparison.Ordinal));
        Assert.Empty(text.Instance.Tracking.Interfaces);
    }
}
