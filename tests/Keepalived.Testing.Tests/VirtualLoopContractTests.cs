using Keepalived.Scheduling;
using Keepalived.SharedTests;

namespace Keepalived.Testing.Tests;

public sealed class VirtualLoopContractTests : SchedulerContract
{
    private readonly VirtualLoop _loop = new();

    protected override event Action<string, Exception>? Failed
    {
        add => _loop.OwnerFailed += value;
        remove => _loop.OwnerFailed -= value;
    }

    protected override IScheduler ForOwner(string name) => _loop.ForOwner(name);

    protected override void Retire(IScheduler scheduler) => _loop.Retire(scheduler);

    protected override void RunTurn() => _loop.RunTurn();

    protected override void RunUntil(Func<bool> condition) =>
        Assert.True(_loop.RunUntil(condition, TimeSpan.FromSeconds(20)), "the condition never held");
}
