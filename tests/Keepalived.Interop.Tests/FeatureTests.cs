using Keepalived.Lab;

namespace Keepalived.Interop.Tests;

/// <summary>
/// What both programs have, in both roles: delayed preemption, three unicast peers, processes and groups that are tracked, reloads while the
/// other one watches. The tested one is the preferred master (A).
/// </summary>
public abstract class FeatureInterop(bool oursIsMaster)
{
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(15);
    private readonly Software _master = oursIsMaster ? Software.Ours : Software.C;
    private readonly Software _backup = oursIsMaster ? Software.C : Software.Ours;

    [Fact]
    public async Task With_preempt_delay_the_better_one_waits_before_it_takes_over()
    {
        await using TrackingInterop.TwoLinks pair = TrackingInterop.TwoLinks.Create();
        pair.StartOther(_backup, Instance(0, 100));
        await pair.Until("the lesser one is master", () => pair.Has(pair.B, "10.77.0.100"));

        pair.StartOne(_master, Instance(0, 200, "    preempt_delay 3\n"));

        await Wait.While("the better one waits", TimeSpan.FromSeconds(2), () => !pair.Has(pair.A, "10.77.0.100"), pair.Story);
        await pair.Until("the better one takes over", () => pair.Has(pair.A, "10.77.0.100") && !pair.Has(pair.B, "10.77.0.100"));
    }

    [Fact]
    public async Task Three_unicast_peers_follow_each_other()
    {
        Prerequisites.Peer();
        await using Lan lan = Lan.Create();
        Host[] hosts = [lan.AddHost("a", 1), lan.AddHost("b", 2), lan.AddHost("c", 3)];
        Software[] software = [_master, _backup, _master];
        Director[] directors = new Director[3];
        for (int i = 2; i >= 0; i--)
        {
            directors[i] = Start(i);
        }

        string Story() => string.Join('\n', directors.Select(d => $"--- {d.Software.Name}\n{d.Log}"));
        Task Only(int master) => Wait.Until(
            $"{hosts[master].Name} alone has the address", s_soon, () => Enumerable.Range(0, 3).All(i => hosts[i].Has("10.77.0.100") == (i == master)), Story);

        await Only(0);
        directors[0].Stop();
        await Only(1);
        directors[1].Stop();
        await Only(2);
        directors[0] = Start(0);
        await Only(0);

        Director Start(int number)
        {
            string peers = string.Join("\n", hosts.Where(host => host != hosts[number]).Select(host => "        " + host.Address4));
            string unicast = $"    unicast_src_ip {hosts[number].Address4}\n    unicast_peer {{\n{peers}\n    }}\n";
            return Director.Start(hosts[number], software[number], Instance(0, 200 - (50 * number), unicast));
        }
    }

    [Fact]
    public async Task What_a_group_tracks_moves_all_its_members()
    {
        await using TrackingInterop.TwoLinks pair = TrackingInterop.TwoLinks.Create();
        string state = pair.File("state", "0");
        string script = pair.Script("chk.sh", $"exit $(cat {state})");
        string tracked = $"vrrp_script chk {{\n    script {script}\n    interval 1\n}}\n";
        pair.Start(
            _master, tracked + Group("    track_script {\n        chk\n    }\n") + Instance(0, 200) + Instance(1, 200),
            _backup, Group() + Instance(0, 100) + Instance(1, 100));
        await pair.Until("both addresses are on the preferred one", () => Both(pair, pair.A, pair.B));
        pair.File("state", "1");
        await pair.Until("both move", () => Both(pair, pair.B, pair.A));
        pair.File("state", "0");
        await pair.Until("both return", () => Both(pair, pair.A, pair.B));
    }

    [Fact]
    public async Task A_reload_adds_and_removes_addresses_and_the_peer_notices_nothing()
    {
        await using TrackingInterop.TwoLinks pair = TrackingInterop.TwoLinks.Create();
        pair.Start(_master, Instance(0, 200), _backup, Instance(0, 100));
        await pair.Until("the preferred one is master", () => pair.Has(pair.A, "10.77.0.100") && !pair.Has(pair.B, "10.77.0.100"));
        int before = Count(pair.Other.Log, "Entering MASTER");

        pair.Reload(Instance(0, 200, "    virtual_ipaddress_excluded {\n        10.77.0.101/24\n        10.77.0.102/24\n    }\n"));
        await pair.Until("the new addresses are there", () => pair.Has(pair.A, "10.77.0.101") && pair.Has(pair.A, "10.77.0.102"));
        pair.Reload(Instance(0, 200, "    virtual_ipaddress_excluded {\n        10.77.0.102/24\n    }\n"));
        await pair.Until("the one that is not configured any more is gone", () => !pair.Has(pair.A, "10.77.0.101"));

        await Wait.While("all is as it was", TimeSpan.FromSeconds(1), () => pair.Has(pair.A, "10.77.0.100") && pair.Has(pair.A, "10.77.0.102"), pair.Story);
        Assert.Equal(before, Count(pair.Other.Log, "Entering MASTER"));
    }

