using Keepalived.Linux.Netlink.Netfilter;

namespace Keepalived.Vrrp.Firewall.Iptables;

/// <summary>The programs of one variant of iptables, and what they are called with.</summary>
/// <param name="IPv4">Path of iptables.</param>
/// <param name="IPv6">Path of ip6tables; null when it is not installed.</param>
internal sealed record IptablesPrograms(string IPv4, string? IPv6)
{
    private static readonly string[] _save = ["-t", "filter"];
    private static readonly string[] _restore = ["--noflush", "-w", "5"];
    private static readonly string[] _test = [.. _restore, "--test"];

    /// <summary>Rules of table filter of a family.</summary>
    public Task<CommandResult> Save(IFirewallCommands commands, NftablesFamily family) => Run(commands, family, "-save", _save, "");

    /// <summary>Changes table filter of a family, all or nothing.</summary>
    public Task<CommandResult> Restore(IFirewallCommands commands, NftablesFamily family, IEnumerable<string> lines) =>
        Run(commands, family, "-restore", _restore, Table(lines));

    /// <summary>Says whether that could be done, without doing it.</summary>
    public Task<CommandResult> Test(IFirewallCommands commands, NftablesFamily family, IEnumerable<string> lines) =>
        Run(commands, family, "-restore", _test, Table(lines));

    private static string Table(IEnumerable<string> lines) => $"*filter\n{string.Concat(lines.Select(line => line + "\n"))}COMMIT\n";

    private Task<CommandResult> Run(IFirewallCommands commands, NftablesFamily family, string suffix, string[] arguments, string input) =>
        (family == NftablesFamily.IPv6 ? IPv6 : IPv4) is { } program
            ? commands.Run(program + suffix, arguments, input)
            : Task.FromResult(new CommandResult(-1, "the program ip6tables is not installed"));
}
