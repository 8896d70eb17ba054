using Keepalived.Lab;

namespace Keepalived.Interop.Tests;

/// <summary>
/// The main job, against Debian's keepalived: every way in which a master leaves, every way in which it returns, for one
/// variant of the protocol, with ours in one of the two roles. Owns nothing but the claims; Pair makes the network, the kernel
/// and tshark are the judges. Sections: RFC 3768 and RFC 5798 6.4 (state transitions), 5.2 and 5.1 (packet), 8.2 (IPv6 source).
/// </summary>
public abstract class Failover(VrrpVariant variant, bool oursIsMaster)
{
    private readonly Software _master = oursIsMaster ? Software.Ours : Software.C;
    private readonly Software _backup = oursIsMaster ? Software.C : Software.Ours;

    [Fact]
    public async Task The_backup_takes_over_when_the_master_is_killed_and_the_master_preempts_when_it_returns()
    {
        await using var pair = await Pair.Start(variant, _master, _backup);

        pair.Master.PullThePlug();
        await pair.OnlyMasterIs(pair.BackupHost, dead: pair.MasterHost);

        pair.StartMaster();
        await pair.OnlyMasterIs(pair.MasterHost);
        pair.TsharkHasNoComplaint(oursIsMaster ? pair.MasterHost : pair.BackupHost);
    }

    [Fact]
    public async Task The_backup_takes_over_when_the_masters_link_goes_down_and_gives_way_when_it_is_up()
    {
        await using var pair = await Pair.Start(variant, _master, _backup);

        pair.MasterHost.LinkDown();
        await pair.OnlyMasterIs(pair.BackupHost, dead: null);

        pair.MasterHost.LinkUp();
        await pair.OnlyMasterIs(pair.MasterHost);
        pair.TsharkHasNoComplaint(oursIsMaster ? pair.MasterHost : pair.BackupHost);
    }

    [Fact]
    public async Task A_polite_stop_says_priority_0_and_the_backup_is_master_within_its_skew_time()
    {
        // A second between advertisements, so that the skew time (0.6 s) is told from a master-down interval (3.6 s) on any machine.
        await using var pair = await Pair.Start(variant with { Every = 1 }, _master, _backup);
        var master = pair.SourceOf(pair.MasterHost);
        var backup = pair.SourceOf(pair.BackupHost);

        pair.Master.Stop();
        await pair.OnlyMasterIs(pair.BackupHost);

        var farewell = pair.Capture.Advertisements.FirstOrDefault(advertisement => advertisement.Priority == 0 && advertisement.Source.Equals(master));
        Assert.True(farewell is not null, "No advertisement with priority 0 was seen\n" + pair.Story());
        var first = pair.Capture.Advertisements.First(advertisement => advertisement.Source.Equals(backup) && advertisement.Time > farewell.Time);
        // RFC 5798 6.4.2: the timer is set to Skew_Time, 156/256 of an interval here. The rest is for a busy machine.
        Assert.InRange((first.Time - farewell.Time) / 1e9, 0.60, 0.61 + 1.5);
        pair.TsharkHasNoComplaint(oursIsMaster ? pair.MasterHost : pair.BackupHost);
    }

    [Fact]
    public async Task With_nopreempt_a_master_that_returns_stays_backup()
    {
        await using var pair = await Pair.Start(variant, _master, _backup, noPreempt: true);

        pair.Master.PullThePlug();
        await pair.OnlyMasterIs(pair.BackupHost, dead: pair.MasterHost);

        pair.StartMaster();
        await pair.Leaves(pair.MasterHost, "the killed master's address is cleaned up at its start");
        await pair.OnlyMasterIs(pair.BackupHost);
        await Task.Delay(variant.MasterDown);
        await pair.OnlyMasterIs(pair.BackupHost);
    }
}
