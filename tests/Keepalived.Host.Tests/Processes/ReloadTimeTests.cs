using System.Globalization;
using Keepalived.Host.Processes;
using Microsoft.Extensions.Logging.Abstractions;

namespace Keepalived.Host.Tests.Processes;

/// <summary><c>reload_time_file</c>, <c>reload_repeat</c>, <c>tmp_config_directory</c>, <c>max_auto_priority</c>.</summary>
public sealed class ReloadTimeTests
{
    private static readonly TimeZoneInfo s_zone = TimeZoneInfo.CreateCustomTimeZone("two east", TimeSpan.FromHours(2), null, null);

    // By the zone: 2026-11-22 01:30.
    private static readonly DateTimeOffset s_now = new(2026, 11, 21, 23, 30, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("02:00:00", "2026-11-22T00:00:00Z")]
    [InlineData("01:30:00\n", "2026-11-22T23:30:00Z")]
    [InlineData("01:00:00", "2026-11-22T23:00:00Z")]
    [InlineData("23:45:00Z", "2026-11-21T23:45:00Z")]
    [InlineData("01:00:00Z", "2026-11-22T01:00:00Z")]
    [InlineData("2026-12-24 18:00:01", "2026-12-24T16:00:01Z")]
    [InlineData(" 26-12-24 18:00:01Z ", "2026-12-24T18:00:01Z")]
    [InlineData("2026-11-21 12:00:00", "2026-11-21T10:00:00Z")]
    public void A_time_without_a_date_is_the_next_one_and_Z_means_UTC(string text, string expected)
    {
        Assert.True(ReloadTime.TryParse(text, out ReloadTime time));
        Assert.Equal(DateTimeOffset.Parse(expected, CultureInfo.InvariantCulture), time.Next(s_now, s_zone));
    }

    [Theory]
    [InlineData("")]
    [InlineData("24:00:00")]
    [InlineData("1:00:00")]
    [InlineData("12:00")]
    [InlineData("2026-02-30 12:00:00")]
    [InlineData("126-02-03 12:00:00")]
    [InlineData("26-2-3 12:00:00")]
    [InlineData("2026-02-03")]
    [InlineData("2026-02-03 12:00:00 tomorrow")]
    [InlineData("12:00:00 Y")]
    public void Anything_else_is_no_time(string text) => Assert.False(ReloadTime.TryParse(text, out _));

    [Fact]
    public void The_daemon_reloads_at_the_time_of_the_file_and_removes_it()
    {
        using DaemonRun run = new("global_defs { reload_time_file reload-at\n}\ngood_thing alpha\n", "Good");
        string file = Path.Combine(run.Directory, "reload-at");
        File.WriteAllText(file, "nonsense");
        run.Start();
        run.WaitFor("holds no time to reload at");
        File.WriteAllText(run.ConfigurationFile, "good_thing beta\n");
        File.WriteAllText(file, DateTime.UtcNow.AddSeconds(2).ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        run.WaitFor("Reload at ");
        run.WaitFor("good: reloaded with beta");
        Assert.False(File.Exists(file));
    }

    [Fact]
    public void With_reload_repeat_a_file_without_a_date_stays()
    {
        using DaemonRun run = new("global_defs {\n reload_time_file reload-at\n reload_repeat\n}\ngood_thing alpha\n", "Good");
        string file = Path.Combine(run.Directory, "reload-at");
        File.WriteAllText(file, DateTime.UtcNow.AddSeconds(3).ToString("HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        run.Start();
        run.WaitFor("Reload complete");
        Assert.True(File.Exists(file));
    }

    [Fact]
    public void The_configuration_for_the_children_is_kept_in_tmp_config_directory()
    {
        using DaemonRun run = new("global_defs { tmp_config_directory .\n}\ngood_thing alpha\n", "Good");
        run.Start();
        Assert.Contains(
            Directory.EnumerateFiles($"/proc/{run.Process!.Id}/fd").Select(path => new FileInfo(path).LinkTarget ?? ""),
            target => target.StartsWith(run.Directory + "/#", StringComparison.Ordinal) && target.EndsWith("(deleted)", StringComparison.Ordinal));
        File.WriteAllText(run.ConfigurationFile, "good_thing beta\n");
        run.Signal(run.Process.Id, Linux.Processes.Signals.HangUp);
        run.WaitFor("tmp_config_directory cannot be changed by a reload");
        run.WaitFor("good: reloaded with beta");
    }

    [Fact]
    public void A_late_process_raises_itself_by_one_each_time_up_to_the_limit()
    {
        List<int> set = [];
        var automatic = new AutomaticPriority(NullLogger.Instance, set.Add);
        automatic.Configure(configured: 0, highest: 2, TimeSpan.FromMilliseconds(500));
        automatic.NoteLateness(TimeSpan.FromMilliseconds(499));
        Assert.Empty(set);
        for (int i = 0; i < 4; i++)
        {
            automatic.NoteLateness(TimeSpan.FromMilliseconds(500));
        }

        Assert.Equal([1, 2], set);
        automatic.Configure(configured: 0, highest: 1, TimeSpan.FromMilliseconds(500));
        Assert.Equal([1, 2, 1], set);
        automatic.Configure(configured: 0, highest: 0, TimeSpan.FromMilliseconds(500));
        Assert.Equal([1, 2, 1, 0], set);
    }

    [Fact]
    public void It_begins_at_the_priority_that_the_process_has_anyway()
    {
        List<int> set = [];
        var automatic = new AutomaticPriority(NullLogger.Instance, set.Add);
        automatic.Configure(configured: 50, highest: 51, TimeSpan.FromSeconds(1));
        automatic.NoteLateness(TimeSpan.FromSeconds(1));
        automatic.NoteLateness(TimeSpan.FromSeconds(1));
        Assert.Equal([51], set);
    }
}
