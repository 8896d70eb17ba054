using System.Text.RegularExpressions;
using Keepalived.Linux;
using Keepalived.Linux.Netlink;
using Keepalived.Linux.Tests;

namespace Keepalived.Ipvs.Tests.Kernel;

/// <summary>
/// nftables_ipvs over the nftables of this machine's kernel, in a network namespace, as <c>nft</c> shows it. IPVS is a fake, since the kernel
/// need not have it. What C keepalived makes of the same file was recorded from 2.2.7 in a namespace of its own, with the answers of IPVS given
/// by a library before libnl.
/// </summary>
[Trait("Kernel", "nf_tables")]
public sealed partial class GroupMarkKernelTests : IDisposable
{
    private const string Configuration = """
        global_defs {
            nftables_ipvs my_ipvs
            nftables_ipvs_priority -7
            nftables_ipvs_start_fwmark 50
        }
        virtual_server_group web {
            10.9.0.1 80
            10.9.0.10-12 80
            10.9.1.0/28 8080
        }
        virtual_server_group both {
            10.9.2.1 443
            fd00:9::10-1f 443
        }
        virtual_server_group marked {
            10.9.3.1 80
            fwmark 7
        }
        virtual_server group web {
            protocol TCP
            lvs_sched rr
            lvs_method NAT
            real_server 10.0.0.2 80 { }
        }
        virtual_server group web {
            protocol UDP
            lvs_sched rr
            lvs_method NAT
            persistence_timeout 50
            real_server 10.0.0.3 80 { }
        }
        virtual_server group both {
            protocol TCP
            lvs_sched rr
            lvs_method TUN
            real_server 10.0.0.4 443 { }
        }
        virtual_server group marked {
            protocol SCTP
            lvs_sched rr
            lvs_method NAT
            real_server 10.0.0.5 80 { }
        }
        """;

    private const string EveryPort = """

        virtual_server_group all {
            10.9.0.0/23 0
        }
        virtual_server group all {
            protocol TCP
            lvs_sched rr
            lvs_method NAT
            persistence_timeout 50
            real_server 10.0.0.6 { }
        }
        """;

    private const string OfC = """
        table ip my_ipvs {
            map tcp_map {
                type ipv4_addr . inet_service : mark
                flags interval
                elements = { 10.9.0.1 . 80 : 0x00000032,
                             10.9.0.10-10.9.0.12 . 80 : 0x00000032,
                             10.9.1.0/28 . 8080 : 0x00000032,
                             10.9.2.1 . 443 : 0x00000034 }
            }

            map udp_map {
                type ipv4_addr . inet_service : mark
                flags interval
                elements = { 10.9.0.1 . 80 : 0x00000033,
                             10.9.0.10-10.9.0.12 . 80 : 0x00000033,
                             10.9.1.0/28 . 8080 : 0x00000033 }
            }

            chain in {
                type filter hook input priority filter - 7; policy accept;
                meta mark set ip daddr . tcp dport map @tcp_map return
                meta mark set ip daddr . udp dport map @udp_map return
            }
        }
        table ip6 my_ipvs {
            map tcp_map {
                type ipv6_addr . inet_service : mark
                flags interval
                elements = { fd00:9::10/124 . 443 : 0x00000034 }
            }

            chain in {
                type filter hook input priority filter - 7; policy accept;
                meta mark set ip6 daddr . tcp dport map @tcp_map return
            }
        }
        """;

    private static readonly string[] s_servicesOfC =
    [
        "FWM 50 rr", "FWM 50  10.0.0.2:80 1 0", "FWM 51 rr", "FWM 51  10.0.0.3:80 1 0", "FWM 52 IPv6 rr", "FWM 52 IPv6  10.0.0.4:0 1 0", "FWM 52 rr",
        "FWM 52  10.0.0.4:0 1 0", "FWM 7 rr", "FWM 7  10.0.0.5:80 1 0", "SCTP 10.9.3.1:80 rr", "SCTP 10.9.3.1:80  10.0.0.5:80 1 0",
    ];

    private static int s_count;

    private readonly string _namespace = $"nftipvs{Environment.ProcessId}-{Interlocked.Increment(ref s_count)}";

    public GroupMarkKernelTests()
    {
        if (!File.Exists("/usr/sbin/nft") && !File.Exists("/sbin/nft"))
        {
            Assert.Skip("The package nftables is missing");
        }

        if (!ToolRunner.TryRun("ip", ["netns", "add", _namespace], out string output))
        {
            Assert.Skip($"needs root and iproute2 to make a network namespace: {output}");
        }

        try
        {
            Open().Dispose();
        }
        catch (LinuxException error) when (error.Errno == Errno.EPROTONOSUPPORT)
        {
            Dispose();
            Assert.Skip($"this kernel has no nftables: {error.Message}");
        }
    }

    public void Dispose() => ToolRunner.TryRun("ip", ["netns", "del", _namespace], out _);

    [Fact]
    public void The_tables_and_services_are_those_of_C_and_gone_at_the_end()
    {
        var director = new Director(Configuration, Open);

        Assert.Equal(Flat(OfC), Flat(Show()));
        Assert.Equal(s_servicesOfC.Order(StringComparer.Ordinal), director.Kernel.Lines());

        director.Stop();
        Assert.Empty(Show());
    }

    [Fact]
    public void With_nftables_counters_elements_and_rules_count_as_those_of_C()
    {
        var director = new Director(Configuration, Open, counts: true);

        Assert.Equal(CountedByC(), Flat(Show()));
        director.Stop();
    }

