using System.Diagnostics;
using System.Globalization;

namespace Keepalived.Lab;

/// <summary>A keepalived program to run: ours or C's, by path. Both take the same command line, which is the point.</summary>
internal sealed record Software(string Name, string Path)
{
    /// <summary>Ours from the installation tree, or what KEEPALIVED_OURS names.</summary>
    public static Software Ours { get; } = new("ours", Environment.GetEnvironmentVariable("KEEPALIVED_OURS") ?? Repository.Path("out/sbin/keepalived"));

    /// <summary>Debian's.</summary>
    public static Software C { get; } = new("C", Environment.GetEnvironmentVariable("KEEPALIVED_C") ?? Command.Find("keepalived") ?? "/usr/sbin/keepalived");

    public bool Exists => File.Exists(Path);
}

/// <summary>Where this repository is, found from the program that runs.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string Path(string relative) => System.IO.Path.Combine(Root, relative);

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "Plugins.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"No Plugins.sln above {AppContext.BaseDirectory}");
    }
}

/// <summary>A running keepalived in a host's namespace, in the foreground, with configuration, pid files and log of its own.</summary>
internal sealed class Director : IAsyncDisposable
{
    private static int counter;
    private readonly Process _process;
    private readonly string _base;

    private Director(Host? host, Software software, Process process, string baseName)
    {
        Host = host;
        Software = software;
        _process = process;
        _base = baseName;
    }

    public Host? Host { get; }

    public Software Software { get; }

    /// <summary>The parent process.</summary>
    public int ProcessId => _process.Id;

    public string ConfigurationFile => _base + ".conf";

    public string Log => File.Exists(_base + ".log") ? File.ReadAllText(_base + ".log") : string.Empty;

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    /// <summary>The direct children, oldest first.</summary>
    public int[] Children => Command.ChildrenOf(ProcessId);

    /// <summary>Starts the program with <c>-n -l</c> and its own files; adds <paramref name="options"/>.</summary>
    public static Director Start(Host host, Software software, string configuration, params string[] options)
    {
        var director = Start(host.Lan.Folder, host, software, configuration, options);
        return host.Lan.Own(director);
    }

    /// <summary>The same in this process's own namespace when <paramref name="host"/> is null, with its files in <paramref name="folder"/>.</summary>
    public static Director Start(string folder, Host? host, Software software, string configuration, params string[] options)
    {
        var file = System.IO.Path.Combine(folder, $"{host?.Name ?? "director"}-{Interlocked.Increment(ref counter)}");
        File.WriteAllText(file + ".conf", configuration);
        File.SetUnixFileMode(file + ".conf", UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var enter = host is null ? string.Empty : $"ip netns exec {host.Namespace} ";
        var start = new ProcessStartInfo("/bin/sh") { RedirectStandardInput = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(
            $"exec {enter}{software.Path} -n -l -D -f {file}.conf -p {file}.pid -r {file}.vrrp.pid -c {file}.check.pid -b {file}.bfd.pid " +
            $"{string.Join(' ', options)} >{file}.log 2>&1");
        var process = Process.Start(start)!;
        process.StandardInput.Close();
        return new Director(host, software, process, file);
    }

    /// <summary>The child whose pid file this is (<c>vrrp</c> or <c>check</c>); 0 when there is none.</summary>
    public int Child(string role)
    {
        try
        {
            return int.Parse(File.ReadAllText($"{_base}.{role}.pid"), CultureInfo.InvariantCulture);
        }
        catch (Exception exception) when (exception is IOException or FormatException)
        {
            return 0;
        }
    }

    public void Signal(int signal) => _ = Native.Kill(ProcessId, signal);

    /// <summary>Replaces the configuration file and asks for a reload.</summary>
    public void Reload(string configuration)
    {
        File.WriteAllText(ConfigurationFile, configuration);
        Signal(Native.SigHup);
    }

    /// <summary>SIGKILL for the parent and every child at once, as a power cut would: nobody gets to say goodbye.</summary>
    public void PullThePlug()
    {
        var children = Children;
        // Stopped first, so that neither a restart nor a death signal comes between.
        foreach (var process in children.Prepend(ProcessId))
        {
            _ = Native.Kill(process, Native.SigStop);
        }

        foreach (var process in children.Append(ProcessId))
        {
            _ = Native.Kill(process, Native.SigKill);
        }

        _process.WaitForExit(5000);
    }

    /// <summary>SIGTERM, and waits for the end.</summary>
    public void Stop()
    {
        if (_process.HasExited)
        {
            return;
        }

        Signal(Native.SigTerm);
        if (!_process.WaitForExit(10_000))
        {
            throw new TimeoutException($"{Software.Name} did not stop within 10 s of SIGTERM\n{Log}");
        }
    }

    public ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            Signal(Native.SigTerm);
            if (!_process.WaitForExit(3000))
            {
                PullThePlug();
            }
        }

        _process.Dispose();
        return ValueTask.CompletedTask;
    }
}
