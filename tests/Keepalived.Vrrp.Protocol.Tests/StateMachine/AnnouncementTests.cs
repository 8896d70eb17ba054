namespace Keepalived.Vrrp.Protocol.Tests;

/// <summary>Gratuitous ARP and neighbour advertisements: how many, and when again.</summary>
public sealed class AnnouncementTests
{
    [Fact]
    public void A_new_master_announces_again_after_the_delay()
    {
        RouterRig rig = Rig(a => a with { MasterRepeat = 3, MasterDelay = TimeSpan.FromSeconds(5) });

        Assert.Equal(["0: announce 3 BecameMaster", "5: announce 3 Delayed"], Announcements(rig, 30));
    }

    [Fact]
    public void A_refresh_comes_every_period_without_drift_while_master()
    {
        RouterRig rig = Rig(a => a with { MasterRefresh = TimeSpan.FromSeconds(10), MasterRefreshRepeat = 2 });

        Assert.Equal(
            ["0: announce 5 BecameMaster", "10: announce 2 Refresh", "20: announce 2 Refresh", "30: announce 2 Refresh"],
            Announcements(rig, 35));
    }

    [Fact]
    public void A_refresh_missed_several_times_is_made_once()
    {
        RouterRig rig = Rig(a => a with { MasterRefresh = TimeSpan.FromSeconds(10) });
        rig.Advance(1);
        rig.Take();

        rig.Freeze(34.5);

        Assert.Single(rig.Take(), line => line.StartsWith("announce", StringComparison.Ordinal));
        Assert.Equal(["5: announce 1 Refresh"], Announcements(rig, 6));
    }

    [Fact]
    public void A_lower_claim_is_answered_with_announcements_now_and_after_the_delay()
    {
        RouterRig rig = Rig(a => a with { LowerPriorityRepeat = 4, LowerPriorityDelay = TimeSpan.FromSeconds(3) });
        rig.Advance(1);
        rig.Take();

        rig.Hear(50);
        Assert.Equal(["0: announce 4 LowerPriorityMaster", "3: announce 4 LowerPriorityMaster"], Announcements(rig, 10));
    }

    [Fact]
    public void Leaving_master_cancels_what_was_still_to_be_announced()
    {
        RouterRig rig = Rig(a => new AnnouncementParameters { MasterRefresh = TimeSpan.FromSeconds(7) });
        rig.Advance(1).Hear(50);
        rig.Take();

        rig.Hear(200);
        rig.Advance(3);

        Assert.DoesNotContain(rig.Take(), line => line.StartsWith("announce", StringComparison.Ordinal));
    }

    [Fact]
    public void Addresses_added_by_a_reload_are_announced_by_a_master_and_again_after_the_delay()
    {
        RouterRig rig = Rig(a => a with { MasterDelay = TimeSpan.FromSeconds(5) });
        rig.Advance(6);
        rig.Take();

        rig.Router.OnAddressesAdded(rig.Now);

        Assert.Equal(["0: announce 5 AddressesAdded", "5: announce 5 Delayed"], Announcements(rig, 20));
    }

    [Fact]
    public void The_advertisement_goes_before_announcements_that_are_due_at_the_same_time()
    {
        RouterRig rig = Rig(a => a with { MasterDelay = TimeSpan.FromSeconds(2), MasterRefresh = TimeSpan.FromSeconds(2) });
        rig.Advance(1);
        rig.Take();

        rig.Advance(1);

        Assert.Equal(["send 100", "announce 5 Delayed", "announce 1 Refresh"], rig.Take());
    }

    // Master since this moment, with the effects of becoming it recorded.
    private static RouterRig Rig(Func<AnnouncementParameters, AnnouncementParameters> change)
    {
        RouterRig rig = new RouterRig(p => p with { Announcements = change(p.Announcements) }).Backup();
        return rig.Advance(3.609_375);
    }

    private static List<string> Announcements(RouterRig rig, int seconds)
    {
        List<string> lines = [];
        for (int second = 0; second <= seconds; second++)
        {
            lines.AddRange(rig.Take().Where(l => l.StartsWith("announce", StringComparison.Ordinal)).Select(l => $"{second}: {l}"));
            rig.Advance(1);
        }

        return lines;
    }
}
