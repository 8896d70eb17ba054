using System.Globalization;
using Keepalived.Host.Processes;
using Keepalived.Linux.Processes;
using Keepalived.Testing;

namespace Keepalived.Host.Tests.Processes;

/// <summary>What becomes of the scripts of a child process that died, with real processes: this test stands for the parent that they fell to.</summary>
public sealed class OrphansTests : IDisposable
{
    private const string Script = "sleep 100 & echo $!";
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(30);
    private readonly string _output = Path.GetTempFileName();
    private readonly List<SpawnedProcess> _scripts = [];
    private readonly Orphans _orphans;

    public OrphansTests() => _orphans = new Orphans(new VirtualLoop().ForOwner("parent"), id => !_scripts.Exists(script => script.ProcessId == id));

    public void Dispose()
    {
        _orphans.Dispose();
        foreach (SpawnedProcess script in _scripts)
        {
            _ = Signals.SendToGroup(script.ProcessId, Signals.Kill);
            ProcessDescriptor.KillAndReap(script.Descriptor);
            Linux.FileDescriptors.Close(script.Descriptor);
        }

        ProcessControl.SetSubreaper(false);
        File.Delete(_output);
    }

    [Fact]
    public void What_a_script_put_into_the_background_lives_on_when_the_script_has_ended_but_was_not_reaped()
    {
        (int script, int background) = Start(Script);
        WaitUntil(() => StateOf(script) == 'Z');
        (int running, _) = Start(Script + "; wait");

        _orphans.EndScripts();

        // The second script is the proof that signals were sent at all. A process that one is sent to is no longer asleep when kill(2) returns.
        WaitUntil(() => StateOf(running) == 'Z');
        Assert.Equal('S', StateOf(background));
    }

    [Fact]
    public void A_script_that_still_runs_ends_with_all_that_it_started()
    {
        (int script, int background) = Start(Script + "; wait");

        _orphans.EndScripts();

        WaitUntil(() => StateOf(script) == 'Z' && StateOf(background) is 'Z' or null);
    }

    private (int Script, int Background) Start(string script)
    {
        File.WriteAllText(_output, "");
        SpawnedProcess started = ProcessSpawner.Spawn(new()
        {
            Program = "/bin/sh",
            Arguments = ["sh", "-c", $"exec >{_output}; {script}"],
            Environment = ["PATH=/usr/bin:/bin"],
            NewProcessGroup = true,
        });
        _scripts.Add(started);
        WaitUntil(() => File.ReadAllText(_output).EndsWith('\n'));
        return (started.ProcessId, int.Parse(File.ReadAllText(_output), CultureInfo.InvariantCulture));
    }

    // Field 3 of /proc/PID/stat (proc(5)); null: there is no such process any more.
    private static char? StateOf(int process)
    {
        try
        {
            string text = File.ReadAllText($"/proc/{process}/stat");
            return text[text.LastIndexOf(')') + 2];
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static void WaitUntil(Func<bool> condition) => Assert.True(SpinWait.SpinUntil(condition, _limit));
}