    [Fact]
    public async Task A_reload_that_makes_a_group_takes_a_master_to_backup_where_another_member_is_backup_and_one_that_disbands_it_frees_it()
    {
        await using TrackingInterop.TwoLinks pair = TrackingInterop.TwoLinks.Create();
        string members = Instance(0, 200) + Instance(1, 100);
        pair.Start(_master, members, _backup, Instance(0, 100) + Instance(1, 200));
        await pair.Until("each has one", () => Split(pair));

        pair.Reload(Group() + members);
        await pair.Until("the group gives up what it cannot have as a whole", () => Both(pair, pair.B, pair.A));

        pair.Reload(members);
        await pair.Until("each has one again", () => Split(pair));
    }

    [Fact]
    public async Task Groups_with_contrary_priorities_settle_on_one_side()
    {
        await using TrackingInterop.TwoLinks pair = TrackingInterop.TwoLinks.Create();
        pair.Start(_master, Group() + Instance(0, 200) + Instance(1, 100), _backup, Group() + Instance(0, 100) + Instance(1, 200));
        await Wait.UntilItRests(
            "one side has both and keeps them", TimeSpan.FromSeconds(40), TimeSpan.FromSeconds(2), () => Both(pair, pair.A, pair.B) || Both(pair, pair.B, pair.A), pair.Story);
    }

    private static int Count(string text, string what) => text.Split(what).Length - 1;

    private static bool Both(TrackingInterop.TwoLinks pair, Host master, Host backup) =>
        pair.Has(master, "10.77.0.100") && pair.Has(master, "10.78.0.100") && !pair.Has(backup, "10.77.0.100") && !pair.Has(backup, "10.78.0.100");

    private static bool Split(TrackingInterop.TwoLinks pair) =>
        pair.Has(pair.A, "10.77.0.100") && !pair.Has(pair.A, "10.78.0.100") && pair.Has(pair.B, "10.78.0.100") && !pair.Has(pair.B, "10.77.0.100");

    private static string Group(string more = "") => $"vrrp_sync_group G {{\n    group {{\n        VI_0\n        VI_1\n    }}\n{more}}}\n";

    protected static string Instance(int link, int priority, string more = "") => $$"""
        vrrp_instance VI_{{link}} {
            state BACKUP
            interface eth{{link}}
            virtual_router_id {{51 + link}}
            priority {{priority}}
            version 3
            advert_int 0.1
            virtual_ipaddress {
                10.{{77 + link}}.0.100/24
            }
        {{more}}}

        """;
}

#pragma warning disable CA1716, SA1402

public sealed class Ours_has_what_C_has() : FeatureInterop(oursIsMaster: true)
{
    [Fact]
    public async Task A_process_that_runs_at_the_start_is_counted()
    {
        // In a namespace of the network the kernel tells nobody of processes that come and go: what counts is what the start has found.
        // C 2.2.7 counts nothing there, so this is one role only.
        await using TrackingInterop.TwoLinks pair = TrackingInterop.TwoLinks.Create();
        string program = Path.Combine(pair.Scripts, "kdworker");
        File.Copy("/usr/bin/sleep", program);
        string configuration = $"vrrp_track_process p {{\n    process {program}\n}}\n" + Instance(0, 200, "    track_process {\n        p\n    }\n");
        pair.Start(Software.Ours, configuration, Software.C, Instance(0, 100));
        await pair.Until("without the process the other one is master", () => pair.Has(pair.B, "10.77.0.100") && !pair.Has(pair.A, "10.77.0.100"));

        pair.One.Stop();
        int worker = int.Parse(pair.A.Run("sh", "-c", $"{program} 120 >/dev/null 2>&1 & echo $!").Trim(), System.Globalization.CultureInfo.InvariantCulture);
        try
        {
            pair.StartOne(Software.Ours, configuration);
            await pair.Until("with it the preferred one is", () => pair.Has(pair.A, "10.77.0.100") && !pair.Has(pair.B, "10.77.0.100"));
        }
        finally
        {
            _ = Native.Kill(worker, 9);
        }
    }
}

public sealed class C_has_what_ours_has() : FeatureInterop(oursIsMaster: false);
