using Keepalived.Linux;
using Keepalived.Linux.Processes;

namespace Keepalived.Scheduling.Tests;

public sealed class ProcessWatchTests
{
    [Theory]
    [InlineData("exit 4", 4, null)]
    [InlineData("kill -15 $$", null, 15)]
    public void A_childs_end_is_reported_once_with_how_it_ended(string script, int? exitCode, int? signal)
    {
        using var loop = new EventLoop();
        IScheduler scheduler = loop.ForOwner("test");
        SpawnedProcess child = Start(script);
        var exits = new List<ProcessExit>();
        scheduler.WatchProcess(child.ProcessId, child.Descriptor, exit =>
        {
            exits.Add(exit);
            loop.Stop();
        });

        loop.Run();
        loop.RunTurn(TimeSpan.Zero);

        Assert.Equal([new ProcessExit(child.ProcessId, exitCode, signal)], exits);
    }

    [Fact]
    public void A_child_nobody_watches_any_more_is_reaped_all_the_same()
    {
        using var loop = new EventLoop();
        IScheduler scheduler = loop.ForOwner("test");
        SpawnedProcess child = Start("exit 0");
        scheduler.WatchProcess(child.ProcessId, child.Descriptor, _ => Assert.Fail("the watch was disposed")).Dispose();

        for (int turn = 0; turn < 10 && Signals.Send(child.ProcessId, 0) == Errno.None; turn++)
        {
            loop.RunTurn(TimeSpan.FromSeconds(5));
        }

        Assert.Equal(Errno.ESRCH, Signals.Send(child.ProcessId, 0));
    }

    private static SpawnedProcess Start(string script) =>
        ProcessSpawner.Spawn(new SpawnOptions { Program = "/bin/sh", Arguments = ["sh", "-c", script], Environment = [] });
}
