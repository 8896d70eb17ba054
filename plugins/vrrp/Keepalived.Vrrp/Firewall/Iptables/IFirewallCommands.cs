namespace Keepalived.Vrrp.Firewall.Iptables;

/// <summary>How a command ended.</summary>
/// <param name="ExitCode">0 is success; negative when it was not started or killed.</param>
/// <param name="Output">What it wrote, errors among it.</param>
internal readonly record struct CommandResult(int ExitCode, string Output)
{
    public bool IsSuccess => ExitCode == 0;

    /// <summary>The first line that says something.</summary>
    public string Reason
    {
        get
        {
            foreach (string line in Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            {
                // The legacy programs name the line of the input first, and say why after it.
                if (!line.StartsWith('#') && !line.EndsWith(" failed", StringComparison.Ordinal))
                {
                    return line;
                }
            }

            return $"exit code {ExitCode}";
        }
    }
}

/// <summary>Runs the programs of iptables and ipset; the seam for tests.</summary>
internal interface IFirewallCommands : IDisposable
{
    /// <summary>The path of a program; null when it is not installed.</summary>
    string? Find(string program);

    /// <summary>Runs one and completes on the loop, which does not wait for it.</summary>
    Task<CommandResult> Run(string path, IReadOnlyList<string> arguments, string input = "");
}
