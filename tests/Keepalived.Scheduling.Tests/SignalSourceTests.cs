using Keepalived.Linux.Processes;

namespace Keepalived.Scheduling.Tests;

public sealed class SignalSourceTests
{
    [Theory]
    [InlineData(Signals.HangUp)]
    [InlineData(Signals.Terminate)]
    [InlineData(Signals.User1)]
    [InlineData(Signals.User2)]
    [InlineData(Signals.RealTimeMinimum + 2)]
    [InlineData(Signals.RealTimeMaximum - 1)]
    public void A_signal_arrives_on_the_loop_and_does_nothing_else(int signal)
    {
        using var loop = new EventLoop();
        IScheduler scheduler = loop.ForOwner("test");
        var arrived = new List<(int Signal, bool OnLoop)>();
        using var source = new SignalSource(scheduler, [signal], number =>
        {
            arrived.Add((number, scheduler.IsLoopThread));
            loop.Stop();
        });
        scheduler.Post(() => Signals.Send(Environment.ProcessId, signal));

        loop.Run();

        Assert.Equal([(signal, true)], arrived);
    }
}
