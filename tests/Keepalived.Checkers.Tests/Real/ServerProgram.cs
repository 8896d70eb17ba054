using System.Diagnostics;
using Keepalived.Checking;

namespace Keepalived.Checkers.Tests.Real;

/// <summary>A server from the distribution's packages, run for one test.</summary>
internal sealed class ServerProgram : IDisposable
{
    private static readonly string[] _folders = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"];
    private readonly Process _process;
    private bool _isDisposed;

    private ServerProgram(Process process)
    {
        _process = process;
    }

    /// <summary>Starts a program; null when it is not installed.</summary>
    public static ServerProgram? Start(string name, IEnumerable<string> arguments, string? folder = null)
    {
        if (_folders.Select(directory => Path.Combine(directory, name)).FirstOrDefault(File.Exists) is not { } path)
        {
            return null;
        }

        var start = new ProcessStartInfo(path, arguments)
        {
            WorkingDirectory = folder ?? "/", RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        Process process = Process.Start(start)!;
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return new(process);
    }

    /// <summary>Probes until the server is there, for some seconds at most.</summary>
    public CheckResult UntilItAnswers(Func<CheckResult> probe)
    {
        CheckResult result = default;
        for (int i = 0; i < 200; i++)
        {
            result = probe();
            if (result.IsUp || _process.WaitForExit(30))
            {
                break;
            }
        }

        return result;
    }

    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit(5000);
        }

        _process.Dispose();
    }
}
