using Keepalived.Host.CommandLine;
using Keepalived.Plugins;

namespace Keepalived.Host.Tests.CommandLine;

public sealed class CommandLineParserTests
{
    private readonly StringWriter _output = new() { NewLine = "\n" };
    private readonly StringWriter _error = new() { NewLine = "\n" };

    [Fact]
    public void Empty_command_line_runs_in_the_background_with_the_default_file()
    {
        DaemonOptions options = Parse();
        Assert.Equal(ProgramTask.Run, options.Task);
        Assert.False(options.Foreground);
        Assert.Equal("/etc/keepalived/keepalived.conf", options.ConfigurationFile);
        Assert.Equal(PluginRoles.All, options.Roles);
    }

    [Fact]
    public void Letters_may_be_clustered_and_the_last_may_take_an_argument()
    {
        DaemonOptions options = Parse("-nlDfx.conf");
        Assert.True(options.Foreground);
        Assert.True(options.LogToConsole);
        Assert.Equal(1, options.LogDetail);
        Assert.Equal("x.conf", options.ConfigurationFile);
    }

    [Theory]
    [InlineData("-f", "a.conf")]
    [InlineData("-fa.conf")]
    [InlineData("--use-file", "a.conf")]
    [InlineData("--use-file=a.conf")]
    [InlineData("--use=a.conf")]
    public void A_required_argument_is_attached_or_follows_and_long_names_may_be_abbreviated(params string[] arguments) =>
        Assert.Equal("a.conf", Parse(arguments).ConfigurationFile);

    [Fact]
    public void A_required_argument_may_look_like_an_option() => Assert.Equal("-t", Parse("-f", "-t").ConfigurationFile);

