using Keepalived.Vrrp.Network;
using Keepalived.Vrrp.Protocol;
using Keepalived.Vrrp.Reporting;

namespace Keepalived.Vrrp.Tests.Runtime;

/// <summary>AH and <c>auth_hmac</c> of a whole instance, in virtual time (behaviour 7, "Authentication", "auth_hmac").</summary>
public sealed class AuthenticationTests
{
    private const string Keys = "key 1 0123456789abcdef0123456789abcdef\n key 2 fedcba9876543210fedcba9876543210\n active_key ";

    private static string Hmac(string more = "", int active = 1) => Lab.Instance($"auth_hmac {{\n {Keys}{active}\n {more}\n }}");

    private static string Ah(int priority = 100, string password = "secret") =>
        Lab.Instance($"authentication {{\n auth_type AH\n auth_pass {password}\n }}", priority).Replace("version 3", "version 2", StringComparison.Ordinal);

    private static string Statistics(Lab lab)
    {
        using StringWriter text = new();
        StatisticsDump.Write(text, lab.Routers.Instances, clears: false);
        return text.ToString();
    }

    [Fact]
    public void Signed_routers_elect_one_master()
    {
        Lab lab = Lab.Started(Hmac());
        Peer peer = new(lab);
        for (int i = 0; i < 20; i++)
        {
            peer.Say(200);
            lab.Advance(1);
        }

        Assert.Equal(VirtualRouterState.Backup, lab.State);
        Assert.Equal(20ul, lab.Only.Router.Statistics.AdvertisementsReceived);
        lab.Advance(4);
        Assert.Equal(VirtualRouterState.Master, lab.State);
        Assert.All(lab.Network.Sent, sent => Assert.Equal(32 + AuthenticationTrailer.Length, sent.Packet.Length));
    }