    [Fact]
    public void A_table_that_a_killed_run_left_is_replaced()
    {
        new Director(Configuration, Open).Stop(keepServices: true);
        Assert.Equal(Flat(OfC), Flat(Show()));

        var director = new Director(Configuration.Replace("10.9.0.1 80", "10.9.0.2 80", StringComparison.Ordinal), Open);

        Assert.Equal(Flat(OfC).Replace("10.9.0.1 . ", "10.9.0.2 . ", StringComparison.Ordinal), Flat(Show()));
        Assert.DoesNotContain(director.Messages, static message => message.StartsWith("Error", StringComparison.Ordinal));
    }

    [Fact]
    public void Reloads_leave_what_a_start_with_the_last_file_would_have_made()
    {
        var director = new Director(Configuration, Open);

        // Ranges that overlap what they replace, a port for all ports, marks that change hands: each is a batch that the kernel must take.
        director.Reload(Configuration.Replace("10.9.0.10-12 80", "10.9.0.11-20 80", StringComparison.Ordinal));
        Assert.Contains("10.9.0.11-10.9.0.20 . 80 : 0x00000033", Flat(Show()), StringComparison.Ordinal);
        director.Reload(Configuration.Replace("10.9.0.10-12 80", "10.9.0.0/24 80", StringComparison.Ordinal));
        Assert.Contains("10.9.0.2-10.9.0.255 . 80 : 0x00000032", Flat(Show()), StringComparison.Ordinal);
        director.Reload(Configuration + EveryPort);
        Assert.Contains("10.9.0.2-10.9.0.9 . 0-65535 : 0x00000035", Flat(Show()), StringComparison.Ordinal);
        director.Reload(Configuration.Replace("group both", "group other", StringComparison.Ordinal));
        Assert.Contains("10.9.2.1 . 443 : 0x00000034", Flat(Show()), StringComparison.Ordinal);
        director.Reload(Configuration);

        Assert.Equal(Sorted(OfC), Sorted(Show()));
        Assert.Equal(s_servicesOfC.Order(StringComparer.Ordinal), director.Kernel.Lines());
        Assert.DoesNotContain(director.Messages, static message => message.StartsWith("Error", StringComparison.Ordinal));
    }

    [Fact]
    public void Thousands_of_lines_are_made_and_one_of_them_is_changed()
    {
        const int Lines = 1000;
        string[] lines = [.. Enumerable.Range(0, Lines).Select(static i => $"11.{i / 250}.{i % 250}.1-9 80\n")];
        string Text() => Configuration.Replace("10.9.0.1 80\n", string.Concat(lines), StringComparison.Ordinal).Replace("10.9.0.10-12 80\n", "", StringComparison.Ordinal);
        var director = new Director(Text(), Open);
        lines[500] = "172.16.0.0/12 80\n";
        director.Reload(Text());

        Assert.Contains("172.16.0.0/12 . 80 : 0x00000032", Flat(Show()), StringComparison.Ordinal);
        Assert.Equal(2 * Lines, Flat(Show()).Split(" . 80 :").Length - 1);
        Assert.Empty(director.Kernel.Requests);
    }

    [Theory]
    [InlineData("tcp/10.9.0.11/80", 50)]
    [InlineData("udp/10.9.0.11/80", 51)]
    [InlineData("tcp/10.9.2.1/443", 52)]
    [InlineData("tcp/fd00:9::11/443", 52)]
    [InlineData("tcp/10.9.0.11/9999", 53)]
    public void A_packet_to_a_group_carries_its_mark(string destination, int mark)
    {
        string address = destination.Split('/')[1];
        string family = address.Contains(':', StringComparison.Ordinal) ? "ip6" : "ip";
        InNamespace("ip", "link", "set", "lo", "up");
        InNamespace("ip", "addr", "add", address + (family == "ip6" ? "/128" : "/32"), "dev", "lo");
        InNamespace("nft", $"add table {family} seen; add chain {family} seen c {{ type filter hook input priority 0; }}; add rule {family} seen c meta mark {mark} counter");
        var director = new Director(Configuration + EveryPort, Open);

        ToolRunner.TryRun("ip", ["netns", "exec", _namespace, "bash", "-c", $"echo > /dev/{destination}"], out _);

        Assert.Matches($"meta mark 0x0*{mark:x} counter packets [1-9]", Show());
        director.Stop();
    }

    /// <summary>What C makes of the same file with <c>nftables_counters</c>: a counter in each map, element and rule.</summary>
    private static string CountedByC() => Flat(OfC)
        .Replace("flags interval", "flags interval counter", StringComparison.Ordinal)
        .Replace(" : 0x", " counter packets 0 bytes 0 : 0x", StringComparison.Ordinal)
        .Replace("_map return", "_map counter packets 0 bytes 0 return", StringComparison.Ordinal);

    private string InNamespace(params string[] command) => ToolRunner.Run("ip", ["netns", "exec", _namespace, .. command]);

    private NetlinkSocket Open() => OtherNamespace.Open(_namespace, static () => NetlinkSocket.Open(NetlinkFamily.Netfilter));

    private string Show() => InNamespace("nft", "list", "ruleset");

    private static string Flat(string text) => Blanks().Replace(text, " ").Trim();

    private static string Sorted(string text) => string.Join('\n', Flat(text).Split(' ').Select(static word => word.TrimEnd(',')).Order(StringComparer.Ordinal));

    [GeneratedRegex("\\s+")]
    private static partial Regex Blanks();
}
