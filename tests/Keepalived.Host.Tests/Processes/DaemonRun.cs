using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Keepalived.Host.Tests.Processes;

/// <summary>The built daemon with fixture plugins, a configuration and a directory of its own. Every wait is for an event, with a limit.</summary>
internal sealed class DaemonRun : IDisposable
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(30);
    private readonly List<string> _lines = [];
    private readonly Lock _lock = new();
    private readonly string _plugins;

    public DaemonRun(string configuration, params ReadOnlySpan<string> fixtures)
    {
        Directory = System.IO.Directory.CreateTempSubdirectory("keepalived-run").FullName;
        _plugins = Fixtures.PluginDirectory(Directory, fixtures);
        ConfigurationFile = Path.Combine(Directory, "keepalived.conf");
        File.WriteAllText(ConfigurationFile, configuration);
        File.SetUnixFileMode(ConfigurationFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    public string Directory { get; }

    public string ConfigurationFile { get; }

    public Dictionary<string, string> Environment { get; } = [];

    /// <summary>A program and its arguments in front of the daemon's own command line, which starts it in other surroundings.</summary>
    public string[] Within { get; init; } = [];

    public Process? Process { get; private set; }

    public int ChildId => int.Parse(File.ReadAllText(Path.Combine(Directory, "vrrp.pid")), CultureInfo.InvariantCulture);

    /// <summary>Everything that was written to stderr.</summary>
    public string Log
    {
        get
        {
            lock (_lock)
            {
                return string.Join('\n', _lines);
            }
        }
    }

    /// <summary>Starts it in the foreground with the log on stderr and waits for a line.</summary>
    public DaemonRun Start(string waitFor = "Startup complete", params string[] more)
    {
        Process = Launch(["-n", "-l", "-G", .. more]);
        WaitFor(waitFor);
        return this;
    }

    /// <summary>Runs it to its end.</summary>
    public (int Code, string Output, string Error) RunToEnd(params string[] arguments)
    {
        StringBuilder output = new();
        Process = Launch(arguments, line => output.AppendLine(line));
        int code = WaitForExit();
        Assert.True(Process.WaitForExitAsync().Wait(_limit), $"its output does not end; log:\n{Log}");
        return (code, output.ToString(), Log);
    }

    /// <summary>Runs the same once more while it runs.</summary>
    public (int Code, string Output, string Error) RunSecond(params string[] arguments)
    {
        Process? first = Process;
        try
        {
            return RunToEnd(arguments);
        }
        finally
        {
            Process = first;
        }
    }

    public void Signal(int processId, int signal) => Assert.Equal(Linux.Errno.None, Linux.Processes.Signals.Send(processId, signal));

    /// <summary>Waits until a text has been logged often enough.</summary>
    public void WaitFor(string text, int times = 1) =>
        WaitUntil(() => Count(text) >= times, () => $"'{text}' was not logged {times} times; log:\n{Log}");

    public int Count(string text)
    {
        lock (_lock)
        {
            return _lines.Count(line => line.Contains(text, StringComparison.Ordinal));
        }
    }

    public int WaitForExit()
    {
        Assert.True(Process!.WaitForExit(_limit), $"the daemon did not end; log:\n{Log}");
        // Its last lines may still be on their way. They end with the last process that holds the pipe, which may be one that it left behind.
        _ = Process.WaitForExitAsync().Wait(TimeSpan.FromSeconds(2));
        return Process.ExitCode;
    }

    /// <summary>Stops it in order and gives its exit code.</summary>
    public int Stop()
    {
        Signal(Process!.Id, Linux.Processes.Signals.Terminate);
        return WaitForExit();
    }

    public static void WaitUntil(Func<bool> condition, Func<string> otherwise)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(watch.Elapsed < _limit, otherwise());
            Thread.Sleep(10);
        }
    }

    public static bool IsAlive(int processId)
    {
        try
        {
            return !File.ReadAllText($"/proc/{processId}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false; // Gone, maybe between opening and reading.
        }
    }

    public void Dispose()
    {
        if (Process is { HasExited: false } process)
        {
            Linux.Processes.Signals.Send(process.Id, Linux.Processes.Signals.Terminate);
            if (!process.WaitForExit(TimeSpan.FromSeconds(10)))
            {
                process.Kill();
            }
        }

        Process?.Dispose();
        System.IO.Directory.Delete(Directory, recursive: true);
    }

    private Process Launch(string[] arguments, Action<string>? output = null)
    {
        string[] command = [.. Within, Path.Combine(AppContext.BaseDirectory, "keepalived")];
        ProcessStartInfo start = new(command[0])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            WorkingDirectory = Directory,
        };
        bool isCommand = arguments is ["config", ..];
        foreach (string argument in (string[])
            [
                .. isCommand ? arguments : [], .. command.AsSpan(1), "-f", ConfigurationFile, "--plugin-dir", _plugins,
                "-p", Path.Combine(Directory, "keepalived.pid"), "-r", Path.Combine(Directory, "vrrp.pid"),
                "-c", Path.Combine(Directory, "checkers.pid"), "-b", Path.Combine(Directory, "bfd.pid"), .. isCommand ? [] : arguments,
            ])
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["TMPDIR"] = Directory;
        start.Environment["TZ"] = "UTC";
        foreach ((string name, string value) in Environment)
        {
            start.Environment[name] = value;
        }

        Process process = new() { StartInfo = start };
        process.ErrorDataReceived += (_, e) => Add(e.Data);
        process.OutputDataReceived += (_, e) =>
        {
            if (e.Data is not null)
            {
                output?.Invoke(e.Data);
            }
        };
        Assert.True(process.Start());
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        return process;
    }

    private void Add(string? line)
    {
        if (line is not null)
        {
            lock (_lock)
            {
                _lines.Add(line);
            }
        }
    }
}
