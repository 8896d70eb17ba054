using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Keepalived.Samples.Tests.Real;

/// <summary>What tests against real servers need of the machine.</summary>
internal static class Machine
{
    /// <summary>A port of the loopback that nobody uses now.</summary>
    public static IPEndPoint FreePort()
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return (IPEndPoint)socket.LocalEndPoint!;
    }

    /// <summary>Runs a program to its end and gives its exit code with what it said.</summary>
    public static (int Code, string Said) Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" };
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(TimeSpan.FromMinutes(1)))
        {
            process.Kill(entireProcessTree: true);
            return (-1, $"{program} did not end within a minute");
        }

        return (process.ExitCode, output.Result + error.Result);
    }
}
