using System.Diagnostics;

namespace Keepalived.Lab;

/// <summary>How a BFD neighbour of another origin is to run its session.</summary>
internal sealed record BfdNeighborSettings(string Own, string Other)
{
    public int Transmit { get; init; } = 50;

    public int Receive { get; init; } = 60;

    public int Multiplier { get; init; } = 4;

    public bool IsMultihop { get; init; }

    public bool IsPassive { get; init; }

    /// <summary>BIRD: <c>meticulous keyed sha1</c>; null for none. The password is <c>secret</c>, its id 5.</summary>
    public string? Authentication { get; init; }

    /// <summary>FRR: echo packets both ways.</summary>
    public bool UsesEcho { get; init; }
}

/// <summary>
/// BIRD's or FRR's BFD in a host's namespace, in the foreground, with sockets, pid files and configuration of its own. FRR's bfdd needs its
/// zebra for the interfaces.
/// </summary>
internal sealed class BfdNeighbor : IAsyncDisposable
{
    public const string Bird = "BIRD";
    public const string Frr = "FRR";
    private const string Programs = "/usr/lib/frr/";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);
    private static int counter;
    private readonly Host _host;
    private readonly string _folder;
    private readonly List<Process> _processes = [];

    private BfdNeighbor(Host host, string folder) => (_host, _folder) = (host, folder);

    public string Log => string.Concat(Directory.GetFiles(_folder, "*.log").Select(File.ReadAllText));

    /// <summary>Why it cannot run here; null when it can.</summary>
    public static string? WhyNot(string software) => software switch
    {
        Bird => Command.Find("bird") is null ? "The package bird2 is missing" : null,
        _ => !File.Exists(Programs + "bfdd") || !File.Exists(Programs + "zebra") ? "The package frr is missing"
            : Command.Try("id", ["-u", "frr"]).ExitCode != 0 ? "There is no user frr" : null,
    };

    public static async Task<BfdNeighbor> Start(Host host, string software, BfdNeighborSettings settings)
    {
        string folder = Path.Combine(host.Lan.Folder, $"bfd-{Interlocked.Increment(ref counter)}");
        Directory.CreateDirectory(folder);
        BfdNeighbor neighbor = host.Lan.Own(new BfdNeighbor(host, folder));
        await (software == Bird ? neighbor.StartBird(settings) : neighbor.StartFrr(settings));
        return neighbor;
    }

    /// <summary>SIGKILL: nobody says goodbye.</summary>
    public void PullThePlug()
    {
        foreach (Process process in _processes)
        {
            _ = Native.Kill(process.Id, Native.SigKill);
            process.WaitForExit(5000);
            process.Dispose();
        }

        _processes.Clear();
    }

    public ValueTask DisposeAsync()
    {
        PullThePlug();
        return ValueTask.CompletedTask;
    }

    private async Task StartBird(BfdNeighborSettings settings)
    {
        string options = $"""
            min rx interval {settings.Receive} ms; min tx interval {settings.Transmit} ms; idle tx interval 1 s; multiplier {settings.Multiplier};
            {(settings.IsPassive ? "passive on;" : "")}
            {(settings.Authentication is { } way ? $"authentication {way}; password \"secret\" {{ id 5; }};" : "")}
            """;
        File.WriteAllText(Path.Combine(_folder, "bird.conf"), $$"""
            router id 10.77.0.99;
            protocol device { }
            protocol bfd {
              {{(settings.IsMultihop ? "multihop" : "interface \"eth0\"")}} { {{options}} };
              neighbor {{settings.Other}} {{(settings.IsMultihop ? "" : "dev \"eth0\"")}} local {{settings.Own}} {{(settings.IsMultihop ? "multihop yes" : "")}};
            }

            """);
        Run("bird", $"bird -f -c {_folder}/bird.conf -s {_folder}/bird.ctl");
        await Wait.Until("bird listens", s_patience, () => File.Exists(Path.Combine(_folder, "bird.ctl")), () => Log);
    }

    private async Task StartFrr(BfdNeighborSettings settings)
    {
        // FRR runs as its own user and reaches its sockets through the network's folder.
        Command.Run("chmod", "711", _host.Lan.Folder);
        Command.Run("chown", "frr:frr", _folder);
        File.WriteAllText(Path.Combine(_folder, "zebra.conf"), $"hostname {_host.Name}\n");
        File.WriteAllLines(
            Path.Combine(_folder, "bfdd.conf"),
            [
                "bfd", $" peer {settings.Other} {(settings.IsMultihop ? "multihop " : "")}local-address {settings.Own}{(settings.IsMultihop ? "" : " interface eth0")}",
                $"  detect-multiplier {settings.Multiplier}", $"  receive-interval {settings.Receive}", $"  transmit-interval {settings.Transmit}",
                .. settings.IsPassive ? ["  passive-mode"] : Array.Empty<string>(),
                .. settings.UsesEcho ? ["  echo-mode", "  echo transmit-interval 90", "  echo receive-interval 40"] : Array.Empty<string>(),
                "  no shutdown",
            ]);
        Run("zebra", Frrs("zebra"));
        await Wait.Until("zebra listens", s_patience, () => File.Exists(Path.Combine(_folder, "zserv.api")) && File.Exists(Path.Combine(_folder, "zebra.vty")), () => Log);
        Run("bfdd", $"{Frrs("bfdd")} --bfdctl {_folder}/bfdd.sock");
        await Wait.Until("bfdd listens", s_patience, () => File.Exists(Path.Combine(_folder, "bfdd.vty")), () => Log);
    }

    private string Frrs(string program) =>
        $"{Programs}{program} -u frr -g frr -z {_folder}/zserv.api -i {_folder}/{program}.pid --vty_socket {_folder} -f {_folder}/{program}.conf -A 127.0.0.1 -P 0";

    private void Run(string name, string command)
    {
        var start = new ProcessStartInfo("/bin/sh") { RedirectStandardInput = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add($"exec ip netns exec {_host.Namespace} {command} >{_folder}/{name}.log 2>&1");
        var process = Process.Start(start)!;
        process.StandardInput.Close();
        _processes.Add(process);
    }
}
