using System.Diagnostics;

namespace Keepalived.Linux.Tests;

/// <summary>Runs a tool such as <c>ip</c> and gives what it printed: the independent eye on the kernel.</summary>
internal static class ToolRunner
{
    internal static string Run(string tool, params string[] arguments) =>
        TryRun(tool, arguments, out string output) ? output : throw new InvalidOperationException($"{tool} {string.Join(' ', arguments)}: {output}");

    internal static bool TryRun(string tool, string[] arguments, out string output, string? input = null)
    {
        var start = new ProcessStartInfo(tool, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = input is not null };
        try
        {
            using Process process = Process.Start(start)!;
            if (input is not null)
            {
                process.StandardInput.Write(input);
                process.StandardInput.Close();
            }

            Task<string> errors = process.StandardError.ReadToEndAsync();
            output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            output = process.ExitCode == 0 ? output : output + errors.Result;
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            output = error.Message;
            return false;
        }
    }
}
