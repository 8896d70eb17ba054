using System.Diagnostics;
using System.Globalization;

namespace Keepalived.Lab;

/// <summary>What a command that has ended left behind.</summary>
internal readonly record struct CommandResult(int ExitCode, string Output, string Error)
{
    public string Both => Output + Error;
}

/// <summary>Runs a command to its end, with a limit.</summary>
internal static class Command
{
    /// <summary>Runs <paramref name="file"/> and returns what it said, whatever its exit code.</summary>
    /// <exception cref="TimeoutException">It did not end within <paramref name="limit"/> (30 s when not given) and was killed.</exception>
    public static CommandResult Try(string file, IEnumerable<string> arguments, TimeSpan? limit = null)
    {
        var start = new ProcessStartInfo(file) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(limit ?? TimeSpan.FromSeconds(30)))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{file} {string.Join(' ', start.ArgumentList)} did not end in time");
        }

        return new CommandResult(process.ExitCode, output.GetAwaiter().GetResult(), error.GetAwaiter().GetResult());
    }

    /// <summary>Runs a command that must succeed and returns its standard output.</summary>
    /// <exception cref="InvalidOperationException">It ended with another code than 0; the message holds what it said.</exception>
    public static string Run(string file, params string[] arguments)
    {
        var result = Try(file, arguments);
        return result.ExitCode == 0
            ? result.Output
            : throw new InvalidOperationException($"{file} {string.Join(' ', arguments)} ended with {result.ExitCode}: {result.Both.Trim()}");
    }

    /// <summary>Runs lines of shell, one failing line ends it.</summary>
    public static string Shell(string script) => Run("/bin/sh", "-e", "-c", script);

    /// <summary>The path of a command, looked for in PATH and the system folders; null when there is none.</summary>
    public static string? Find(string name) =>
        (Environment.GetEnvironmentVariable("PATH") + ":/usr/sbin:/sbin:/usr/bin:/bin").Split(':')
            .Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    /// <summary>The direct children of a process, as the kernel lists them.</summary>
    public static int[] ChildrenOf(int process)
    {
        try
        {
            return [.. File.ReadAllText($"/proc/{process}/task/{process}/children")
                .Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(text => int.Parse(text, CultureInfo.InvariantCulture))];
        }
        catch (IOException)
        {
            return [];
        }
    }
}