    [Fact]
    public void Who_writes_config_behind_an_option_is_told_that_it_comes_first()
    {
        Parse("--plugin-dir", "/x", "config", "explain", "expect");

        Assert.Contains("config comes first", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_optional_argument_is_taken_only_when_attached()
    {
        Assert.Equal("out.txt", Parse("-tout.txt").TestLogFile);
        Assert.Equal("out.txt", Parse("--config-test=out.txt").TestLogFile);
        Assert.Null(Parse("-t", "out.txt").TestLogFile);
        Assert.Contains("Unexpected argument(s): out.txt", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Config_test_stays_in_the_foreground_without_respawn_and_syslog()
    {
        DaemonOptions options = Parse("-t");
        Assert.Equal(ProgramTask.TestConfiguration, options.Task);
        Assert.True(options.Foreground);
        Assert.False(options.Respawn);
        Assert.False(options.LogToSyslog);
    }

    [Theory]
    [InlineData("--zzz", "Unknown option --zzz\n")]
    [InlineData("-Z", "Unknown option -Z\n")]
    [InlineData("--vrrp=1", "Unknown option --vrrp=1\n")]
    [InlineData("-f", "Missing parameter for option -f\n")]
    [InlineData("--signum=FOO", "Unknown sigfunc FOO\n")]
    public void A_mistake_is_named_on_stderr_and_ends_with_1(string argument, string message)
    {
        DaemonOptions options = Parse(argument);
        Assert.Equal(ProgramTask.Exit, options.Task);
        Assert.Equal(1, options.ExitCode);
        Assert.Equal(message, _error.ToString());
    }

    [Fact]
    public void An_abbreviation_that_fits_several_options_is_unknown()
    {
        Assert.Equal(1, Parse("--log").ExitCode);
        Assert.Equal(ProgramTask.Run, Parse("--check").Task); // whole name beats --checkers_pid
    }

    [Theory]
    [InlineData("STOP", "15")]
    [InlineData("RELOAD", "1")]
    [InlineData("DATA", "10")]
    [InlineData("STATS", "12")]
    [InlineData("STATS_CLEAR", "63")]
    [InlineData("JSON", "36")]
    public void Signum_prints_the_number_that_keepalived_prints_on_Linux(string job, string number)
    {
        Assert.Equal(0, Parse("--signum", job).ExitCode);
        Assert.Equal(number + "\n", _output.ToString());
    }

    [Theory]
    [InlineData("-P", PluginRoles.Vrrp | PluginRoles.Bfd)]
    [InlineData("-C", PluginRoles.Checker | PluginRoles.Bfd)]
    [InlineData("-PB", PluginRoles.Vrrp)]
    [InlineData("-BC", PluginRoles.Checker)]
    public void Roles_are_chosen_by_letters(string argument, PluginRoles roles) => Assert.Equal(roles, Parse(argument).Roles);

    [Theory]
    [InlineData("0", 16)]
    [InlineData("7", 23)]
    [InlineData("local3", 19)]
    [InlineData("user", 1)]
    [InlineData("daemon", 3)]
    public void Facilities_are_numbers_or_names(string text, int facility) => Assert.Equal(facility, Parse("-S", text).LogFacility);

    [Theory]
    [InlineData("8")]
    [InlineData("local8")]
    [InlineData("localx")]
    [InlineData("mail")]
    public void A_bad_facility_is_reported_and_the_daemon_goes_on(string text)
    {
        DaemonOptions options = Parse("-S", text, "-n");
        Assert.Equal(ProgramTask.Run, options.Task);
        Assert.Equal(3, options.LogFacility);
        Assert.Equal($"Invalid log facility '{text}'\n", _error.ToString());
    }

    [Theory]
    [InlineData("022", 0x12)]
    [InlineData("0x1f", 0x1f)]
    [InlineData("18", 18)]
    public void Umask_is_read_with_the_bases_of_C(string text, int mask) => Assert.Equal(mask, Parse("-u", text).Umask);

    [Fact]
    public void Options_whose_feature_is_missing_say_so()
    {
        Assert.Contains("no SNMP agent", Assert.Single(Parse("-x").Notices), StringComparison.Ordinal);
        Assert.Single(Parse("--perf=run").Notices);
        Assert.Single(Parse("--debug").Notices);
    }

    [Fact]
    public void Options_after_words_count_and_two_hyphens_end_them()
    {
        Assert.True(Parse("word", "-n").Foreground);
        Assert.False(Parse("--", "-n").Foreground);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("1e9")]
    [InlineData("soon")]
    public void A_watchdog_period_out_of_range_is_refused(string text) => Assert.Equal(1, Parse("--watchdog-period", text).ExitCode);

    [Fact]
    public void Help_and_version_go_to_stderr_and_end_with_0()
    {
        Assert.Equal(0, Parse("-v").ExitCode);
        Assert.StartsWith("Keepalived v", _error.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, Parse("-h").ExitCode);
        Assert.Empty(_output.ToString());
        Assert.Contains("--plugin-dir=DIR", _error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("--process-role", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_option_has_a_letter_and_a_name_of_its_own()
    {
        Assert.Equal(OptionTable.Options.Length, OptionTable.Options.Select(option => option.Long).Distinct().Count());
        IEnumerable<char> letters = OptionTable.Options.Where(option => option.Short != '\0').Select(option => option.Short);
        Assert.Equal(letters.Count(), letters.Distinct().Count());
        Assert.Equal(OptionTable.Options.Length, Enum.GetValues<OptionKind>().Length);
    }

    [Fact]
    public void Every_option_is_understood()
    {
        foreach (OptionSpec option in OptionTable.Options.Where(option => option.Kind is not (OptionKind.Genhash or OptionKind.ProcessRole or OptionKind.SignalNumber or OptionKind.Format or OptionKind.LogFormat)))
        {
            string[] arguments = option.Argument == OptionArgument.None ? ["--" + option.Long] : [$"--{option.Long}=1"];
            Assert.Equal(0, Parse(arguments).ExitCode);
        }
    }

    [Theory]
    [InlineData("text", 0)]
    [InlineData("keepalived", 0)]
    [InlineData("json", 0)]
    [InlineData("xml", 1)]
    public void The_log_has_three_forms(string word, int exitCode)
    {
        DaemonOptions options = Parse("--log-format", word);
        Assert.Equal(exitCode, options.ExitCode);
        Assert.True(exitCode != 0 || options.LogFormat == Enum.Parse<LogFormat>(word, ignoreCase: true));
    }

    private DaemonOptions Parse(params string[] arguments)
    {
        _output.GetStringBuilder().Clear();
        _error.GetStringBuilder().Clear();
        return new CommandLineParser(_output, _error).Parse(arguments);
    }
}