    [Fact]
    public void An_unsigned_router_is_not_heard_and_said_once()
    {
        Lab lab = Lab.Started(Hmac());
        Peer peer = new(lab, change: format => format with { Hmac = null });
        for (int i = 0; i < 3; i++)
        {
            peer.Say(200);
            lab.Advance(1);
        }

        lab.Advance(0.7);
        Assert.Equal(VirtualRouterState.Master, lab.State);
        Assert.Single(lab.Log.Lines, line => line.Contains("auth_hmac is configured", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("mode permissive", true)]
    [InlineData("mode receive-only", false)]
    public void Modes_that_take_unsigned_advertisements_sign_or_do_not(string mode, bool signs)
    {
        Lab lab = Lab.Started(Hmac(mode));
        new Peer(lab, change: format => format with { Hmac = null }).Say(200);
        Assert.Equal(1ul, lab.Only.Router.Statistics.AdvertisementsReceived);
        lab.Advance(5);

        Assert.Equal(signs ? 60 : 32, lab.Network.Sent[0].Packet.Length);
    }

    [Fact]
    public void The_statistics_count_each_reason()
    {
        Lab lab = Lab.Started(Hmac());
        Peer peer = new(lab);
        byte[] packet = peer.Say(200);
        peer.Repeat(packet);
        peer.Repeat([.. packet[..^1], (byte)(packet[^1] ^ 1)]);
        peer.Repeat([.. packet[..33], 9, .. packet[34..]]);
        peer.Repeat([.. packet[..32], 9, .. packet[33..]]);
        lab.Advance(6);
        peer.Repeat(packet);
        new Peer(lab, change: format => format with { Hmac = null }).Say(200);

        string text = Statistics(lab);
        foreach (string line in (string[])["Missing: 1", "Malformed: 1", "Unknown Key: 1", "Invalid HMAC: 1", "Stale: 1", "Replay: 1"])
        {
            Assert.Contains("    " + line + "\n", text, StringComparison.Ordinal);
        }

        using StringWriter json = new();
        JsonDump.Write(json, lab.Routers.Instances, version: 1);
        Assert.Contains("\"auth_ext_missing\":1,\"auth_ext_malformed\":1,\"auth_ext_unknown_key\":1,\"auth_ext_invalid_hmac\":1,\"auth_ext_stale\":1,\"auth_ext_replay\":1,", json.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_replayed_goodbye_does_not_unseat_the_master()
    {
        Lab lab = Lab.Started(Hmac());
        Peer peer = new(lab);
        byte[] goodbye = peer.Say(0);
        peer.Say(200);
        lab.Advance(1);

        peer.Repeat(goodbye);
        peer.Say(200);
        lab.Advance(3.5);

        Assert.Equal(VirtualRouterState.Backup, lab.State);
        Assert.Equal(1ul, lab.Only.Router.Statistics.PriorityZeroReceived);
    }

    [Fact]
    public void Keys_are_rotated_by_reloads_without_a_missed_advertisement()
    {
        Lab lab = Lab.Started(Hmac());
        Peer old = new(lab);
        old.Say(200);
        lab.Advance(1);
        lab.Reload(Hmac(active: 2));
        old.Say(200);
        Peer renewed = new(lab);
        lab.Advance(1);
        renewed.Say(200);

        Assert.Equal(3ul, lab.Only.Router.Statistics.AdvertisementsReceived);
        lab.Advance(5);
        Assert.Equal(2, lab.Network.Sent[0].Packet[33]);
    }

    [Fact]
    public void A_clock_off_by_more_than_half_the_window_is_said_once()
    {
        Lab lab = Lab.Started(Hmac());
        Peer peer = new(lab);
        peer.Say(200);
        peer.Ahead = TimeSpan.FromSeconds(3);
        for (int i = 0; i < 2; i++)
        {
            lab.Advance(1);
            peer.Say(200);
        }

        Assert.Equal(3ul, lab.Only.Router.Statistics.AdvertisementsReceived);
        Assert.Single(lab.Log.Lines, line => line.Contains("clock", StringComparison.Ordinal));
    }

    [Fact]
    public void Routers_with_an_authentication_header_have_sockets_of_their_own()
    {
        Lab lab = Lab.Started(Ah() + Lab.Instance(name: "VI_2").Replace("router_id 51", "router_id 52", StringComparison.Ordinal));

        Assert.Equal([AuthenticationHeader.Protocol, VrrpAdvertisement.Protocol], lab.Network.Channels.Keys.Select(key => key.Protocol).Order());
    }

    [Fact]
    public void With_AH_a_restarted_router_hears_the_sequence_before_it_may_speak()
    {
        Lab lab = Lab.Started(Ah(priority: 200));
        Peer peer = new(lab);
        for (int i = 0; i < 10; i++)
        {
            peer.Say(100);
            lab.Advance(0.1);
        }

        lab.Advance(5);

        Assert.Equal(VirtualRouterState.Master, lab.State);
        Assert.Equal(11, lab.Network.Sent[0].Packet[20 + 11]);
    }

    [Fact]
    public void With_AH_a_master_that_hears_a_lower_priority_goes_on_above_its_sequence()
    {
        Lab lab = Lab.Master(Ah());
        Peer peer = new(lab);
        byte[] last = [];
        for (int i = 0; i < 50; i++)
        {
            last = peer.Say(50);
        }

        Assert.Equal((50, 51), (last[20 + 11], lab.Network.Sent[^1].Packet[20 + 11]));
    }

    [Fact]
    public void With_AH_a_repetition_is_dropped_and_counted()
    {
        Lab lab = Lab.Started(Ah());
        Peer peer = new(lab);
        peer.Repeat(peer.Say(200));

        Assert.Equal(1ul, lab.Only.Router.Statistics.AdvertisementsReceived);
        Assert.Contains("    Failure: 1\n", Statistics(lab), StringComparison.Ordinal);
    }

    [Fact]
    public void With_AH_a_reload_keeps_the_sequence()
    {
        Lab lab = Lab.Master(Ah());
        lab.Advance(10);
        int before = lab.Network.Sent[^1].Packet[20 + 11];
        lab.Reload(Ah(priority: 101, password: "other"));
        lab.Advance(1);

        Assert.Equal(before + 1, lab.Network.Sent[^1].Packet[20 + 11]);
    }

    [Fact]
    public void The_dump_names_the_header_and_its_sockets()
    {
        Lab lab = Lab.Started(Ah());
        using StringWriter text = new();
        new DataDump(text, lab.Routers, lab.Services).Write();

        Assert.Contains("   Authentication type = IPSEC_AH\n", text.ToString(), StringComparison.Ordinal);
        Assert.Contains("   Protocol = AH\n", text.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", text.ToString(), StringComparison.Ordinal);
    }
}
