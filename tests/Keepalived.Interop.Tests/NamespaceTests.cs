using System.Diagnostics;
using Keepalived.Lab;

namespace Keepalived.Interop.Tests;

/// <summary><c>-s NAMESPACE</c> and <c>instance</c>: where the processes live and where their pid files are.</summary>
public sealed class NamespaceTests
{
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task The_processes_are_in_the_namespace_with_pid_files_of_their_own_and_a_second_daemon_ends_with_1()
    {
        Prerequisites.Namespaces();
        await using var lan = Lan.Create();
        var host = lan.AddHost("a", 1);
        var directory = $"/run/keepalived/{host.Namespace}";
        var file = Path.Combine(lan.Folder, "k.conf");
        var variant = new VrrpVariant(3, IPv6: false, Unicast: false);
        File.WriteAllText(file, "instance one\n" + variant.Configuration(host, host, 200));
        var log = Path.Combine(lan.Folder, "k.log");
        using var daemon = Process.Start("/bin/sh", ["-c", $"exec {Software.Ours.Path} -n -l -G -s {host.Namespace} -f {file} >{log} 2>&1"]);
        try
        {
            await Wait.Until("it is master", s_soon, () => host.Has("10.77.0.100"), () => File.ReadAllText(log));
            var parent = File.ReadAllText(directory + "/keepalived_one.pid").Trim();
            var child = File.ReadAllText(directory + "/vrrp_one.pid").Trim();
            Assert.Equal($"{daemon.Id}", parent);
            Assert.Equal([host.Namespace, host.Namespace], [Identify(parent), Identify(child)]);

            var second = Command.Try(Software.Ours.Path, ["-n", "-l", "-G", "-s", host.Namespace, "-f", file]);
            Assert.Equal(1, second.ExitCode);
            Assert.Contains("already running", second.Both, StringComparison.Ordinal);
            Assert.True(File.Exists(directory + "/keepalived_one.pid"));
        }
        finally
        {
            _ = Native.Kill(daemon.Id, Native.SigTerm);
            await daemon.WaitForExitAsync();
        }

        Assert.Equal(0, daemon.ExitCode);
        Assert.True(!Directory.Exists(directory) || Directory.GetFiles(directory).Length == 0);
    }

    [Fact]
    public void A_namespace_that_is_not_there_is_named_with_its_remedy_and_ends_with_4()
    {
        Prerequisites.Namespaces();
        var file = Path.GetTempFileName();
        try
        {
            var result = Command.Try(Software.Ours.Path, ["-n", "-l", "-G", "-s", "klab-nowhere", "-f", file]);

            Assert.Equal(4, result.ExitCode);
            Assert.Contains("klab-nowhere", result.Both, StringComparison.Ordinal);
            Assert.Contains("ip netns add", result.Both, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static string Identify(string process) => Command.Run("ip", "netns", "identify", process).Trim();
}
