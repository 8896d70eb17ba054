using Keepalived.Checking;
using Keepalived.Scheduling;
using Keepalived.Testing;
using Microsoft.Extensions.Logging;

namespace Keepalived.Ipvs.Tests.Engine;

/// <summary>What a checker that throws costs: its own check. One of somebody else's plugin runs on that plugin's behalf, and only there.</summary>
public sealed class ContainmentTests
{
    private const string Two = "virtual_server 10.0.0.1 80 {\n protocol TCP\n lvs_sched rr\n lvs_method NAT\n delay_loop 10\n"
        + " real_server 10.0.0.2 80 {\n weight 1\n BOARD_CHECK {\n retry 0\n }\n }\n}";

    [Fact]
    public void A_check_that_throws_fails_with_the_exceptions_message()
    {
        var director = new Director(Two);
        director.Probes.Throws = new InvalidOperationException("the table is full");

        director.Advance(1);

        Assert.Contains(director.Messages, message => message.Contains("the checker threw InvalidOperationException: the table is full", StringComparison.Ordinal));
        Assert.Empty(director.Kernel.Destinations);
    }

    [Fact]
    public void After_five_exceptions_in_a_row_a_checker_is_not_run_again_by_name_and_its_server_stays_down()
    {
        var director = new Director(Two);
        director.Probes.Throws = new InvalidOperationException("broken");
        director.Advance(1000);

        Assert.Equal(5, director.Probes.Log.Count);
        Assert.Single(director.Messages, message => message.Contains("threw 5 times in a row: it is not run any more", StringComparison.Ordinal)
            && message.Contains("Keepalived.Ipvs.Tests", StringComparison.Ordinal));
        Assert.Empty(director.Kernel.Destinations);
    }

    [Fact]
    public void A_good_end_in_between_begins_the_count_anew()
    {
        var director = new Director(Two);
        for (int i = 0; i < 4; i++)
        {
            director.Probes.Throws = new InvalidOperationException("broken");
            director.Advance(40);
            director.Probes.Throws = null;
            director.Advance(10);
        }

        Assert.DoesNotContain(director.Messages, message => message.Contains("not run any more", StringComparison.Ordinal));
        Assert.NotEmpty(director.Kernel.Destinations);
    }

    [Fact]
    public void A_reload_that_changes_the_check_gives_a_retired_one_another_chance()
    {
        var director = new Director(Two);
        director.Probes.Throws = new InvalidOperationException("broken");
        director.Advance(1000);
        director.Probes.Throws = null;

        director.Reload(Two.Replace("BOARD_CHECK {\n", "BOARD_CHECK {\n label new\n", StringComparison.Ordinal));
        director.Advance(100);

        Assert.NotEmpty(director.Kernel.Destinations);
    }

    [Fact]
    public void A_strangers_checker_runs_on_its_plugins_behalf_and_its_result_is_judged_on_the_engines()
    {
        var lab = new Lab(checker: static async (context, lab) =>
        {
            Assert.Same(lab.Plugin.SynchronizationContext, SynchronizationContext.Current);
            Assert.Same(lab.Plugin, context.Scheduler);
            await Task.Yield();
            Assert.Same(lab.Plugin.SynchronizationContext, SynchronizationContext.Current);
            return CheckResult.Down("as asked");
        });

        lab.Loop.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(["as asked"], lab.Reports);
        Assert.Same(lab.Engine.SynchronizationContext, lab.JudgedOn);
    }

