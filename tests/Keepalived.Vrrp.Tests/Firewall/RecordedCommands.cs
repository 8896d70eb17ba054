using Keepalived.Vrrp.Firewall.Iptables;

namespace Keepalived.Vrrp.Tests.Firewall;

/// <summary>Remembers what was run. A program that is installed succeeds, unless the test has said what becomes of it.</summary>
internal sealed class RecordedCommands(params string[] installed) : IFirewallCommands
{
    private readonly Dictionary<string, Queue<CommandResult>> _results = [];

    public List<string> Runs { get; } = [];

    /// <summary>Runs that wait for the test; null = they end at once.</summary>
    public Queue<TaskCompletionSource<CommandResult>>? Open { get; set; }

    public string? Find(string program) => installed.Contains(program) ? "/sbin/" + program : null;

    /// <summary>What the next run of a command says.</summary>
    public void Let(string command, int exitCode, string output)
    {
        if (!_results.TryGetValue(command, out Queue<CommandResult>? queue))
        {
            _results[command] = queue = new();
        }

        queue.Enqueue(new(exitCode, output));
    }

    public Task<CommandResult> Run(string path, IReadOnlyList<string> arguments, string input = "")
    {
        string command = string.Join(' ', [path["/sbin/".Length..], .. arguments]);
        Runs.Add(input.Length == 0 ? command : $"{command}: {input.TrimEnd().Replace("\n", "; ", StringComparison.Ordinal)}");
        if (_results.TryGetValue(command, out Queue<CommandResult>? queue) && queue.TryDequeue(out CommandResult result))
        {
            return Task.FromResult(result);
        }

        if (Open is { } open)
        {
            TaskCompletionSource<CommandResult> run = new();
            open.Enqueue(run);
            return run.Task;
        }

        return Task.FromResult(new CommandResult(0, command.EndsWith("--version", StringComparison.Ordinal) ? "iptables v1.8.9 (legacy)" : ""));
    }

    public void Dispose()
    {
    }
}
