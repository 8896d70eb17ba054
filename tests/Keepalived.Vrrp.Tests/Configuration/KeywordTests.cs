using System.Reflection;
using Keepalived.Configuration;
using Keepalived.Plugins;
using Keepalived.Vrrp.Configuration;
using Keepalived.Vrrp.Protocol;

namespace Keepalived.Vrrp.Tests.Configuration;

public sealed class KeywordTests
{
    private const string Minimal = "vrrp_instance V {\n interface eth0\n virtual_router_id 7\n virtual_ipaddress { 10.0.0.9 }\n";

    [Fact]
    public void The_attributes_name_exactly_the_keywords_that_are_registered()
    {
        var tree = new KeywordTree();
        tree.ForOwner("keepalived", PluginRoles.All).Root.Block<IConfigurationSession>(new("global_defs", "", ""), (_, session) => session);
        new VrrpPlugin().RegisterKeywords(tree.ForOwner("vrrp", PluginRoles.Vrrp));
        List<string> registered = [.. KeywordListing.Of(tree).Where(k => k.Owner == "vrrp").Select(k => k.Path)];
        foreach (string block in new[] { "", "global_defs" })
        {
            string prefix = block.Length == 0 ? "" : block + "/";
            IEnumerable<string> inBlock = registered.Where(p => p.StartsWith(prefix, StringComparison.Ordinal)).Select(p => p[prefix.Length..]).Where(p => !p.Contains('/', StringComparison.Ordinal));
            IEnumerable<string> declared = typeof(VrrpPlugin).Assembly.GetCustomAttributes<PluginKeywordsAttribute>().Where(a => a.Block == block).SelectMany(a => a.Keywords.Split(' '));
            Assert.Equal(inBlock.Order(StringComparer.Ordinal), declared.Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public void Defaults_are_those_of_keepalived()
    {
        InstanceSettings instance = ConfigurationText.Read(Minimal + "}", ConfigurationText.Ethernet("eth0")).Instance;
        Assert.Equal(VrrpVersion.Version2, instance.Version);
        Assert.Equal(100, instance.Priority);
        Assert.False(instance.StartsAsMaster);
        Assert.Equal(TimeSpan.FromSeconds(1), instance.AdvertisementInterval);
        Assert.Equal(InternetAddress.VrrpGroupIPv4, instance.MulticastGroup);
        Assert.True(instance.Preempts);
        Assert.True(instance.Accepts);
        Assert.Equal(3, instance.DownTimerAdvertisements);
        Assert.Equal(new AnnouncementParameters(), instance.Announcements);
    }

    [Fact]
    public void A_full_instance_is_read()
    {
        ConfigurationText text = ConfigurationText.Read("""
            global_defs {
                vrrp_garp_master_repeat 2
                vrrp_mcast_group4 224.0.0.99
            }
            vrrp_instance V {
                interface eth0
                virtual_router_id 51
                state BACKUP
                priority 150
                version 2
                advert_int 2
                nopreempt
                garp_master_delay 9
                authentication {
                    auth_type PASS
                    auth_pass secret
                }
                virtual_ipaddress {
                    10.0.0.9/24 brd + label eth0:1 dev eth0 scope link
                    10.0.0.10/32 peer 10.9.9.9/30 no_track
                }
                virtual_ipaddress_excluded {
                    fd00::1/64 -nodad home
                    fd00::2
                }
                notify_master "/usr/bin/up 'a b' c" nobody nobody
                notify_deleted
            }
            """, ConfigurationText.Ethernet("eth0"));
        Assert.Empty(text.Findings);
        InstanceSettings instance = text.Instance;
        Assert.Equal("secret", instance.Password);
        Assert.False(instance.Preempts);
        Assert.Equal(InternetAddress.Parse("224.0.0.99"), instance.MulticastGroup);
        Assert.Equal((2, TimeSpan.FromSeconds(9)), (instance.Announcements.MasterRepeat, instance.Announcements.MasterDelay));
        Assert.Equal("10.0.0.9/24 brd 10.0.0.255 dev eth0 scope link label eth0:1", instance.Addresses[0].Describe("eth0"));
        Assert.Equal("10.0.0.10 peer 10.9.9.9/30 dev eth0 scope global no_track", instance.Addresses[1].Describe("eth0"));
        Assert.Equal("fd00::1/64 dev eth0 scope global home -nodad preferred_lft forever", instance.ExcludedAddresses[0].Describe("eth0"));
        Assert.Equal("fd00::2 dev eth0 scope global deprecated", instance.ExcludedAddresses[1].Describe("eth0"));
        Assert.Equal(["a b", "c"], instance.Notify.Master!.Arguments);
        Assert.Equal("nobody", instance.Notify.Master.User!.Name);
        Assert.True(instance.Notify.SaysDeleted);
    }

    [Theory]
    [InlineData("priority 256", "priority")]
    [InlineData("virtual_router_id 0", "router id")]
    [InlineData("state BOTH", "MASTER or BACKUP")]
    [InlineData("mcast_dst_ip 10.0.0.1", "multicast group")]
    [InlineData("old_unicast_checksum always\n unicast_peer {\n 10.0.0.2\n }", "never")]
    [InlineData("unicast_peer {\n 10.0.0.2 min_ttl 9 max_ttl 3\n }", "min_ttl")]
    [InlineData("virtual_ipaddress_excluded {\n 10.0.0.3 colour red\n }", "colour")]
    [InlineData("virtual_ipaddress_excluded {\n fd00::5 label x\n }", "label")]
    [InlineData("virtual_ipaddress_excluded {\n 10.0.0.0/31 brd +\n }", "/31")]
    [InlineData("virtual_ipaddress_excluded {\n 10.0.0.3 dev interface-with-a-long-name\n }", "interface-with-a-long-name")]
    [InlineData("notify \"/x\" nosuchuser", "user")]
    public void A_value_that_cannot_be_is_reported_with_place_and_word_and_the_rest_is_read(string line, string named)
    {
        ConfigurationText text = ConfigurationText.Read(Minimal + line + "\n}", ConfigurationText.Ethernet("eth0"));
        Diagnostic finding = Assert.Single(text.Findings);
        Assert.Contains(named, finding.Message + finding.Remedy, StringComparison.Ordinal);
        Assert.True(finding.Location.Origin!.Line >= 5, finding.Location.ToString());
        Assert.Equal(7, text.Instance.VirtualRouterId);
    }

    [Fact]
    public void A_second_instance_of_one_name_is_left_out()
    {
        ConfigurationText text = ConfigurationText.Read(Minimal + "}\n" + Minimal + "}", ConfigurationText.Ethernet("eth0"));
        Assert.Contains("there already", Assert.Single(text.Findings).Message, StringComparison.Ordinal);
        Assert.Single(text.Parsed!.Instances);
    }

    [Fact]
    public void Equal_text_gives_equal_settings()
    {
        string text = Minimal + "notify \"/x a\" nobody\n unicast_peer { 10.0.0.2\n }\n}";
        Assert.Equal(
            ConfigurationText.Read(text, ConfigurationText.Ethernet("eth0")).Instance,
            ConfigurationText.Read("\n\n" + text, ConfigurationText.Ethernet("eth0")).Instance);
    }
}
