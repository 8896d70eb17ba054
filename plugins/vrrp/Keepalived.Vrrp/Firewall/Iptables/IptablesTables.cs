using System.Text;
using Keepalived.Linux.Netlink.Netfilter;
using Keepalived.Vrrp.Configuration;
using Microsoft.Extensions.Logging;

namespace Keepalived.Vrrp.Firewall.Iptables;

/// <summary>
/// Our rules in the tables of iptables, by way of its programs, one after another. Ipsets where they work: then a change of role changes
/// entries of sets, and no rule.
/// </summary>
internal sealed class IptablesTables(IFirewallCommands commands, IptablesPrograms programs, string? ipset, FirewallSettings settings, ILogger logger)
{
    private static readonly string[] _ipsetArguments = ["restore"];
    private readonly HashSet<FirewallElement> _present = [];
    private readonly List<(NftablesFamily Family, IptablesRule Rule)> _setRules = [];
    private readonly List<Ipset> _sets = [];
    private IpsetNames? _names = ipset is null ? null : settings.Ipsets;
    private FirewallParts _made;
    private bool _hasFailed;

    /// <summary>Makes what the configuration needs and is not there yet.</summary>
    /// <returns>Why that cannot be; null when it is there.</returns>
    public async Task<string?> Prepare(VrrpConfiguration configuration)
    {
        FirewallParts missing = FirewallNeeds.Of(configuration) & ~_made;
        foreach (NftablesFamily family in FirewallStructure.FamiliesOf(missing))
        {
            if (!FirewallStructure.FamiliesOf(_made).Contains(family) && await RemoveLeftovers(family, configuration) is { } reason)
            {
                return reason;
            }
        }

        if (missing != FirewallParts.None && _names is not null && await PrepareSets(missing, _names) is { } noSets)
        {
            if (_made != FirewallParts.None)
            {
                return noSets;
            }

            VrrpLog.NoIpsets(logger, noSets);
            await RemoveSets();
            _names = null;
        }

        if (missing != FirewallParts.None && _names is null && await Test(missing) is { } failure)
        {
            return failure;
        }

        _made |= missing;
        return null;
    }

    /// <summary>Adds and deletes what differs from what is wanted.</summary>
    public async Task Approach(IReadOnlyCollection<FirewallElement> wanted)
    {
        FirewallElement[] added = [.. wanted.Where(element => !_present.Contains(element))];
        FirewallElement[] removed = [.. _present.Except(wanted)];
        if (added.Length + removed.Length == 0)
        {
            return;
        }

        CommandResult result = _names is { } names ? await ChangeEntries(names, added, removed) : await ChangeRules(added, removed);
        if (result.IsSuccess)
        {
            _present.ExceptWith(removed);
            _present.UnionWith(added);
        }

        Report(result);
    }

    /// <summary>Removes all rules and sets of ours.</summary>
    public async Task End()
    {
        await Approach([]);
        await RemoveSets();
        _made = FirewallParts.None;
    }

    private static IEnumerable<NftablesFamily> Families => [NftablesFamily.IPv4, NftablesFamily.IPv6];

    // A process that was killed could not remove its rules, and nobody may have them twice.
    private async Task<string?> RemoveLeftovers(NftablesFamily family, VrrpConfiguration configuration)
    {
        CommandResult saved = await programs.Save(commands, family);
        if (!saved.IsSuccess)
        {
            return saved.Reason;
        }

        HashSet<string> ours = [.. IptablesRules.ElementsOf(configuration).Where(element => element.Family == family)
            .SelectMany(element => IptablesRules.Of(element, settings)).Select(rule => rule.Saved)];
        if (settings.Ipsets is { } names)
        {
            ours.UnionWith(IptablesRules.OfSets(family, ~FirewallParts.None, names, settings).Select(rule => rule.Saved));
        }

        string[] left = [.. saved.Output.Split('\n').Where(ours.Contains).Select(line => "-D" + line[2..])];
        if (left.Length > 0)
        {
            Report(await programs.Restore(commands, family, left));
        }

        return null;
    }

