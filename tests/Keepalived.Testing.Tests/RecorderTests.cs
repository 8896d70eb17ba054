using Keepalived.Events;
using Keepalived.Scripts;
using Microsoft.Extensions.Logging;

namespace Keepalived.Testing.Tests;

public sealed class RecorderTests
{
    private static readonly ScriptCommand s_command = new("/bin/notify", default, null);

    [Fact]
    public void A_logger_keeps_level_text_and_exception()
    {
        var logger = new RecordingLogger<RecorderTests> { Minimum = LogLevel.Information };
        var error = new InvalidOperationException("why");

        logger.LogDebug("not kept");
        logger.LogError(error, "server {Server} is down", "192.0.2.1");

        Assert.Equal([new LogEntry(LogLevel.Error, default, "server 192.0.2.1 is down", error)], logger.Entries);
    }

    [Fact]
    public void A_bus_keeps_events_numbers_them_and_tells_subscribers_until_they_leave()
    {
        var loop = new VirtualLoop();
        var bus = new RecordingEventBus(loop.ForOwner("test").TimeProvider);
        var told = new List<long>();
        IDisposable subscription = bus.Subscribe((stamp, _) => told.Add(stamp.Sequence));
        var happened = new RealServerStateChanged("vs", "rs", true, "test");

        bus.Publish(happened);
        loop.Advance(TimeSpan.FromSeconds(3));
        subscription.Dispose();
        bus.Publish(happened);

        Assert.Equal([1L], told);
        Assert.Equal([happened, happened], bus.Events);
        Assert.Equal(TimeSpan.FromSeconds(3), bus.Stamped[1].Stamp.Time - bus.Stamped[0].Stamp.Time);
    }

    [Fact]
    public void A_script_runs_until_the_test_ends_it()
    {
        var runner = new RecordingScriptRunner();
        ScriptResult? result = null;
        IScriptRun run = runner.Run(s_command, ["INSTANCE", "VI_1"], TimeSpan.FromSeconds(5), ended => result = ended);
        Assert.True(run.IsRunning);

        runner.Runs[0].Exit(0);

        Assert.True(result is { IsSuccess: true });
        Assert.False(run.IsRunning);
        Assert.Equal(["/bin/notify INSTANCE VI_1"], runner.CommandLines);
    }

    [Fact]
    public void A_script_can_end_by_rule()
    {
        var runner = new RecordingScriptRunner { EndsWith = run => new ScriptResult(null, false, TimeSpan.Zero, $"no {run.Command.Program}") };
        string? failure = null;

        runner.Run(s_command, [], TimeSpan.FromSeconds(5), ended => failure = ended.Failure);

        Assert.Equal("no /bin/notify", failure);
    }
}
