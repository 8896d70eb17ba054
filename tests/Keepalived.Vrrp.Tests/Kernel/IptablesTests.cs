using System.Diagnostics;

namespace Keepalived.Vrrp.Tests.Kernel;

/// <summary><c>vrrp_iptables</c> with the real programs and the running kernel, in a namespace.</summary>
public sealed class IptablesTests : IDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(15);
    private readonly string? _path = Environment.GetEnvironmentVariable("PATH");
    private readonly string _folder = Directory.CreateTempSubdirectory("vrrpiptables-").FullName;

    [Fact]
    public void Rules_follow_the_addresses_and_are_gone_at_the_end()
    {
        using Namespaces net = Prepare(needsIpset: false);
        string[] before = Rules(net);
        using Director ours = new(net, 0, Configuration("vrrp_iptables\n vrrp_ipsets"));
        Namespaces.WaitFor(() => Rules(net).Length == 14, _patience, $"the rules: {string.Join('\n', Rules(net))}\n{ours.LogText}");
        Assert.Equal(
            [
                "-A INPUT -d 10.99.0.100/32 -j DROP",
                "-A OUTPUT -s 10.99.0.100/32 -j DROP",
                "-A INPUT -d fe80::100/128 -i v0 -p ipv6-icmp -m icmp6 --icmpv6-type 135 -j ACCEPT",
                "-A INPUT -d fe80::100/128 -i v0 -p ipv6-icmp -m icmp6 --icmpv6-type 136 -j ACCEPT",
                "-A INPUT -d fe80::100/128 -i v0 -j DROP",
                "-A INPUT -d fd99::100/128 -p ipv6-icmp -m icmp6 --icmpv6-type 135 -j ACCEPT",
                "-A INPUT -d fd99::100/128 -p ipv6-icmp -m icmp6 --icmpv6-type 136 -j ACCEPT",
                "-A INPUT -d fd99::100/128 -j DROP",
            ],
            Rules(net).Where(rule => rule.Contains("INPUT", StringComparison.Ordinal) || rule.Contains("10.99", StringComparison.Ordinal)));
        ours.Stop();
        Assert.Equal(before, Rules(net));
    }

    [Fact]
    public void With_ipsets_the_addresses_are_entries_and_sets_and_rules_are_gone_at_the_end()
    {
        using Namespaces net = Prepare(needsIpset: true);
        using Director ours = new(net, 0, Configuration("vrrp_iptables\n vrrp_ipsets my"));
        Namespaces.WaitFor(() => Sets(net).Contains("add my_if6 fe80::100,v0", StringComparison.Ordinal), _patience, $"the entries:\n{Sets(net)}\n{ours.LogText}");
        string sets = Sets(net);
        Assert.Contains("create my hash:ip family inet ", sets, StringComparison.Ordinal);
        Assert.Contains("create my6 hash:ip family inet6 ", sets, StringComparison.Ordinal);
        Assert.Contains("create my_if6 hash:net,iface family inet6 ", sets, StringComparison.Ordinal);
        Assert.Contains("add my 10.99.0.100\n", sets, StringComparison.Ordinal);
        Assert.Contains("add my6 fd99::100\n", sets, StringComparison.Ordinal);
        Assert.Contains("-A INPUT -m set --match-set my dst -j DROP", Rules(net));
        Assert.Contains("-A OUTPUT -m set --match-set my_if6 src,dst -j DROP", Rules(net));
        ours.Stop();
        Assert.Empty(Rules(net));
        Assert.Empty(Sets(net));
    }

    [Fact]
    public void A_virtual_MAC_interface_sends_no_memberships_and_what_a_killed_process_left_is_not_there_twice()
    {
        using Namespaces net = Prepare(needsIpset: true);
        string configuration = Configuration("vrrp_iptables", "use_vmac");
        string[] first;
        using (Director killed = new(net, 0, configuration, releases: false))
        {
            Namespaces.WaitFor(() => Sets(net).Contains("add keepalived_igmp 224.0.0.22,", StringComparison.Ordinal) && Rules(net).Length >= 10, _patience, $"the entries:\n{Sets(net)}\n{killed.LogText}");
            first = Rules(net);
        }

        using Director ours = new(net, 0, configuration);
        Namespaces.WaitFor(() => ours.LogText.Contains("MASTER", StringComparison.Ordinal) && Sets(net).Contains("add keepalived 10.99.0.100", StringComparison.Ordinal), _patience, $"the entries:\n{Sets(net)}\n{ours.LogText}");
        Assert.Equal(first, Rules(net));
        Assert.Contains("-A OUTPUT -m set --match-set keepalived_mld dst,dst -j DROP", first);
        Assert.Contains("-A OUTPUT -p ipv6-icmp -m icmp6 --icmpv6-type 136 -m set --match-set keepalived_nd src,dst -j DROP", first);
        Assert.Contains("add keepalived_nd fe80::1,", Sets(net), StringComparison.Ordinal);
        ours.Stop();
        Assert.Empty(Rules(net));
        Assert.Empty(Sets(net));
    }

    [Fact]
    public void An_address_that_is_not_accepted_answers_nobody()
    {
        using Namespaces net = Prepare(needsIpset: false);
        using Director ours = new(net, 0, Configuration("vrrp_iptables"));
        Namespaces.WaitFor(() => net.Has(0, "10.99.0.100") && Rules(net).Length > 0, _patience, ours.LogText);
        Assert.Equal(0, Ping(net, "10.99.0.1"));
        Namespaces.WaitFor(() => Ping(net, "10.99.0.100") != 0 && Ping(net, "fd99::100") != 0, _patience, "the addresses to be silent");
    }

    [Fact]
    public void The_variant_that_writes_nftables_is_answered_with_nftables()
    {
        Namespaces.SkipUnlessPossible();
        Assert.SkipUnless(File.Exists("/usr/sbin/iptables-nft") && File.Exists("/usr/sbin/nft"), "needs the packages iptables and nftables");
        UsePrograms("nft");
        using Namespaces net = new();
        using Director ours = new(net, 0, Configuration("vrrp_iptables"));
        Namespaces.WaitFor(() => In(net, "nft list ruleset").Contains("10.99.0.100", StringComparison.Ordinal), _patience, "the tables:\n" + ours.LogText);
        Assert.Contains("using nftables instead of iptables", ours.LogText, StringComparison.Ordinal);
        ours.Stop();
        Assert.Empty(In(net, "nft list ruleset"));
    }

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("PATH", _path);
        Directory.Delete(_folder, recursive: true);
    }

    private static string In(Namespaces net, string command) => Namespaces.Run("ip", $"netns exec {net.Name(0)} {command}");

    private static string Sets(Namespaces net) => In(net, "ipset save");

    private static string[] Rules(Namespaces net) =>
        [.. (In(net, "iptables-legacy-save -t filter") + In(net, "ip6tables-legacy-save -t filter")).Split('\n').Where(line => line.StartsWith("-A", StringComparison.Ordinal))];

    private static int Ping(Namespaces net, string address) => Try($"netns exec {net.Name(1)} ping -q -c 1 -W 1 {address}");

    private static int Try(string arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo("ip", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode;
    }

    private static string Configuration(string globals, string more = "") => $$"""
        global_defs {
            {{globals}}
        }
        vrrp_instance V {
            interface v0
            virtual_router_id 51
            version 3
            advert_int 0.1
            priority 200
            no_accept
            {{more}}
            virtual_ipaddress {
                10.99.0.100/24
            }
        }
        vrrp_instance V6 {
            interface v0
            virtual_router_id 52
            version 3
            advert_int 0.1
            priority 200
            no_accept
            {{more}}
            virtual_ipaddress {
                fe80::100/64
                fd99::100/64
            }
        }

        """;

    private Namespaces Prepare(bool needsIpset)
    {
        Namespaces.SkipUnlessPossible();
        Assert.SkipUnless(File.Exists("/usr/sbin/iptables-legacy"), "needs the package iptables with its legacy programs");
        UsePrograms("legacy");
        Namespaces net = new();
        In(net, "ip addr add fd99::1/64 dev v0 nodad");
        net.In(1, "addr add fd99::2/64 dev v0 nodad");
        string? missing = Missing(net, "iptables-legacy -S") ?? Missing(net, "ip6tables-legacy -S") ?? (needsIpset ? Missing(net, "ipset save") : null);
        if (missing is not null)
        {
            net.Dispose();
            Assert.Skip("This kernel or machine lacks it: " + missing);
        }

        return net;
    }

    private static string? Missing(Namespaces net, string command) => Try($"netns exec {net.Name(0)} {command}") == 0 ? null : command;

    // The alternative that an administrator has chosen, for this process only.
    private void UsePrograms(string variant)
    {
        foreach (string program in (string[])["iptables", "ip6tables"])
        {
            foreach (string suffix in (string[])["", "-save", "-restore"])
            {
                File.CreateSymbolicLink(Path.Combine(_folder, program + suffix), $"/usr/sbin/{program}-{variant}{suffix}");
            }
        }

        Environment.SetEnvironmentVariable("PATH", $"{_folder}:{_path}");
    }
}
