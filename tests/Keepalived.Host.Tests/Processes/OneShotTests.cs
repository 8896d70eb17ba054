namespace Keepalived.Host.Tests.Processes;

/// <summary>What ends by itself: -t, the lists, refusals.</summary>
public sealed class OneShotTests
{
    [Theory]
    [InlineData("good_thing alpha\n", 0)]
    [InlineData("good_thing refused\n", 5)]
    [InlineData("nonsense\n", 5)]
    [InlineData("good_thing\n", 2)]
    public void Config_test_ends_with_the_codes_of_keepalived(string configuration, int code)
    {
        using DaemonRun run = new(configuration, "Good");
        Assert.Equal(code, run.RunToEnd("-t").Code);
    }

    [Fact]
    public void Config_test_of_a_missing_file_ends_with_0_and_says_so()
    {
        using DaemonRun run = new("", "Good");
        File.Delete(run.ConfigurationFile);
        (int code, _, string error) = run.RunToEnd("-t");
        Assert.Equal(0, code);
        Assert.Contains("keepalived.conf", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Config_test_appends_to_a_file_and_refuses_a_link()
    {
        using DaemonRun run = new("nonsense\n", "Good");
        string file = Path.Combine(run.Directory, "findings");
        Assert.Equal(5, run.RunToEnd("-t" + file).Code);
        Assert.Contains("nonsense", File.ReadAllText(file), StringComparison.Ordinal);
        string link = Path.Combine(run.Directory, "link");
        File.CreateSymbolicLink(link, file);
        Assert.Equal(1, run.RunToEnd("-t" + link).Code);
    }

    [Fact]
    public void Config_test_prints_place_line_and_caret()
    {
        using DaemonRun run = new("good_thing alpha\n  god_thing beta\n", "Good");
        string error = run.RunToEnd("-t").Error;
        Assert.Contains("keepalived.conf:2:3: unknown keyword 'god_thing'", error, StringComparison.Ordinal);
        Assert.Contains("good_thing", error, StringComparison.Ordinal);
        Assert.Contains("^", error, StringComparison.Ordinal);
    }

    [Fact]
    public void List_plugins_names_them_and_what_cannot_be_used()
    {
        using DaemonRun run = new("", "Good", "Replaceable", "WrongContract");
        (int code, string output, string error) = run.RunToEnd("--list-plugins");
        Assert.Equal(1, code);
        Assert.Contains("good\t", output, StringComparison.Ordinal);
        Assert.Contains("replaceable\t", output, StringComparison.Ordinal);
        Assert.Contains("contract 1 replaceable", output, StringComparison.Ordinal);
        Assert.Contains("wrong-contract", error, StringComparison.Ordinal);
    }

    [Fact]
    public void List_keywords_names_the_hosts_and_the_plugins()
    {
        using DaemonRun run = new("", "Good");
        (int code, string output, _) = run.RunToEnd("--list-keywords");
        Assert.Equal(0, code);
        Assert.Contains("good_thing\tWORD\t-\tgood", output, StringComparison.Ordinal);
        Assert.Contains("global_defs/vrrp_rt_priority\tINT 1..99\t-\tkeepalived", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_daemon_without_configuration_file_is_refused_with_6()
    {
        using DaemonRun run = new("", "Good");
        File.Delete(run.ConfigurationFile);
        Assert.Equal(6, run.RunToEnd("-n", "-l", "-G").Code);
    }
}
