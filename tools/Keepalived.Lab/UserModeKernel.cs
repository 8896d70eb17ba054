using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Keepalived.Lab;

/// <summary>
/// One boot of user-mode Linux: it sees this machine's files through hostfs, has a /run and (unless it works below it) a /tmp of its own, runs a script as its first
/// process and halts. A boot takes about three seconds, so a whole test program runs per boot. Nothing in there may assert a time.
/// </summary>
internal static class UserModeKernel
{
    private const string ModuleTree = "/usr/lib/uml/modules";

    // What a test may need and the kernel would load on demand if modprobe found the tree where it looks.
    private static readonly string[] s_modules =
    [
        "ip_vs", "ip_vs_rr", "ip_vs_wrr", "ip_vs_lc", "ip_vs_wlc", "ip_vs_lblc", "ip_vs_lblcr", "ip_vs_sh", "ip_vs_mh", "ip_vs_dh", "ip_vs_sed", "ip_vs_nq",
        "ip_vs_fo", "ip_vs_ovf", "ip_vs_twos", "ip_vs_pe_sip", "veth", "dummy", "macvlan", "ipvlan", "bridge", "8021q", "vrf", "nlmon", "nf_tables",
    ];

    /// <summary>Why no kernel can be booted here; null when one can.</summary>
    internal static string? WhyNot =>
        !File.Exists("/usr/bin/linux.uml") ? "needs the package user-mode-linux"
        : !File.Exists("/usr/sbin/modprobe") && !File.Exists("/sbin/modprobe") ? "needs the package kmod"
        : Directory.Exists(ModuleTree) ? null : $"needs the kernel modules of user-mode-linux in {ModuleTree}";

    /// <summary>Boots, runs a shell script as root inside, and gives its exit status and what it printed.</summary>
    /// <param name="folder">Where the boot keeps its files: seen from inside as well, so not below /run.</param>
    /// <param name="script">The script.</param>
    /// <param name="limit">After this long the kernel is ended.</param>
    internal static (int Status, string Output) Run(string folder, string script, TimeSpan limit)
    {
        Directory.CreateDirectory(folder);
        string modules = Path.Combine(folder, "root", "lib");
        Directory.CreateDirectory(modules);
        File.Delete(Path.Combine(modules, "modules"));
        File.CreateSymbolicLink(Path.Combine(modules, "modules"), ModuleTree);
        File.WriteAllText(Path.Combine(folder, "script.sh"), script);
        string init = Path.Combine(folder, "init.sh");
        File.WriteAllText(init, Init(folder));
        File.SetUnixFileMode(init, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        string status = Path.Combine(folder, "status");
        File.Delete(status);

        string console = Boot(init, limit);
        string output = Path.Combine(folder, "output");
        return File.Exists(status)
            ? (int.Parse(File.ReadAllText(status)), File.ReadAllText(output))
            : (-1, $"The kernel ended without a status.\n{console}\n{(File.Exists(output) ? File.ReadAllText(output) : "")}");
    }

    private static string Boot(string init, TimeSpan limit)
    {
        var start = new ProcessStartInfo("/usr/bin/linux.uml",
            ["mem=2G", "rootfstype=hostfs", "rootflags=/", "rw", $"init={init}", "con0=fd:0,fd:1", "con=null", "quiet"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process kernel = Process.Start(start)!;
        kernel.StandardInput.Close();
        Task<string> console = kernel.StandardOutput.ReadToEndAsync();
        Task<string> errors = kernel.StandardError.ReadToEndAsync();
        if (!kernel.WaitForExit(limit))
        {
            kernel.Kill(entireProcessTree: true);
            kernel.WaitForExit();
            return $"It was ended after {limit.TotalSeconds} s.\n{console.Result}";
        }

        return console.Result + errors.Result;
    }

    /// <summary>The first process: it must halt, for a kernel whose first process returns panics.</summary>
    private static string Init(string folder) =>
        $"""
        #!/bin/sh
        export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root DOTNET_EnableDiagnostics=0 DOTNET_ROOT='{DotnetRoot}'
        mount -t proc proc /proc
        mount -t sysfs sys /sys
        mount -t tmpfs tmpfs /run
        {(folder.StartsWith("/tmp/", StringComparison.Ordinal) ? "true" : "mount -t tmpfs tmpfs /tmp")}
        for module in {string.Join(' ', s_modules)}; do modprobe -q -d '{folder}/root' $module; done
        ip link set lo up
        cd '{folder}'
        sh ./script.sh >'{folder}/output' 2>&1
        echo $? >'{folder}/status.new'
        mv '{folder}/status.new' '{folder}/status'
        halt -f

        """;

    private static string DotnetRoot => Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../.."));
}
