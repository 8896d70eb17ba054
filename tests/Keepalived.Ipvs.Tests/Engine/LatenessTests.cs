namespace Keepalived.Ipvs.Tests.Engine;

public sealed class LatenessTests
{
    [Fact]
    public void What_the_loop_is_late_does_not_add_up_from_probe_to_probe()
    {
        var scheduler = new VirtualScheduler();
        CheckRunner runner = AllocationTests.Start(scheduler, 1)[0];
        MonotonicTime first = runner.NextAction;
        scheduler.Lateness = TimeSpan.FromMilliseconds(2);

        scheduler.Advance((first - scheduler.Now).TotalSeconds + 995);

        Assert.Equal(first + TimeSpan.FromSeconds(1000), runner.NextAction);
    }

    [Fact]
    public void Between_two_probes_half_the_delay_stays_however_late_the_loop_is()
    {
        var scheduler = new VirtualScheduler();
        CheckRunner runner = AllocationTests.Start(scheduler, 1)[0];
        MonotonicTime first = runner.NextAction;
        scheduler.Lateness = TimeSpan.FromSeconds(8);

        scheduler.Advance((first - scheduler.Now).TotalSeconds + 9);

        Assert.Equal(first + TimeSpan.FromSeconds(8 + 5), runner.NextAction);
    }
}
