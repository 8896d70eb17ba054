using Keepalived.Testing;

namespace Keepalived.Abstractions.Tests;

public sealed class LossReportTests
{
    private readonly VirtualLoop _loop = new();
    private readonly List<string> _said = [];
    private readonly LossReport _losses;

    public LossReportTests() => _losses = new(_loop.ForOwner("test"), count => _said.Add($"{count} lost"), count => _said.Add($"over after {count}"));

    [Fact]
    public void The_first_loss_is_said_at_once_and_then_the_count_every_ten_seconds_for_as_long_as_it_grows()
    {
        Lose(3);
        Assert.Equal(["1 lost"], _said);

        _loop.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(["1 lost", "3 lost"], _said);

        _loop.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(["1 lost", "3 lost"], _said);

        Lose(1);
        Assert.Equal(["1 lost", "3 lost", "4 lost"], _said);
    }

    [Fact]
    public void A_row_is_over_when_for_an_interval_something_was_taken_and_nothing_lost()
    {
        Lose(2);
        _losses.Taken();
        Lose(1);
        _losses.Taken();
        _loop.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(["1 lost", "3 lost"], _said);

        _loop.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(["1 lost", "3 lost", "over after 3"], _said);
        _losses.Taken();

        Lose(1);
        _loop.Advance(TimeSpan.FromSeconds(10));
        _losses.Taken();
        Assert.Equal(["1 lost", "3 lost", "over after 3", "4 lost", "over after 1"], _said);
    }

    [Fact]
    public void The_end_says_what_was_not_said_and_what_is_lost_later_begins_anew()
    {
        Lose(5);
        _losses.Close();
        _losses.Close();
        Assert.Equal(["1 lost", "5 lost"], _said);
        _loop.Advance(TimeSpan.FromSeconds(60));

        Lose(1);
        Assert.Equal((6, "6 lost"), (_losses.Count, _said[^1]));
    }

    private void Lose(int count)
    {
        for (int i = 0; i < count; i++)
        {
            _losses.Add();
        }
    }
}
