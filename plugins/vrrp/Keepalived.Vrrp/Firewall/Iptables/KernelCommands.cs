using System.Text;
using Keepalived.Linux;
using Keepalived.Linux.Processes;
using Keepalived.Scheduling;
using LoopScheduling = Keepalived.Linux.Resources.ProcessScheduling;

namespace Keepalived.Vrrp.Firewall.Iptables;

/// <summary>
/// Real programs, with memory files as input and output. Not the daemon's runner of scripts: that one gives no input, hides the output, runs
/// things as <c>script_user</c> and cancels what runs at the end, when these have most to do.
/// </summary>
internal sealed class KernelCommands(IScheduler scheduler) : IFirewallCommands
{
    // Longer than the programs wait for the lock of the tables.
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(8);
    private static readonly string[] _usual = ["/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/local/bin", "/usr/bin", "/bin"];
    private readonly HashSet<Execution> _running = [];
    private readonly IScheduler _scheduler = scheduler;

    private static string SearchPath => Environment.GetEnvironmentVariable("PATH") ?? "";

    public string? Find(string program)
    {
        foreach (string directory in (string[])[.. SearchPath.Split(':', StringSplitOptions.RemoveEmptyEntries), .. _usual])
        {
            string path = Path.Combine(directory, program);
            if (Path.IsPathRooted(path) && File.Exists(path))
            {
                return path;
            }
        }

        return null;
    }

    public Task<CommandResult> Run(string path, IReadOnlyList<string> arguments, string input = "")
    {
        MemoryFile? output = null;
        try
        {
            using var source = new MemoryFile("firewall-input");
            source.Write(Encoding.ASCII.GetBytes(input));
            output = new MemoryFile("firewall-output");
            SpawnedProcess process = ProcessSpawner.Spawn(new SpawnOptions
            {
                Program = path,
                Arguments = [path, .. arguments],
                Environment = ["PATH=" + SearchPath, "LC_ALL=C"],
                NewProcessGroup = true,
                CloseFrom = 3,

                // Opened again by the child, so that it reads from the start.
                Descriptors = [
                    SpawnDescriptor.Open($"/proc/self/fd/{source.Descriptor}", 0, 0),
                    SpawnDescriptor.Inherit(output.Descriptor, 1),
                    SpawnDescriptor.Inherit(output.Descriptor, 2)],
            });
            ShareTime(process.ProcessId);
            return new Execution(this, process, output).Completion;
        }
        catch (LinuxException e)
        {
            output?.Dispose();
            return Task.FromResult(new CommandResult(-1, e.Message));
        }
    }

    public void Dispose()
    {
        foreach (Execution execution in (Execution[])[.. _running])
        {
            execution.Dispose();
        }
    }

    // A real-time daemon's children would compete with its loop.
    private static void ShareTime(int processId)
    {
        try
        {
            LoopScheduling.SetPolicy(processId, SchedulingPolicy.Other, 0, resetOnFork: false);
        }
        catch (LinuxException)
        {
            // It has ended already, or may not: it runs as it was started.
        }
    }

    private sealed class Execution : IDisposable
    {
        private readonly TaskCompletionSource<CommandResult> _completion = new();
        private readonly KernelCommands _owner;
        private readonly MemoryFile _output;
        private readonly int _processId;
        private readonly IDisposable _watch;
        private readonly ILoopTimer _timer;
        private bool _isLate;

        public Execution(KernelCommands owner, SpawnedProcess process, MemoryFile output)
        {
            (_owner, _processId, _output) = (owner, process.ProcessId, output);
            _timer = owner._scheduler.CreateTimer(_ => OnLate());
            _timer.Arm(owner._scheduler.Now + _limit);
            owner._running.Add(this);
            _watch = owner._scheduler.WatchProcess(process.ProcessId, process.Descriptor, OnExit);
        }

        public Task<CommandResult> Completion => _completion.Task;

        public void Dispose()
        {
            _owner._running.Remove(this);
            _timer.Dispose();
            _watch.Dispose();
            _output.Dispose();
        }

        private void OnLate()
        {
            _isLate = true;
            _ = Signals.SendToGroup(_processId, Signals.Kill);
        }

        private void OnExit(ProcessExit exit)
        {
            string output = Encoding.UTF8.GetString(_output.ReadAll());
            Dispose();
            _completion.TrySetResult(new CommandResult(
                exit.ExitCode ?? -1, _isLate ? $"it did not end within {_limit.TotalSeconds} seconds" : output));
        }
    }
}
