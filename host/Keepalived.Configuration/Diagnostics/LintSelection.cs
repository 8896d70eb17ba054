namespace Keepalived.Configuration;

/// <summary>
/// Which lint rules speak: all, but for those that the command line or the configuration switched off. The command line wins.
/// Rules are known by name only; what each looks for is with the plugin that knows the thing.
/// </summary>
public sealed class LintSelection
{
    private readonly Dictionary<string, bool> _configured = new(StringComparer.Ordinal);
    private LintOptions? _commandLine;

    /// <summary>True when the rule's findings are shown.</summary>
    public bool IsOn(string rule) => _commandLine?.Decides(rule) ?? (!_configured.TryGetValue(rule, out bool on) || on);

    /// <summary>What the configuration says of a rule; the last word counts.</summary>
    public void Configure(string rule, bool on) => _configured[rule] = on;

    /// <summary>Lets the command line have the last word.</summary>
    public void Override(LintOptions? commandLine) => _commandLine = commandLine;
}

/// <summary>What the command line says of lint rules: <c>--lint=-RULE,RULE</c> and <c>--no-lint</c>.</summary>
public sealed class LintOptions
{
    private readonly Dictionary<string, bool> _rules = new(StringComparer.Ordinal);

    /// <summary>No rule speaks, save those that are named with a plus sign.</summary>
    public bool AllOff { get; set; }

    /// <summary>The rules that were named.</summary>
    public IReadOnlyCollection<string> Names => _rules.Keys;

    /// <summary>Takes rules separated by commas: <c>-RULE</c> switches off, <c>RULE</c> or <c>+RULE</c> on.</summary>
    public void Add(string rules)
    {
        ArgumentNullException.ThrowIfNull(rules);
        foreach (string rule in rules.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            _rules[rule.TrimStart('+', '-')] = rule[0] != '-';
        }
    }

    /// <summary>What the command line says of a rule; null when it leaves it to the configuration.</summary>
    internal bool? Decides(string rule) => _rules.TryGetValue(rule, out bool on) ? on : AllOff ? false : null;
}