    private async Task<string?> PrepareSets(FirewallParts missing, IpsetNames names)
    {
        StringBuilder text = new();
        Ipset[] sets = [.. IptablesRules.SetsOf(missing, names).Except(_sets)];
        foreach (Ipset set in sets)
        {
            text.Append($"create {set.Name} {set.Type} family {(set.IsIPv6 ? "inet6" : "inet")} -exist\nflush {set.Name}\n");
        }

        CommandResult made = await commands.Run(ipset!, _ipsetArguments, text.ToString());
        if (!made.IsSuccess)
        {
            return made.Reason;
        }

        _sets.AddRange(sets);
        foreach (NftablesFamily family in FirewallStructure.FamiliesOf(missing))
        {
            IptablesRule[] rules = [.. IptablesRules.OfSets(family, missing, names, settings)
                .Where(rule => !_setRules.Contains((family, rule)))];
            CommandResult inserted = await programs.Restore(commands, family, rules.Reverse().Select(rule => rule.Insertion));
            if (!inserted.IsSuccess)
            {
                return inserted.Reason;
            }

            _setRules.AddRange(rules.Select(rule => (family, rule)));
        }

        return null;
    }

    private async Task RemoveSets()
    {
        foreach (NftablesFamily family in Families)
        {
            IptablesRule[] rules = [.. _setRules.Where(rule => rule.Family == family).Select(rule => rule.Rule)];
            if (rules.Length > 0)
            {
                Report(await Change(family, rules, []));
            }
        }

        _setRules.Clear();
        if (_sets.Count > 0)
        {
            Report(await commands.Run(ipset!, _ipsetArguments, string.Concat(_sets.Select(set => $"destroy {set.Name}\n"))));
            _sets.Clear();
        }
    }

    // Whether the kernel has the table and the chains are there, before anything depends on it.
    private async Task<string?> Test(FirewallParts parts)
    {
        foreach (NftablesFamily family in FirewallStructure.FamiliesOf(parts))
        {
            string address = family == NftablesFamily.IPv6 ? "::1/128" : "127.0.0.1/32";
            IEnumerable<string> chains = new[] { settings.InputChain, settings.OutputChain }.OfType<string>();
            CommandResult result = await programs.Test(commands, family, chains.Select(chain => $"-I {chain} 1 -d {address} -j DROP"));
            if (!result.IsSuccess)
            {
                return result.Reason;
            }
        }

        return null;
    }

    private Task<CommandResult> ChangeEntries(IpsetNames names, FirewallElement[] added, FirewallElement[] removed)
    {
        StringBuilder text = new();
        foreach ((string set, string entry) in removed.SelectMany(element => IptablesRules.EntriesOf(element, names)))
        {
            text.Append($"del {set} {entry} -exist\n");
        }

        foreach ((string set, string entry) in added.SelectMany(element => IptablesRules.EntriesOf(element, names)))
        {
            text.Append($"add {set} {entry} -exist\n");
        }

        return text.Length == 0 ? Task.FromResult(default(CommandResult)) : commands.Run(ipset!, _ipsetArguments, text.ToString());
    }

    private async Task<CommandResult> ChangeRules(FirewallElement[] added, FirewallElement[] removed)
    {
        CommandResult worst = default;
        foreach (NftablesFamily family in Families)
        {
            CommandResult result = await Change(family, RulesOf(removed, family), RulesOf(added, family));
            worst = result.IsSuccess ? worst : result;
        }

        return worst;
    }

    private IptablesRule[] RulesOf(FirewallElement[] elements, NftablesFamily family) =>
        [.. elements.Where(element => element.Family == family).SelectMany(element => IptablesRules.Of(element, settings))];

    private async Task<CommandResult> Change(NftablesFamily family, IptablesRule[] removed, IptablesRule[] added)
    {
        if (removed.Length + added.Length == 0)
        {
            return default;
        }

        string[] insertions = [.. added.Reverse().Select(rule => rule.Insertion)];
        CommandResult result = await programs.Restore(commands, family, removed.Select(rule => rule.Deletion).Concat(insertions));
        if (result.IsSuccess || removed.Length == 0)
        {
            return result;
        }

        // Somebody may have flushed the table, and one missing rule keeps the whole batch out.
        CommandResult saved = await programs.Save(commands, family);
        if (!saved.IsSuccess)
        {
            return saved;
        }

        HashSet<string> there = [.. saved.Output.Split('\n')];
        string[] lines = [.. removed.Where(rule => there.Contains(rule.Saved)).Select(rule => rule.Deletion), .. insertions];
        return lines.Length == 0 ? default : await programs.Restore(commands, family, lines);
    }

    private void Report(CommandResult result)
    {
        if (!result.IsSuccess && !_hasFailed)
        {
            VrrpLog.FirewallFailed(logger, result.Reason);
        }

        _hasFailed = !result.IsSuccess;
    }
}
