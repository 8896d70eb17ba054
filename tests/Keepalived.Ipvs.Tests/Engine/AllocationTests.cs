using Keepalived.Checking;
using Microsoft.Extensions.Logging.Abstractions;

namespace Keepalived.Ipvs.Tests.Engine;

public sealed class AllocationTests
{
    [Fact]
    public void Probing_in_steady_state_allocates_nothing()
    {
        var scheduler = new VirtualScheduler();
        CheckRunner[] runners = Start(scheduler, 50);
        scheduler.Advance(100);

        long before = GC.GetAllocatedBytesForCurrentThread();
        scheduler.Advance(100);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.All(runners, runner => Assert.InRange(((QuietDefinition)runner.Configured.Definition).Probes, 19, 20));
    }

    [Fact]
    public void A_shared_probe_in_steady_state_allocates_nothing_either()
    {
        var scheduler = new VirtualScheduler();
        CheckRunner[] runners = Start(scheduler, 50, share: true);
        scheduler.Advance(100);

        long before = GC.GetAllocatedBytesForCurrentThread();
        scheduler.Advance(100);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.InRange(runners.Sum(runner => ((QuietDefinition)runner.Configured.Definition).Probes), 19, 20);
    }

    internal static CheckRunner[] Start(VirtualScheduler scheduler, int count, bool share = false)
    {
        VirtualServerDefinition definition = ConfigurationText.ReadClean(
            "virtual_server 10.0.0.1 80 {\n protocol TCP\n lvs_sched rr\n lvs_method NAT\n real_server 10.0.0.2 80 { weight 1\n }\n}").VirtualServers[0];
        var owner = new VirtualServer(definition, new ServiceTable(NullLogger.Instance), null!);
        var environment = new CheckEnvironment(scheduler, null!, null!, null!, NullLogger.Instance, new Random(7), new NoReports());
        var shared = new SharedProbes(environment);
        var runners = new CheckRunner[count];
        for (int i = 0; i < count; i++)
        {
            ConfiguredChecker checker = CheckResolution.Resolve(
                new QuietDefinition(), new() { DelayLoop = TimeSpan.FromSeconds(10) }, null, logAllFailures: true).For(new(System.Net.IPAddress.Loopback, 80), "v", "r");
            runners[i] = new(checker, new RealServer(owner, definition.RealServers[0]), environment, share ? shared.For(checker) : null);
            runners[i].Start();
        }

        return runners;
    }

    private sealed record QuietDefinition() : CheckerDefinition("QUIET_CHECK", new()), IChecker
    {
        public int Probes { get; private set; }

        public override IChecker CreateChecker(CheckTarget target) => this;

        public ValueTask<CheckResult> CheckAsync(CheckContext context)
        {
            Probes++;
            return new(CheckResult.Up());
        }

        public void Dispose()
        {
        }
    }

    private sealed class NoReports : ICheckReports
    {
        public void CheckerChanged(CheckRunner checker, in CheckResult result)
        {
        }

        public void CheckerWeightChanged(CheckRunner checker, in CheckResult result)
        {
        }
    }
}