    [Fact]
    public void A_callback_of_a_strangers_checker_that_throws_costs_its_plugin_and_not_the_engine()
    {
        var lab = new Lab(checker: static (context, lab) =>
        {
            context.Scheduler.Post(static () => throw new InvalidOperationException("nobody awaits this"));
            return ValueTask.FromResult(CheckResult.Up());
        });
        List<string> failed = [];
        lab.Loop.OwnerFailed += (owner, _) => failed.Add(owner);

        lab.Loop.Advance(TimeSpan.FromSeconds(100));

        Assert.Equal(["checker-strange"], failed);
        Assert.Contains(lab.Log.Messages, message => message.Contains("it is not run any more", StringComparison.Ordinal));
        Assert.False(lab.Runner.State.IsUp);
        Assert.StartsWith("the checker threw ObjectDisposedException", lab.Reports[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_strangers_checker_that_throws_at_once_or_later_fails_its_probe()
    {
        int round = 0;
        var lab = new Lab(checker: async (_, _) =>
        {
            if (round++ > 0)
            {
                await Task.Yield();
            }

            throw new InvalidOperationException($"round {round}");
        });

        lab.Loop.Advance(TimeSpan.FromSeconds(8));

        Assert.Equal(2, round);
        Assert.StartsWith("the checker threw InvalidOperationException: round", lab.Reports[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_shared_probe_runs_on_its_plugins_behalf_and_every_member_is_judged_on_the_engines()
    {
        SynchronizationContext? ranOn = null;
        int probes = 0;
        var lab = new Lab(
            (_, _) =>
            {
                probes++;
                ranOn = SynchronizationContext.Current;
                return new(CheckResult.Down("no"));
            },
            members: 3);

        lab.Loop.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(1, probes);
        Assert.Equal(["no", "no", "no"], lab.Reports);
        Assert.Same(lab.Plugin.SynchronizationContext, ranOn);
        Assert.Same(lab.Engine.SynchronizationContext, lab.JudgedOn);
    }

    [Fact]
    public void A_strangers_checker_is_made_and_disposed_of_as_its_plugins_work()
    {
        var lab = new Lab(static (_, _) => new(CheckResult.Up()));
        Assert.Equal(["begin", "create", "end"], lab.Story);

        lab.Runner.Dispose();

        Assert.Equal(["begin", "create", "end", "begin", "dispose", "end"], lab.Story);
    }

    [Fact]
    public void A_strangers_checker_that_throws_when_disposed_of_costs_its_plugin_and_not_the_engine()
    {
        var lab = new Lab(static (_, _) => new(CheckResult.Up())) { ThrowsAtTheEnd = true };

        lab.Runner.Dispose();

        Assert.Equal(["begin", "create", "end", "begin", "dispose", "retired: Dispose of STRANGE_CHECK threw handle is invalid", "end"], lab.Story);
    }

    /// <summary>One checker of a plugin that is somebody else's, or several that share a probe.</summary>
    private sealed class Lab : ICheckReports, ICheckerScopes
    {
        private readonly CheckerScope _scope;

        public Lab(Func<CheckContext, Lab, ValueTask<CheckResult>> checker, int members = 1)
        {
            Engine = Loop.ForOwner("ipvs");
            Plugin = Loop.ForOwner("checker-strange");
            var sockets = new ScriptedCheckSockets(Plugin);
            var scripts = new RecordingScriptRunner();
            var files = new ScriptedFileNumbers();
            _scope = new("checker-strange", Plugin, sockets, scripts, files, Log)
            {
                BeginWork = () =>
                {
                    Story.Add("begin");
                    return new End(Story);
                },
                Retire = (call, exception) => Story.Add($"retired: {call} threw {exception.Message}"),
            };
            var environment = new CheckEnvironment(Engine, new ScriptedCheckSockets(Engine), scripts, files, Log, new Random(7), this) { Scopes = this };
            VirtualServerDefinition definition = ConfigurationText.ReadClean(Two).VirtualServers[0];
            ConfiguredChecker configured = CheckResolution.Resolve(
                new StrangeDefinition(context => checker(context, this), this),
                new() { DelayLoop = TimeSpan.FromSeconds(5), Retry = 0, Warmup = TimeSpan.Zero }, null, logAllFailures: true)
                .For(new(System.Net.IPAddress.Loopback, 80), "v", "r");
            SharedProbe? shared = members > 1 ? new SharedProbes(environment).For(configured) : null;
            for (int i = 0; i < members; i++)
            {
                Runner = new(configured, new RealServer(new VirtualServer(definition, new ServiceTable(Log), null!), definition.RealServers[0]), environment, shared);
                Runner.Start();
            }
        }

        public VirtualLoop Loop { get; } = new();

        public IScheduler Engine { get; }

        public IScheduler Plugin { get; }

        public RecordingLogger Log { get; } = new();

        public CheckRunner Runner { get; } = null!;

        public List<string> Reports { get; } = [];

        /// <summary>What happened when the checker was made and disposed of.</summary>
        public List<string> Story { get; } = [];

        public bool ThrowsAtTheEnd { get; init; }

        public SynchronizationContext? JudgedOn { get; private set; }

        public CheckerScope Of(CheckerDefinition definition) => _scope;

        public void CheckerChanged(CheckRunner checker, in CheckResult result)
        {
            JudgedOn = SynchronizationContext.Current;
            Reports.Add(result.Reason ?? "up");
        }

        public void CheckerWeightChanged(CheckRunner checker, in CheckResult result)
        {
        }
    }

    private sealed class End(List<string> story) : IDisposable
    {
        public void Dispose() => story.Add("end");
    }

    private sealed record StrangeDefinition(Func<CheckContext, ValueTask<CheckResult>> Probe, Lab Lab) : CheckerDefinition("STRANGE_CHECK", CheckOptions.Unset), IChecker
    {
        public override IChecker CreateChecker(CheckTarget target)
        {
            Lab.Story.Add("create");
            return this;
        }

        public ValueTask<CheckResult> CheckAsync(CheckContext context) => Probe(context);

        public void Dispose()
        {
            Lab.Story.Add("dispose");
            if (Lab.ThrowsAtTheEnd)
            {
                throw new InvalidOperationException("handle is invalid");
            }
        }
    }
}
