using Keepalived.Lab;

namespace Keepalived.Demo;

/// <summary>Runs part two inside user-mode Linux when this kernel has no IPVS, and shows what it prints as it comes.</summary>
internal static class BalancingElsewhere
{
    /// <summary>Whether this kernel has IPVS, loading its module when that is possible.</summary>
    public static bool IpvsIsHere
    {
        get
        {
            if (!Directory.Exists("/proc/sys/net/ipv4/vs") && Command.Find("modprobe") is { } modprobe)
            {
                Command.Try(modprobe, ["-q", "ip_vs"]);
            }

            return Directory.Exists("/proc/sys/net/ipv4/vs");
        }
    }

    public static async Task Run(Screen screen)
    {
        if (UserModeKernel.WhyNot is { } reason)
        {
            throw new InvalidOperationException($"load balancing: this kernel has no IPVS, and booting one that has it {reason}");
        }

        screen.Title("This kernel has no IPVS: booting one that has it (user-mode Linux) for the rest of the demo");
        var folder = Path.Combine(AppContext.BaseDirectory, "inside");
        Directory.CreateDirectory(folder);
        var output = Path.Combine(folder, "output");
        File.Delete(output);
        var script = $"'{Environment.ProcessPath}' --balancing-only {(screen.HasColour ? "--colour" : "")}\n";
        var boot = Task.Run(() => UserModeKernel.Run(folder, script, TimeSpan.FromSeconds(100)));
        var shown = 0L;
        while (!boot.IsCompleted)
        {
            await Task.WhenAny(boot, Task.Delay(100));
            shown = Show(output, shown);
        }

        Show(output, shown);
        var (status, text) = await boot;
        if (status != 0)
        {
            throw new InvalidOperationException(status < 0 ? text : $"load balancing (exit code {status} inside)");
        }
    }

    private static long Show(string file, long shown)
    {
        if (!File.Exists(file))
        {
            return shown;
        }

        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        stream.Position = shown;
        using var reader = new StreamReader(stream);
        Console.Write(reader.ReadToEnd());
        return stream.Length;
    }
}
