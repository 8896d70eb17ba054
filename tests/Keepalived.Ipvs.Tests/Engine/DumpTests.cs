namespace Keepalived.Ipvs.Tests.Engine;

/// <summary>The dump of SIGUSR1: whole, and never longer on the loop than its share.</summary>
public sealed class DumpTests
{
    private const string Text = """
        virtual_server_group G {
            10.0.0.1-3 80
        }
        virtual_server group G {
            protocol TCP
            lvs_sched rr
            lvs_method NAT
            real_server 10.0.0.20 80 { BOARD_CHECK { } }
            real_server 10.0.0.21 80 { BOARD_CHECK { } }
        }
        virtual_server 10.0.0.9 80 {
            protocol TCP
            lvs_sched rr
            lvs_method NAT
            real_server 10.0.0.22 80 { BOARD_CHECK { } }
        }
        """;

    [Fact]
    public void Counters_of_a_group_are_the_sum_over_its_services()
    {
        string[] lines = Write(new Director(Text), TimeSpan.FromHours(1), out int turns);

        Assert.Equal(0, turns);
        Assert.Contains("   connections = 3", lines);
        Assert.Contains("   active connections = 15, inactive = 18, persistent = 21", lines);
        Assert.Contains("   connections = 1", lines);
        Assert.Contains("   active connections = 5, inactive = 6, persistent = 7", lines);
        Assert.Equal(3, lines.Count(static line => line.Contains("Keepalive method", StringComparison.Ordinal)));
    }

    [Fact]
    public void When_its_share_is_over_the_loop_has_a_turn_and_the_text_is_the_same()
    {
        var director = new Director(Text);

        string[] pieces = Write(director, TimeSpan.Zero, out int turns);

        Assert.True(turns > 0);
        Assert.Equal(Write(director, TimeSpan.FromHours(1), out _), pieces);
    }

    private static string[] Write(Director director, TimeSpan share, out int turns)
    {
        using var writer = new StringWriter { NewLine = "\n" };
        Task dump = new IpvsDump(writer, director.Scheduler, share).WriteAsync(director.Runtime.Servers, () => director.Runtime.Kernel);
        for (turns = 0; !dump.IsCompleted; turns++)
        {
            director.Advance(0);
        }

        Assert.True(dump.IsCompletedSuccessfully, dump.Exception?.ToString());
        return writer.ToString().Split('\n');
    }
}
