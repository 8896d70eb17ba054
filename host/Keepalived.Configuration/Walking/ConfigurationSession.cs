using Keepalived.Plugins;
using Keepalived.Scripts;

namespace Keepalived.Configuration;

/// <summary>One reading: collects findings and what handlers leave. Used by one thread; thrown away when the plugins have built their records.</summary>
public sealed class ConfigurationSession : IConfigurationSession
{
    private readonly Dictionary<Type, object> _collections = [];
    private readonly FindingList _findings = new();
    private readonly Dictionary<string, Exception> _failedOwners = new(StringComparer.Ordinal);
    private bool _hasLint;

    /// <summary>Begins a reading.</summary>
    /// <param name="roles">The processes whose blocks are read.</param>
    /// <param name="isTest">True under <c>-t</c>.</param>
    /// <param name="scripts">Judges scripts.</param>
    /// <param name="allowed">The processes that the command line allows (<c>-P</c>, <c>-C</c>, <c>-B</c>).</param>
    public ConfigurationSession(PluginRoles roles, bool isTest, IScriptPolicy scripts, PluginRoles allowed = PluginRoles.All)
    {
        Roles = roles;
        AllowedRoles = allowed;
        StartedRoles = roles & allowed;
        IsTest = isTest;
        Scripts = scripts;
        Globals = new GlobalDefinitions { RouterId = Environment.MachineName };
    }

    /// <inheritdoc/>
    public PluginRoles Roles { get; }

    /// <summary>Those that the configuration needs and the command line allows; known from the walk on.</summary>
    public PluginRoles StartedRoles { get; internal set; }

    /// <inheritdoc/>
    public bool IsTest { get; }

    /// <inheritdoc/>
    public IScriptPolicy Scripts
    {
        get
        {
            Uses++;
            return field;
        }
    }

    /// <inheritdoc/>
    public GlobalDefinitions Globals { get; private set; }

    /// <summary>
    /// The findings in order of reporting, without those of lint rules that are switched off. A rule may be switched off after it has found
    /// something, so it is decided when the findings are asked for. Of very many of one class only some are here.
    /// </summary>
    public IReadOnlyList<Diagnostic> Diagnostics =>
        _hasLint ? [.. _findings.Kept.Where(diagnostic => IsOn(diagnostic.Rule))] : _findings.Kept;

    /// <summary>What was counted only, since there is so much of it.</summary>
    public IReadOnlyList<LeftOutFindings> LeftOut => [.. _findings.LeftOut.Where(leftOut => IsOn(leftOut.Rule))];

    /// <summary>Plugins whose handler threw something unexpected, with what it threw first; the host retires them.</summary>
    public IReadOnlyDictionary<string, Exception> FailedOwners => _failedOwners;

    /// <summary>The processes that the command line allows.</summary>
    internal PluginRoles AllowedRoles { get; }

    /// <summary>While true, findings are dropped because another process reports the same ones.</summary>
    internal bool IsMuted { get; set; }

    /// <summary>How often a handler reported something, asked for a collection or for scripts: where this stays the same, it left nothing here.</summary>
    internal int Uses { get; private set; }

    /// <summary>Sets what <c>global_defs</c> said; called by the host between the walk and the plugins' validation.</summary>
    public void SetGlobals(GlobalDefinitions globals)
    {
        ArgumentNullException.ThrowIfNull(globals);
        Globals = globals;
    }

    /// <inheritdoc/>
    public T Get<T>()
        where T : class, new()
    {
        Uses++;
        if (!_collections.TryGetValue(typeof(T), out object? collection))
        {
            _collections.Add(typeof(T), collection = new T());
        }

        return (T)collection;
    }

    /// <inheritdoc/>
    public void Report(Diagnostic diagnostic)
    {
        ArgumentNullException.ThrowIfNull(diagnostic);
        Uses++;
        if (!IsMuted)
        {
            _findings.Add(diagnostic);
        }
    }

    /// <inheritdoc/>
    public void Lint(string rule, SourceLocation location, string message, string? remedy = null)
    {
        Uses++;
        if (IsTest)
        {
            _hasLint = true;
            Report(new(DiagnosticClass.Ok, DiagnosticSeverity.Warning, location, message, remedy, rule));
        }
    }

    /// <summary>Takes the findings of preprocessing.</summary>
    internal void Take(ExpandedConfiguration configuration)
    {
        foreach (Diagnostic diagnostic in configuration.Diagnostics)
        {
            Report(diagnostic);
        }

        foreach (LeftOutFindings leftOut in configuration.LeftOut)
        {
            _findings.AddLeftOut(leftOut);
        }
    }

    private bool IsOn(string? rule) => rule is null || Get<LintSelection>().IsOn(rule);

    internal void OwnerFailed(string owner, Exception exception) => _failedOwners.TryAdd(owner, exception);
}
