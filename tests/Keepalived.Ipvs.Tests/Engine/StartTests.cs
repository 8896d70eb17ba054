using System.Globalization;
using System.Text;

namespace Keepalived.Ipvs.Tests.Engine;

/// <summary>In which order a start does things: a large table must not wait for its checks.</summary>
public sealed class StartTests
{
    [Fact]
    public void The_table_is_whole_before_a_checker_is_made_or_anybody_is_told()
    {
        var seen = new List<string>();
        Director? director = null;
        var kernel = new FakeKernel
        {
            OnComplete = kernel => seen.Add($"{kernel.Requests.Count} requests, {ProbeBoard.Current.Created} checkers, {director?.Events.Count ?? 0} events"),
        };

        director = new Director(Services(3, 4), kernel);

        Assert.Equal(["15 requests, 0 checkers, 0 events"], seen);
        Assert.Equal(12, director.Probes.Created);
        Assert.Equal(3, director.Events.Count);
    }

    [Fact]
    public void A_large_table_is_sent_in_parts()
    {
        var waits = new List<int>();
        var kernel = new FakeKernel { OnComplete = kernel => waits.Add(kernel.Requests.Count) };

        _ = new Director(Services(100, 10), kernel);

        Assert.Equal(1100, kernel.Requests.Count);
        int[] parts = [.. waits.Zip(waits.Skip(1), static (before, after) => after - before)];
        Assert.Equal(264, waits[0]);
        Assert.All(parts, static part => Assert.InRange(part, 0, 264));
    }

    [Fact]
    public void With_alpha_nobody_is_in_the_table_and_no_quorum_is_there()
    {
        var director = new Director(Services(1, 2, "BOARD_CHECK { alpha }"));

        Assert.Equal(["add virtual service TCP 10.0.0.0:80"], director.Kernel.Requests);
        Assert.Equal(["[10.0.0.0]:tcp:80 DOWN: Starting with quorum down"], director.Events);
    }

    [Fact]
    public void A_check_that_cannot_be_run_holds_no_server_down_whatever_its_alpha_says()
    {
        var director = new Director(Services(1, 1, "BOARD_CHECK {\n alpha\n label impossible\n }"));

        Assert.Equal(["10.1.0.0:80 1"], director.Kernel.Destinations);
        Assert.Contains(director.Messages, static message => message.StartsWith("Warning: BOARD_CHECK of", StringComparison.Ordinal));
    }

    [Fact]
    public void A_service_that_a_reload_adds_is_told_of_and_checked_at_once()
    {
        var director = new Director(Services(1, 1));

        director.Reload(Services(2, 1));

        Assert.Equal(["[10.0.0.1]:tcp:80 UP: Starting with quorum up"], director.Events);
        Assert.Equal(2, director.Probes.Created);
        director.Advance(2);
        Assert.Equal(2, director.Probes.Log.Count);
    }

    private static string Services(int count, int servers, string check = "BOARD_CHECK { }")
    {
        var text = new StringBuilder();
        for (int service = 0; service < count; service++)
        {
            text.Append(CultureInfo.InvariantCulture, $"virtual_server 10.0.0.{service} 80 {{\nprotocol TCP\nlvs_sched rr\nlvs_method NAT\ndelay_loop 10\n");
            for (int server = 0; server < servers; server++)
            {
                text.Append(CultureInfo.InvariantCulture, $"real_server 10.1.{service}.{server} 80 {{\n{check}\n}}\n");
            }

            text.Append("}\n");
        }

        return text.ToString();
    }
}
