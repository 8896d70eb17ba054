using Keepalived.Checking;

namespace Keepalived.Abstractions.Tests;

public sealed class CheckResultSourceTests
{
    [Fact]
    public async Task One_source_serves_probe_after_probe()
    {
        var source = new CheckResultSource();
        for (int weight = 1; weight <= 3; weight++)
        {
            Task<CheckResult> probe = source.Wait().AsTask();
            Assert.True(source.IsWaiting);
            Assert.False(probe.IsCompleted);

            source.Complete(new(true, null, weight));

            Assert.False(source.IsWaiting);
            Assert.Equal(weight, (await probe).Weight);
        }
    }

    [Fact]
    public void Who_waits_goes_on_inside_the_call_that_ends_the_wait()
    {
        var source = new CheckResultSource();
        string? seen = null;
        _ = Probe();
        Assert.Null(seen);

        source.Complete(CheckResult.Down("it is gone"));

        Assert.Equal("it is gone", seen);

        async Task Probe() => seen = (await source.Wait()).Reason;
    }

    [Fact]
    public async Task A_second_probe_and_a_result_that_nobody_waits_for_are_refused()
    {
        var source = new CheckResultSource();
        Assert.Throws<InvalidOperationException>(() => source.Complete(CheckResult.Up()));
        Task<CheckResult> given = source.Wait().AsTask();
        await Assert.ThrowsAsync<InvalidOperationException>(() => source.Wait().AsTask());

        source.Abandon();

        Assert.False(source.IsWaiting);
        Assert.False(given.IsCompleted);
        Assert.Throws<InvalidOperationException>(() => source.Complete(CheckResult.Up()));
    }

    [Fact]
    public async Task A_probe_that_fails_throws_where_it_is_awaited_and_the_next_one_does_not()
    {
        var source = new CheckResultSource();
        Assert.Throws<InvalidOperationException>(() => source.Fail(new TimeoutException()));
        Task<CheckResult> probe = source.Wait().AsTask();

        source.Fail(new FormatException("no number"));

        Assert.Equal("no number", (await Assert.ThrowsAsync<FormatException>(() => probe)).Message);
        ValueTask<CheckResult> next = source.Wait();
        source.Complete(CheckResult.Up());
        Assert.True((await next).IsUp);
    }
}
