using Keepalived.Configuration;
using Keepalived.Host.CommandLine;
using Keepalived.Host.Plugins;
using Keepalived.Plugins;
using Keepalived.Scripts;

namespace Keepalived.Host.Configuration;

/// <summary>What one reading of the configuration gave this process.</summary>
/// <param name="Settings">The host's part.</param>
/// <param name="Globals">What plugins may know of it.</param>
/// <param name="Plugins">The plugins' parts.</param>
/// <param name="Findings">Everything that was found; of very many of one class only some, and a last one that says how many more there are.</param>
/// <param name="LeftOut">What was counted only.</param>
internal sealed record Reading(
    HostSettings Settings,
    GlobalDefinitions Globals,
    PluginConfigurations Plugins,
    IReadOnlyList<Diagnostic> Findings,
    IReadOnlyList<LeftOutFindings> LeftOut)
{
    /// <summary>The processes that the configuration starts.</summary>
    public PluginRoles StartedRoles { get; init; }
}

/// <summary>A configuration as its keywords took it.</summary>
/// <param name="Root">What stands in the root.</param>
/// <param name="Findings">What the walk found.</param>
internal sealed record RecordedConfiguration(IReadOnlyList<RecordedEntry> Root, IReadOnlyList<Diagnostic> Findings);

/// <summary>
/// Reads configurations for one process: the keywords of the host and of the plugins that it loaded, and the knowledge of all others'.
/// Made once; every reading starts afresh and leaves nothing behind when it fails.
/// </summary>
internal sealed class ReadingRoom
{
    private readonly KeywordTree _tree = new();
    private readonly KnownKeywords _known = new();
    private readonly PluginHost _plugins;
    private readonly PluginRoles _roles;
    private readonly DaemonOptions _options;

    /// <summary>Builds the keyword tree.</summary>
    /// <param name="catalog">All plugins there are, loaded here or not.</param>
    /// <param name="plugins">Those loaded here.</param>
    /// <param name="roles">None in the parent, one in a child, all under <c>-t</c>.</param>
    /// <param name="options">The command line, which wins over the configuration.</param>
    public ReadingRoom(PluginCatalog catalog, PluginHost plugins, PluginRoles roles, DaemonOptions options)
    {
        _plugins = plugins;
        _roles = roles;
        _options = options;
        HostKeywords.Register(_tree);
        foreach (PluginManifest manifest in catalog.Plugins)
        {
            foreach (DeclaredKeywords declared in manifest.Keywords)
            {
                _known.Declare(manifest.Name, manifest.Roles & declared.Starts, declared.Block, declared.Names, declared.StartsProcess);
            }
        }

        plugins.RegisterKeywords(TreeOf, plugin => _tree.Remove(plugin.OwnerName));
    }

    /// <summary>Takes the keywords of a plugin out and those of another version of it in.</summary>
    /// <returns>False when the other version threw and was retired: the tree has the keywords of neither.</returns>
    public bool Exchange(LoadedPlugin leaving, LoadedPlugin coming)
    {
        _tree.Remove(leaving.OwnerName);
        bool isRegistered = _plugins.RegisterKeywords(coming, TreeOf(coming));
        if (!isRegistered)
        {
            _tree.Remove(coming.OwnerName);
        }

        return isRegistered;
    }

    private IKeywordTree TreeOf(LoadedPlugin plugin) => _tree.ForOwner(plugin.OwnerName, plugin.Manifest.Roles);

    /// <summary>The keywords, for <c>--list-keywords</c>.</summary>
    public KeywordTree Tree => _tree;

    /// <summary>The processes that a configuration needs.</summary>
    public PluginRoles RolesOf(ExpandedConfiguration configuration) => _known.RolesToStart(RootScan.Run(configuration));

    /// <summary>Reads a configuration. On the loop thread.</summary>
    public Reading Read(ExpandedConfiguration configuration, bool isTest, IScriptPolicy scripts)
    {
        Reading reading = ReadAside(configuration, isTest, scripts, out IReadOnlyList<PluginFailure> failures);
        Retire(failures);
        return reading;
    }

    /// <summary>Retires the plugins that threw during a reading. On the loop thread.</summary>
    public void Retire(IReadOnlyList<PluginFailure> failures)
    {
        foreach (PluginFailure failure in failures)
        {
            _plugins.RetireOwner(failure.Plugin, failure.Exception, failure.Call);
            if (failure.Call is null)
            {
                _tree.Remove(failure.Plugin);
            }
        }
    }

    /// <summary>Reads a configuration on any thread, one at a time; what failed is to be retired on the loop thread.</summary>
    public Reading ReadAside(ExpandedConfiguration configuration, bool isTest, IScriptPolicy scripts, out IReadOnlyList<PluginFailure> failures)
    {
        ConfigurationSession session = new(_roles, isTest, scripts, _options.Roles);
        session.Get<LintSelection>().Override(_options.Lint);
        ConfigurationWalk.Run(configuration, _tree, _known, session, _roles);
        List<PluginFailure> failed = [];
        failures = failed;
        foreach ((string owner, Exception exception) in session.FailedOwners)
        {
            failed.Add(new(owner, null, exception));
        }

        HostSettings settings = session.Get<HostSettings>();
        session.SetGlobals(GlobalsOf(settings));
        if (_roles == PluginRoles.None || isTest)
        {
            // The parent runs them, so it says what is wrong with them, or -t, which stands for all processes.
            HookScript? startup = Validated(settings.StartupScript, session);
            HookScript? shutdown = Validated(settings.ShutdownScript, session);
            if (!isTest)
            {
                settings.StartupScript = startup;
                settings.ShutdownScript = shutdown;
            }
        }

        PluginConfigurations configurations = _plugins.Build(session, failed);
        IReadOnlyList<LeftOutFindings> leftOut = session.LeftOut;
        IReadOnlyList<Diagnostic> findings = leftOut.Count == 0
            ? session.Diagnostics : [.. session.Diagnostics, .. leftOut.Select(static counted => counted.ToDiagnostic())];
        return new(settings, session.Globals, configurations, findings, leftOut) { StartedRoles = session.StartedRoles };
    }

    /// <summary>Follows a configuration through the keywords and keeps what each took; builds nothing.</summary>
    public RecordedConfiguration Record(ExpandedConfiguration configuration)
    {
        ConfigurationSession session = new(_roles, isTest: true, new Scripts.ScriptPolicy(), _options.Roles);
        session.Get<LintSelection>().Override(new LintOptions { AllOff = true });
        ConfigurationRecorder recorder = new();
        ConfigurationWalk.Run(configuration, _tree, _known, session, _roles, recorder);
        return new(recorder.Root, session.Diagnostics);
    }

    private static HookScript? Validated(HookScript? script, ConfigurationSession session) =>
        script is not null && session.Scripts.Validate(script.Command, script.Location, session) ? script : null;

    private GlobalDefinitions GlobalsOf(HostSettings settings) => new()
    {
        RouterId = settings.RouterId ?? Environment.MachineName,
        Instance = settings.Instance,
        SyncDaemon = settings.SyncDaemon,
        CountsFirewallMatches = settings.CountsFirewallMatches,
        NetworkNamespace = _options.NetworkNamespace ?? settings.NetworkNamespace,
        ScriptSecurity = settings.ScriptSecurity,
        UseSymlinkPaths = settings.UseSymlinkPaths,
        ScriptUser = Scripts.ScriptPolicy.DefaultFor(settings),
        SmtpAlert = settings.SmtpAlert,
    };
}
