using Keepalived.Host.Processes;
using Keepalived.Plugins;
using Microsoft.Extensions.Logging.Abstractions;

namespace Keepalived.Host.Tests.Processes;

/// <summary>The pieces of a dump: its text on the way to the file, and dumps that take many turns.</summary>
public sealed class DumpTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("dump").FullName;

    private string File => Path.Combine(_folder, "k.data");

    [Fact]
    public void A_text_replaces_the_file_when_it_is_whole_and_a_link_is_never_followed()
    {
        string elsewhere = Path.Combine(_folder, "elsewhere");
        System.IO.File.WriteAllText(elsewhere, "untouched");
        System.IO.File.CreateSymbolicLink(File, elsewhere);
        using (DumpText text = new(File + ".new"))
        {
            text.WriteLine($" a = {1}");
            text.Write('b');
            text.WriteLine();

            Assert.Null(text.MoveTo(File));
        }

        Assert.Equal(" a = 1\nb\n", System.IO.File.ReadAllText(File));
        Assert.Null(new FileInfo(File).LinkTarget);
        Assert.Equal("untouched", System.IO.File.ReadAllText(elsewhere));
        Assert.False(System.IO.File.Exists(File + ".new"));
    }

    [Fact]
    public void Where_nothing_is_written_there_is_no_file()
    {
        using DumpText text = new(File + ".new");

        Assert.Null(text.MoveTo(File));
        Assert.True(text.IsEmpty);
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public void Trouble_with_the_file_is_told_at_the_end_and_not_thrown_at_who_writes()
    {
        using DumpText text = new(Path.Combine(_folder, "missing", "k.new"));
        for (int i = 0; i < 3; i++)
        {
            text.WriteLine("line");
        }

        Assert.IsType<DirectoryNotFoundException>(text.MoveTo(File));
    }

    [Fact]
    public void Of_each_kind_one_runs_at_a_time_and_who_asks_meanwhile_gets_one_more()
    {
        List<TaskCompletionSource> begun = [];
        RunningDumps dumps = new(_ =>
        {
            begun.Add(new());
            return begun[^1].Task;
        }, static exception => Assert.Fail(exception.ToString()));

        dumps.Ask(DumpKind.Data);
        dumps.Ask(DumpKind.Data);
        dumps.Ask(DumpKind.Data);
        Assert.Single(begun);
        dumps.Ask(DumpKind.Json);
        Assert.Equal(2, begun.Count);

        begun[0].SetResult();
        Assert.Equal(3, begun.Count);
        begun[2].SetResult();
        Assert.Equal(3, begun.Count);
        dumps.Ask(DumpKind.Data);
        Assert.Equal(4, begun.Count);
    }

    [Fact]
    public void A_dump_that_waits_for_a_plugin_that_is_gone_is_in_nobodys_way()
    {
        int begun = 0;
        RunningDumps dumps = new(_ =>
        {
            begun++;
            return new TaskCompletionSource().Task;
        }, static exception => Assert.Fail(exception.ToString()));

        dumps.Ask(DumpKind.Data);
        dumps.Forget();
        dumps.Ask(DumpKind.Data);

        Assert.Equal(2, begun);
    }

    [Fact]
    public void What_a_process_left_that_ended_in_the_middle_of_a_dump_is_removed_and_nothing_else()
    {
        string[] unfinished = ["keepalived_check.data.4711.new", "keepalived_check.stats.4711.new", "keepalived_check.json.4711.new"];
        string[] others = ["keepalived_check.data", "keepalived_check.data.4712.new", "keepalived.data.4711.new"];
        foreach (string name in (string[])[.. unfinished, .. others])
        {
            System.IO.File.WriteAllText(Path.Combine(_folder, name), "text");
        }

        DumpFiles dumps = new(PluginRoles.Checker, new("/run", null, null, false), _folder, NullLogger.Instance);
        dumps.RemoveUnfinished(4711, new());

        Assert.Equal(others.Order(StringComparer.Ordinal), Directory.GetFiles(_folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
