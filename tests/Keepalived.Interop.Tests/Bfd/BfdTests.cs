using Keepalived.Lab;

namespace Keepalived.Interop.Tests.Bfd;

/// <summary>Our BFD with neighbours of other origins: BIRD 2, FRR's bfdd and Debian's keepalived (RFC 5880, 5881, 5883).</summary>
public sealed class BfdTests
{
    private const string C = "C";
    private const int User1 = 10;
    private const int TimeToJson = 36; // SIGRTMIN + 2

    [Theory]
    [InlineData(BfdNeighbor.Bird, false, false, "", false)]
    [InlineData(BfdNeighbor.Bird, true, false, "passive", false)]
    [InlineData(BfdNeighbor.Bird, false, true, "", false)]
    [InlineData(BfdNeighbor.Bird, true, true, "", false)]
    [InlineData(BfdNeighbor.Frr, false, false, "", true)]
    [InlineData(BfdNeighbor.Frr, true, false, "", false)]
    [InlineData(BfdNeighbor.Frr, false, true, "", false)]
    [InlineData(C, false, false, "", true)]
    [InlineData(C, true, false, "passive", false)]
    public async Task The_session_comes_up_with_the_slower_intervals_and_a_killed_neighbour_takes_the_role_away(
        string neighbor, bool isIPv6, bool isMultihop, string lines, bool isNeighborPassive)
    {
        await using BfdLab lab = Create(neighbor, isIPv6, isMultihop);
        Action kill = await StartNeighbor(lab, neighbor, new(lab.Neighbor, lab.Own) { IsMultihop = isMultihop, IsPassive = isNeighborPassive });
        // BIRD sends packets over several hops with the system's TTL of 64, which tells nothing of how far they have come.
        lab.StartOurs(lab.Configuration(lines + (isMultihop ? $"\n    multihop\n    max_hops {(neighbor == BfdNeighbor.Bird ? "-1" : "2")}" : "")));
        await lab.Until("we are master", () => lab.IsMaster);

        string data = await lab.Dump(User1, "keepalived_bfd.data");
        Assert.Contains("local state = Up", data, StringComparison.Ordinal);
        Assert.Contains("local tx intv = 80000 us", data, StringComparison.Ordinal);
        // Four times the slower of our min_rx and its min_tx.
        Assert.Contains("local detection time = 280000 us", data, StringComparison.Ordinal);

        kill();
        await lab.Until("we are master no more", () => !lab.IsMaster);
        await lab.UntilLogged("Received BFD event: instance B is in state Down (delivered in ", 2); // one at start
        Assert.Equal(1, lab.Count("(B) Entering Down state (no packet within 280 ms"));
        Assert.DoesNotContain("dropped", lab.Log, StringComparison.Ordinal);
        Assert.All(lab.TsharkHasNoComplaint(), line => Assert.EndsWith(isMultihop ? "|4784" : "|3784", line, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("simple", "simple", 1)]
    [InlineData("md5", "keyed md5", 2)]
    [InlineData("meticulous_md5", "meticulous keyed md5", 3)]
    [InlineData("sha1", "keyed sha1", 4)]
    [InlineData("meticulous_sha1", "meticulous keyed sha1", 5)]
    public async Task BIRD_believes_our_authentication_and_we_believe_its(string ours, string birds, int type)
    {
        await using BfdLab lab = Create(BfdNeighbor.Bird, isIPv6: type == 5, isMultihop: false);
        await BfdNeighbor.Start(lab.NeighborHost, BfdNeighbor.Bird, new(lab.Neighbor, lab.Own) { Authentication = birds });
        lab.StartOurs(lab.Configuration($"auth_type {ours}\n    auth_key 5 secret\n    auth_key 6 next"));
        await lab.Until("we are master", () => lab.IsMaster);
        Assert.DoesNotContain("dropped", lab.Log, StringComparison.Ordinal);
        Assert.All(lab.TsharkHasNoComplaint("bfd.auth.type"), line => Assert.EndsWith($"|{type}", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Another_key_than_BIRDs_keeps_the_session_down_and_says_so()
    {
        await using BfdLab lab = Create(BfdNeighbor.Bird, isIPv6: false, isMultihop: false);
        await BfdNeighbor.Start(lab.NeighborHost, BfdNeighbor.Bird, new(lab.Neighbor, lab.Own) { Authentication = "meticulous keyed sha1" });
        lab.StartOurs(lab.Configuration("auth_type meticulous_sha1\n    auth_key 5 other"));
        await lab.UntilLogged("its password or digest is wrong; compare auth_key");
        Assert.False(lab.IsMaster);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Echo_packets_go_both_ways_with_FRR(bool isIPv6)
    {
        await using BfdLab lab = Create(BfdNeighbor.Frr, isIPv6, isMultihop: false);
        await BfdNeighbor.Start(lab.NeighborHost, BfdNeighbor.Frr, new(lab.Neighbor, lab.Own) { UsesEcho = true });
        lab.StartOurs(lab.Configuration("echo_tx 50\n    echo_rx 60"));
        await lab.Until("we are master", () => lab.IsMaster);
        await lab.UntilLogged("(B) Echo packets are sent");
        await Task.Delay(TimeSpan.FromSeconds(1.5));

        string json = await lab.Dump(TimeToJson, "keepalived_bfd.json");
        Assert.Contains("\"state\":\"Up\"", json, StringComparison.Ordinal);
        Assert.DoesNotContain("\"echoes_returned\":0,", json, StringComparison.Ordinal);
        Assert.Equal(0, lab.Count("Entering Down state"));
        Assert.Contains(lab.TsharkHasNoComplaint(), static line => line.EndsWith("|3785", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_restart_of_either_process_and_a_reload_lose_neither_the_role_nor_the_session()
    {
        await using BfdLab lab = Create(BfdNeighbor.Bird, isIPv6: false, isMultihop: false);
        await BfdNeighbor.Start(lab.NeighborHost, BfdNeighbor.Bird, new(lab.Neighbor, lab.Own));
        lab.StartOurs(lab.Configuration());
        await lab.Until("we are master", () => lab.IsMaster);

        // Other intervals: a poll sequence, and the session stays up.
        lab.Ours!.Reload(lab.Configuration(intervals: "min_rx 150\n    min_tx 120\n    multiplier 3"));
        await lab.UntilLogged("Reload complete");
        await lab.UntilLogged("Poll sequence completed: packets every 120 ms, detection time 600 ms");
        Assert.Equal(0, lab.Count("(B) Entering Down state"));

        // The BFD process dies: VRRP goes on with what it knows, and hears of the new process that the session is up.
        Kill(lab.Ours.Child("bfd"));
        await lab.UntilLogged("Starting BFD child process", 2);
        await lab.UntilLogged("(B) Entering Up state", 2);
        Assert.True(lab.IsMaster);
        Assert.Equal(1, lab.Count("Received BFD event: instance B is in state Down"));

        // The VRRP process dies: the new one is told at once that the session is up, and needs no packet of the neighbour for it.
        Kill(lab.Ours.Child("vrrp"));
        await lab.UntilLogged("Starting VRRP child process", 2);
        await lab.UntilLogged("Received BFD event: instance B is in state Up", 2);
        await lab.Until("we are master again", () => lab.Count("(V) Entering MASTER STATE") == 2);
        Assert.Equal(1, lab.Count("Received BFD event: instance B is in state Down"));
    }

    [Fact]
    public async Task The_options_of_the_process_hold_for_the_BFD_process()
    {
        await using BfdLab lab = Create(neighbor: null, isIPv6: false, isMultihop: false);
        lab.StartOurs(lab.Configuration(globals: "global_defs {\n    bfd_rt_priority 21\n    bfd_no_swap\n    bfd_cpu_affinity 0\n    bfd_process_name kbfd\n}"));
        await lab.UntilLogged("Startup complete");
        int process = lab.Ours!.Child("bfd");
        string[] stat = File.ReadAllText($"/proc/{process}/stat").Split(") ")[1].Split(' ');
        string status = File.ReadAllText($"/proc/{process}/status");
        if (lab.Log.Contains("runs without real-time priority", StringComparison.Ordinal))
        {
            Assert.Skip("Real-time priorities are not permitted here");
        }

        Assert.Equal(("21", "2"), (stat[37], stat[38])); // rt_priority and policy (SCHED_RR) of proc(5)
        Assert.Contains("Cpus_allowed_list:\t0\n", status, StringComparison.Ordinal);
        Assert.Contains("Name:\tkbfd\n", status, StringComparison.Ordinal);
        Assert.DoesNotContain("VmLck:\t       0 kB", status, StringComparison.Ordinal);
    }

    private static BfdLab Create(string? neighbor, bool isIPv6, bool isMultihop)
    {
        if (neighbor is not (null or C) && BfdNeighbor.WhyNot(neighbor) is { } reason)
        {
            Assert.Skip(reason);
        }

        Prerequisites.Peer();
        return new BfdLab(isIPv6, isMultihop);
    }

    private static async Task<Action> StartNeighbor(BfdLab lab, string software, BfdNeighborSettings settings)
    {
        if (software != C)
        {
            BfdNeighbor neighbor = await BfdNeighbor.Start(lab.NeighborHost, software, settings);
            return neighbor.PullThePlug;
        }

        Director director = Director.Start(lab.NeighborHost, Software.C, $$"""
            bfd_instance A {
                neighbor_ip {{settings.Other}}
                source_ip {{settings.Own}}
                min_rx {{settings.Receive}}
                min_tx {{settings.Transmit}}
                multiplier {{settings.Multiplier}}
                {{(settings.Own.Contains(':', StringComparison.Ordinal) ? "hoplimit 255" : "")}}
                {{(settings.IsPassive ? "passive" : "")}}
            }

            """);
        return director.PullThePlug;
    }

    private static void Kill(int process)
    {
        Assert.True(process > 0);
        _ = Native.Kill(process, Native.SigKill);
    }
}
