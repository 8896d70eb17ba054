using System.Text;

namespace Keepalived.Bench.Kernel;

/// <summary>A process that the bench started: known by its id, ended by its id, reaped by its id.</summary>
internal sealed unsafe class ChildProcess
{
    private const int SignalHangUp = 1;
    private const int SignalKill = 9;
    private const int SignalTerminate = 15;
    private const int NoHang = 1;
    private const short SpawnFlags = 0x02 | 0x04 | 0x08; // SETPGROUP, SETSIGDEF, SETSIGMASK
    private const int WriteCreateAppend = 0x1 | 0x40 | 0x400; // O_WRONLY | O_CREAT | O_APPEND

    private bool _reaped;

    private ChildProcess(int id) => Id = id;

    public int Id { get; }

    public int ExitStatus { get; private set; } = -1;

    /// <summary>User and system time of the ended process and of what it waited for.</summary>
    public TimeSpan ProcessorTime { get; private set; }

    /// <summary>
    /// Spawns <paramref name="arguments"/> from the calling thread, so that the process is in this thread's network namespace. It gets
    /// a process group of its own, default signals and nothing of the bench's environment that steers a .NET run time.
    /// </summary>
    public static ChildProcess Start(IReadOnlyList<string> arguments, string outputPath)
    {
        var environment = new List<string>();
        foreach (System.Collections.DictionaryEntry entry in Environment.GetEnvironmentVariables())
        {
            if (entry.Key is string key && !key.StartsWith("DOTNET_", StringComparison.Ordinal) && !key.StartsWith("COMPlus_", StringComparison.Ordinal))
            {
                environment.Add($"{key}={entry.Value}");
            }
        }

        using var strings = new NativeStrings();
        byte** argumentVector = strings.Vector(arguments);
        byte** environmentVector = strings.Vector(environment);
        byte* actions = stackalloc byte[512];
        byte* attributes = stackalloc byte[1024];
        byte* signals = stackalloc byte[128];
        LibC.posix_spawn_file_actions_init(actions);
        LibC.posix_spawn_file_actions_addopen(actions, 0, strings.Text("/dev/null"), 0, 0);
        LibC.posix_spawn_file_actions_addopen(actions, 1, strings.Text(outputPath), WriteCreateAppend, 0x1A4);
        LibC.posix_spawn_file_actions_addopen(actions, 2, strings.Text(outputPath), WriteCreateAppend, 0x1A4);
        LibC.posix_spawnattr_init(attributes);
        LibC.posix_spawnattr_setflags(attributes, SpawnFlags);
        LibC.sigfillset(signals);
        LibC.posix_spawnattr_setsigdefault(attributes, signals);
        LibC.sigemptyset(signals);
        LibC.posix_spawnattr_setsigmask(attributes, signals);
        int id;
        int error = LibC.posix_spawnp(&id, argumentVector[0], actions, attributes, argumentVector, environmentVector);
        LibC.posix_spawn_file_actions_destroy(actions);
        LibC.posix_spawnattr_destroy(attributes);
        return error == 0 ? new ChildProcess(id) : throw new BenchException($"{arguments[0]} could not be started (errno {error})");
    }

    /// <summary>Runs a command to its end; its output goes into the exception when it fails.</summary>
    public static void Run(params string[] arguments)
    {
        string output = Path.GetTempFileName();
        try
        {
            ChildProcess process = Start(arguments, output);
            process.Wait(TimeSpan.FromSeconds(60));
            if (process.ExitStatus != 0)
            {
                throw new BenchException($"{string.Join(' ', arguments)}: status {process.ExitStatus}: {File.ReadAllText(output, Encoding.UTF8).Trim()}");
            }
        }
        finally
        {
            File.Delete(output);
        }
    }

    public bool HasEnded
    {
        get
        {
            int status;
            LibC.ResourceUsage usage;
            if (!_reaped && LibC.wait4(Id, &status, NoHang, &usage) == Id)
            {
                _reaped = true;
                ProcessorTime = usage.Total;
                ExitStatus = (status & 0x7F) == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F);
            }

            return _reaped;
        }
    }

    public bool Wait(TimeSpan limit)
    {
        long end = RealTime.Monotonic + (limit.Ticks * 100);
        while (!HasEnded)
        {
            if (RealTime.Monotonic > end)
            {
                return false;
            }

            RealTime.Sleep(TimeSpan.FromMilliseconds(1));
        }

        return true;
    }

    public void Terminate() => Signal(SignalTerminate);

    public void HangUp() => Signal(SignalHangUp);

    private void Signal(int number)
    {
        if (!HasEnded)
        {
            LibC.kill(Id, number);
        }
    }

    /// <summary>Ends the process and all that it started with SIGKILL, the ancestors first so that none restarts another.</summary>
    public void KillTree()
    {
        if (HasEnded)
        {
            return;
        }

        List<int> tree = ProcessFigures.Tree(Id);
        foreach (int id in tree)
        {
            LibC.kill(id, SignalKill);
        }

        Wait(TimeSpan.FromSeconds(5));
        foreach (int id in tree)
        {
            for (int tries = 0; tries < 500 && Directory.Exists($"/proc/{id}"); tries++)
            {
                RealTime.Sleep(TimeSpan.FromMilliseconds(2));
            }
        }
    }
}
