// vrrp_iptables: the firewall by the programs of iptables and ipset instead of nftables.
//
// Owns      The choice among iptables and nftables, and what is to be in the tables.
// Thread    The loop of the VRRP process; the programs run beside it, one at a time.
// Never     Is loaded without vrrp_iptables and a need for it. Waits for a program: what is asked for meanwhile goes with the next batch.
// Covered   RFC 9568 section 6.1 (Accept_Mode).
using Keepalived.Vrrp.Configuration;
using Microsoft.Extensions.Logging;

namespace Keepalived.Vrrp.Firewall.Iptables;

/// <summary>Rules of iptables where its programs are those of the kernel's iptables, else tables of nftables.</summary>
internal sealed class IptablesFirewall(IFirewallCommands commands, Func<string, IFirewall> openNftables, bool isInNamespace, Version kernel, ILogger logger) : IFirewall
{
    private static readonly Version _knowsNamespaces = new(3, 13);
    private readonly Dictionary<FirewallElement, int> _wanted = [];
    private VrrpConfiguration? _configuration;
    private IptablesTables? _tables;
    private IFirewall? _nftables;
    private bool _hasChanged;
    private bool _isEnding;
    private bool _isDisposed;

    public bool UsesInterfaceIndex => _configuration?.Globals.Firewall.UsesInterfaceIndex ?? false;

    public bool IsBusy { get; private set; }

    public void Configure(VrrpConfiguration configuration)
    {
        _configuration = configuration;
        _nftables?.Configure(configuration);
        Change();
    }

    public void Add(IReadOnlyList<FirewallElement> elements)
    {
        _nftables?.Add(elements);
        foreach (FirewallElement element in elements)
        {
            _wanted[element] = _wanted.GetValueOrDefault(element) + 1;
        }

        Change();
    }

    public void Remove(IReadOnlyList<FirewallElement> elements)
    {
        _nftables?.Remove(elements);
        foreach (FirewallElement element in elements)
        {
            int users = _wanted.GetValueOrDefault(element) - 1;
            if (users > 0)
            {
                _wanted[element] = users;
            }
            else
            {
                _wanted.Remove(element);
            }
        }

        Change();
    }

    public void RemoveAll()
    {
        _nftables?.RemoveAll();
        _isEnding = true;
        Change();
    }

    public void Dispose()
    {
        _isDisposed = true;
        commands.Dispose();
        _nftables?.Dispose();
    }

    private void Change()
    {
        _hasChanged = true;
        if (!IsBusy && _nftables is null && !_isDisposed)
        {
            IsBusy = true;
            Work();
        }
    }

    // What is wanted may change with every await.
    private async void Work()
    {
        try
        {
            while (_hasChanged && _nftables is null)
            {
                _hasChanged = false;
                await Approach(_configuration!);
            }
        }
        finally
        {
            IsBusy = false;
        }
    }

    private async Task Approach(VrrpConfiguration configuration)
    {
        if (_isEnding)
        {
            await (_tables?.End() ?? Task.CompletedTask);
            return;
        }

        string? reason = null;
        _tables ??= await Choose(configuration);
        if (_tables is { } tables && (reason = await tables.Prepare(configuration)) is null)
        {
            await tables.Approach([.. _wanted.Keys]);
        }
        else if (reason is not null)
        {
            VrrpLog.NoIptables(logger, reason, "load the kernel's iptables and make the chains of vrrp_iptables before keepalived starts");
            await _tables!.End();
            FallBack("instead of iptables, which cannot be used");
        }
    }

    private async Task<IptablesTables?> Choose(VrrpConfiguration configuration)
    {
        FirewallSettings settings = configuration.Globals.Firewall;
        if ((commands.Find("iptables") ?? commands.Find("iptables-legacy")) is not { } program)
        {
            VrrpLog.NoIptables(logger, "there is no program iptables", "install the package iptables");
            FallBack("as there is no iptables");
            return null;
        }

        CommandResult version = await commands.Run(program, ["--version"]);
        if (!version.IsSuccess)
        {
            VrrpLog.NoIptables(logger, $"{program}: {version.Reason}", "install the package iptables");
            FallBack("instead of iptables, which cannot be run");
            return null;
        }

        if (version.Output.Contains("nf_tables", StringComparison.Ordinal))
        {
            FallBack($"instead of iptables: {program} is the variant that makes rules of nftables");
            return null;
        }

        string sixth = Path.GetFileName(program).Replace("iptables", "ip6tables", StringComparison.Ordinal);
        return new IptablesTables(commands, new(program, commands.Find(sixth)), FindIpset(configuration), settings, logger);
    }

    private string? FindIpset(VrrpConfiguration configuration)
    {
        if (configuration.Globals.Firewall.Ipsets is null)
        {
            return null;
        }

        if (isInNamespace && kernel < _knowsNamespaces && !configuration.AllowsIpsetsInNamespace)
        {
            VrrpLog.NoIpsets(logger, "this kernel has the sets of one namespace only; namespace_with_ipsets uses them all the same");
            return null;
        }

        string? ipset = commands.Find("ipset");
        if (ipset is null)
        {
            VrrpLog.NoIpsets(logger, "there is no program ipset; install the package ipset, or write vrrp_ipsets without names");
        }

        return ipset;
    }

    private void FallBack(string why)
    {
        _tables = null;
        if (_isDisposed || _isEnding)
        {
            return;
        }

        _nftables = openNftables(why);
        _nftables.Configure(_configuration!);
        foreach ((FirewallElement element, int users) in _wanted)
        {
            for (int i = 0; i < users; i++)
            {
                _nftables.Add([element]);
            }
        }
    }
}
