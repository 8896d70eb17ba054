using System.Text.Json;

namespace Keepalived.Host.Tests.Processes;

/// <summary>The word <c>config</c>, lint and the form of findings, through the built program.</summary>
public sealed class ConfigurationCommandTests
{
    [Fact]
    public void Show_prints_the_configuration_and_ends_with_0()
    {
        using DaemonRun run = new("global_defs { router_id  a }\ngood_thing \"alpha\"\n", "Good");
        (int code, string output, _) = run.RunToEnd("config", "show", "--no-defaults");
        Assert.Equal(0, code);
        Assert.Equal("global_defs {\n    router_id a\n}\ngood_thing alpha\n", output);
    }

    [Fact]
    public void Show_of_a_file_with_errors_prints_what_is_left_and_ends_with_2()
    {
        using DaemonRun run = new("good_thing alpha\nnonsense\n", "Good");
        (int code, string output, string error) = run.RunToEnd("config", "show", "--no-defaults");
        Assert.Equal(2, code);
        Assert.Equal("good_thing alpha\n", output);
        Assert.Contains("keepalived.conf:2:1: unknown keyword 'nonsense'", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("good_thing  \"alpha\"   # the same\n", 0)]
    [InlineData("good_thing beta\n", 1)]
    [InlineData("nonsense\n", 2)]
    public void Diff_ends_as_diff_does(string other, int code)
    {
        using DaemonRun run = new("good_thing alpha\n", "Good");
        string file = Path.Combine(run.Directory, "other.conf");
        File.WriteAllText(file, other);
        Assert.Equal(code, run.RunToEnd("config", "diff", run.ConfigurationFile, file).Code);
    }

    [Fact]
    public void Diff_with_a_file_that_does_not_exist_is_trouble()
    {
        using DaemonRun run = new("good_thing alpha\n", "Good");
        (int code, _, string error) = run.RunToEnd("config", "diff", run.ConfigurationFile, "/nonexistent");
        Assert.Equal(2, code);
        Assert.Contains("/nonexistent", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Explain_prints_a_keyword_of_a_plugin_and_refuses_one_that_there_is_not()
    {
        using DaemonRun run = new("", "Good");
        (int code, string output, _) = run.RunToEnd("config", "explain", "good_thing");
        Assert.Equal(0, code);
        Assert.Contains("good_thing WORD\n    Something to configure.\n", output, StringComparison.Ordinal);
        Assert.Equal(1, run.RunToEnd("config", "explain", "no_such_thing").Code);
    }

    [Fact]
    public void Lint_prints_what_is_suspicious_with_the_name_of_the_rule_and_ends_with_0()
    {
        using DaemonRun run = new("good_thing suspicious\n", "Good");
        (int code, string output, _) = run.RunToEnd("config", "lint");
        Assert.Equal(0, code);
        Assert.Contains("warning: ", output, StringComparison.Ordinal);
        Assert.Contains("keepalived.conf:1:1: this good_thing is suspicious [good-suspicion]", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Lint_lists_its_rules()
    {
        using DaemonRun run = new("", "Good");
        Assert.Contains("good-suspicion\tA good_thing that is suspicious.\n", run.RunToEnd("config", "lint", "--rules").Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("--lint=-good-suspicion", false)]
    [InlineData("--no-lint", false)]
    [InlineData("--no-lint --lint=good-suspicion", true)]
    public void A_lint_rule_speaks_under_a_test_unless_the_command_line_switches_it_off_and_changes_no_exit_code(string options, bool speaks)
    {
        using DaemonRun run = new("good_thing suspicious\n", "Good");
        (int code, _, string error) = run.RunToEnd(["-t", .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
        Assert.Equal(0, code);
        Assert.Equal(speaks, error.Contains("[good-suspicion]", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("global_defs { lint { good-suspicion off\n } }\ngood_thing suspicious\n")]
    [InlineData("good_thing suspicious\nglobal_defs { lint { good-suspicion off\n } }\n")]
    public void A_lint_rule_is_switched_off_by_the_configuration_wherever_it_says_so(string configuration)
    {
        using DaemonRun run = new(configuration, "Good");
        (int code, _, string error) = run.RunToEnd("-t");
        Assert.Equal(0, code);
        Assert.DoesNotContain("suspicious", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_running_daemon_does_not_lint()
    {
        using DaemonRun run = new DaemonRun("good_thing suspicious\n", "Good").Start();
        Assert.DoesNotContain("is suspicious", run.Log, StringComparison.Ordinal);
    }

    [Fact]
    public void Findings_as_json_go_to_the_output()
    {
        using DaemonRun run = new("good_thing suspicious\nnonsense\n", "Good");
        (int code, string output, string error) = run.RunToEnd("-t", "--format", "json");
        Assert.Equal(5, code);
        Assert.Equal("", error);
        JsonElement root = JsonDocument.Parse(output).RootElement;
        Assert.Equal(5, root.GetProperty("exitCode").GetInt32());
        JsonElement[] findings = [.. root.GetProperty("findings").EnumerateArray()];
        Assert.Equal(["good-suspicion", null], findings.Select(static finding => finding.TryGetProperty("rule", out JsonElement rule) ? rule.GetString() : null));
        Assert.Equal("unknown-keyword", findings[1].GetProperty("class").GetString());
        Assert.Equal(2, findings[1].GetProperty("line").GetInt32());
    }

    [Fact]
    public void A_format_that_there_is_not_is_refused()
    {
        using DaemonRun run = new("", "Good");
        Assert.Equal(1, run.RunToEnd("-t", "--format", "xml").Code);
    }

    [Fact]
    public void Output_that_is_no_terminal_has_no_colours()
    {
        using DaemonRun run = new("nonsense\n", "Good");
        run.Environment["TERM"] = "xterm";
        Assert.DoesNotContain('\e', run.RunToEnd("-t").Error);
    }

    [Fact]
    public void Help_tells_every_command()
    {
        using DaemonRun run = new("", "Good");
        string output = run.RunToEnd("config", "--help").Output;
        Assert.All(["config show", "config explain", "config diff", "config lint"], command => Assert.Contains(command, output, StringComparison.Ordinal));
    }
}
