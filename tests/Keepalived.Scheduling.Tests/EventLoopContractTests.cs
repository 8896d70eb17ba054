using Keepalived.SharedTests;

namespace Keepalived.Scheduling.Tests;

public sealed class EventLoopContractTests : SchedulerContract, IDisposable
{
    private readonly EventLoop _loop = new();

    protected override event Action<string, Exception>? Failed
    {
        add => _loop.OwnerFailed += value;
        remove => _loop.OwnerFailed -= value;
    }

    public void Dispose() => _loop.Dispose();

    protected override IScheduler ForOwner(string name) => _loop.ForOwner(name);

    protected override void Retire(IScheduler scheduler) => _loop.Retire(scheduler);

    protected override void RunTurn() => _loop.RunTurn(TimeSpan.Zero);

    protected override void RunUntil(Func<bool> condition)
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), "the condition never held");
            _loop.RunTurn(TimeSpan.FromSeconds(1));
        }
    }
}
