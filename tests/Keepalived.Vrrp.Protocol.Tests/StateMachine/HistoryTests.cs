namespace Keepalived.Vrrp.Protocol.Tests;

/// <summary>Every change carries its cause, and the last ones are kept.</summary>
public sealed class HistoryTests
{
    [Fact]
    public void A_silent_peer_is_told_apart_from_a_process_that_was_asleep()
    {
        var awake = new RouterRig().Backup().Hear(200, RouterRig.Higher);
        var asleep = new RouterRig().Backup().Hear(200, RouterRig.Higher);

        awake.Advance(4);
        asleep.Freeze(6);

        Assert.False(awake.Causes[^1].WasAsleep);
        Assert.Contains("no advertisement from master 10.0.0.9", awake.Causes[^1].ToString(), StringComparison.Ordinal);
        Assert.True(asleep.Causes[^1].WasAsleep);
        Assert.Equal(
            "this process was asleep and may have missed master 10.0.0.9 (priority 200): the wait ended 2390.625 ms ago, last heard 6000 ms ago",
            asleep.Causes[^1].ToString());
    }

    [Theory]
    [InlineData(124, false)]
    [InlineData(125, true)]
    public void Sleep_begins_at_an_eighth_of_the_interval(int milliseconds, bool isSleep)
    {
        var rig = new RouterRig().Backup();
        TimeSpan wait = rig.UntilDeadline!.Value;

        rig.Freeze(wait + TimeSpan.FromMilliseconds(milliseconds));

        Assert.Equal(isSleep, rig.Causes[^1].WasAsleep);
    }

    [Fact]
    public void A_master_that_slept_and_was_overtaken_says_so_whether_it_saw_its_timer_or_the_packet_first()
    {
        var packetFirst = new RouterRig().Master();
        var timerFirst = new RouterRig().Master();
        var awake = new RouterRig().Master();

        Sleep(packetFirst);
        packetFirst.Hear(200, RouterRig.Higher);
        timerFirst.Freeze(10).Hear(200, RouterRig.Higher);
        awake.Advance(10).Hear(200, RouterRig.Higher);

        Assert.True(packetFirst.Causes[^1].WasAsleep);
        Assert.True(timerFirst.Causes[^1].WasAsleep);
        Assert.EndsWith("; this process was asleep, its own advertisement was 9000 ms late", timerFirst.Causes[^1].ToString(), StringComparison.Ordinal);
        Assert.False(awake.Causes[^1].WasAsleep);
        Assert.Equal(TransitionCauseKind.HigherPriority, awake.Causes[^1].Kind);

        // Time passes for the rig alone: nothing has looked at the clock when the packet comes.
        static void Sleep(RouterRig rig) => rig.Pass(10);
    }

    [Fact]
    public void A_punctual_advertisement_ends_the_suspicion()
    {
        var rig = new RouterRig().Master().Freeze(10).Advance(2);

        rig.Hear(200, RouterRig.Higher);

        Assert.False(rig.Causes[^1].WasAsleep);
    }

    [Fact]
    public void Transitions_priority_changes_and_faults_are_kept_in_order_with_their_causes()
    {
        var rig = new RouterRig().Backup();
        rig.Router.AdjustPriority(-20, rig.Now);
        rig.Router.AddFault(FaultReason.InterfaceDown, rig.Now);
        rig.Router.AddFault(FaultReason.Tracker, rig.Now);
        rig.Router.ClearFault(FaultReason.InterfaceDown, rig.Now);
        rig.Router.ClearFault(FaultReason.Tracker, rig.Now);

        Assert.Equal(
            [
                "INIT to BACKUP: started",
                "priority 100 to 80: tracked objects add -20",
                "fault began: interface down",
                "BACKUP to FAULT: fault: interface down",
                "fault began: tracked object failed",
                "fault ended: interface down",
                "fault ended: tracked object failed",
                "FAULT to BACKUP: last fault ended: tracked object failed",
            ],
            Lines(rig.Router.History));
    }

    [Fact]
    public void What_happens_to_faults_without_changing_the_state_is_reported()
    {
        var rig = new RouterRig().Backup();
        rig.Router.AddFault(FaultReason.InterfaceDown, rig.Now);
        rig.Take();

        rig.Router.AddFault(FaultReason.NoSourceAddress, rig.Now);
        rig.Router.ClearFault(FaultReason.InterfaceDown, rig.Now);

        Assert.Equal(["report FurtherFault", "report FaultRemains"], rig.Take());
    }

    [Fact]
    public void The_history_is_bounded_and_forgets_the_oldest()
    {
        var rig = new RouterRig().Backup();
        for (int i = 1; i <= 100; i++)
        {
            rig.Router.AdjustPriority(i, rig.Now);
        }

        RecentEntries<RouterHistoryEntry> history = rig.Router.History;
        Assert.Equal(history.Capacity, history.Count);
        Assert.Equal(101 - history.Capacity, history.Forgotten);
        Assert.Equal(100 + 100 - history.Capacity + 1, history[0].After);
        Assert.Equal(200, history[history.Capacity - 1].After);
        Assert.Throws<ArgumentOutOfRangeException>(() => history[history.Capacity]);
    }

    private static string[] Lines(RecentEntries<RouterHistoryEntry> history)
    {
        string[] lines = new string[history.Count];
        for (int i = 0; i < lines.Length; i++)
        {
            lines[i] = history[i].ToString();
        }

        return lines;
    }
}
