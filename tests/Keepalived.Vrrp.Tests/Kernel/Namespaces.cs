using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Keepalived.Vrrp.Tests.Kernel;

/// <summary>Two network namespaces joined by a veth pair, removed again at the end: <c>v0</c> in each, 10.99.0.1 and 10.99.0.2.</summary>
internal sealed partial class Namespaces : IDisposable
{
    private const int CloneNewNet = 0x4000_0000;
    private static int _next;
    private readonly string _prefix = $"vrrpplugin-{Environment.ProcessId}-{Interlocked.Increment(ref _next)}";

    public Namespaces()
    {
        for (int i = 0; i < 2; i++)
        {
            Ip($"netns add {Name(i)}");
        }

        Ip($"-n {Name(0)} link add v0 type veth peer name v0 netns {Name(1)}");
        for (int i = 0; i < 2; i++)
        {
            Ip($"-n {Name(i)} link set lo up");
            // No addresses of the kernel's own making: their detection would still make news seconds later.
            Ip($"-n {Name(i)} link set v0 addrgenmode none");
            Ip($"-n {Name(i)} addr add 10.99.0.{i + 1}/24 dev v0");
            Ip($"-n {Name(i)} addr add fe80::{i + 1}/64 dev v0 nodad");
            Ip($"-n {Name(i)} link set v0 up");
        }

        WaitFor(() => In(0, "link show v0").Contains("LOWER_UP", StringComparison.Ordinal), TimeSpan.FromSeconds(5), "the veth pair to come up");
    }

    public static void SkipUnlessPossible()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root to make network namespaces");
        Assert.SkipUnless(File.Exists("/usr/bin/ip") || File.Exists("/usr/sbin/ip") || File.Exists("/sbin/ip"), "needs iproute2");
    }

    public string Name(int index) => $"{_prefix}-{index}";

    public string In(int index, string arguments) => Ip($"-n {Name(index)} {arguments}");

    public bool Has(int index, string address) => In(index, "-o addr show dev v0").Contains($" {address}/", StringComparison.Ordinal);

    /// <summary>Moves the calling thread into a namespace.</summary>
    public void Enter(int index)
    {
        using Microsoft.Win32.SafeHandles.SafeFileHandle file = File.OpenHandle($"/run/netns/{Name(index)}");
        Assert.Equal(0, SetNs((int)file.DangerousGetHandle(), CloneNewNet));
    }

    public static void WaitFor(Func<bool> condition, TimeSpan limit, string what)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(watch.Elapsed < limit, $"Waited {limit} in vain for {what}.");
            Thread.Sleep(5);
        }
    }

    public static string Ip(string arguments) => Run("ip", arguments);

    public static string Run(string program, string arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        string output = process.StandardOutput.ReadToEnd();
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {arguments}: {error}");
        return output;
    }

    public void Dispose()
    {
        for (int i = 0; i < 2; i++)
        {
            Ip($"netns del {Name(i)}");
        }
    }

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNs(int descriptor, int type);
}
