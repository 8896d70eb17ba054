using System.Text;
using Keepalived.Configuration;
using Keepalived.Events;
using Keepalived.Plugins;
using Keepalived.Scripts;
using Keepalived.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Keepalived.Notify.Tests;

/// <summary>The plugin in a process of one role, with everything around it pretended.</summary>
internal sealed class NotifyProcess
{
    private readonly PluginRoles _role;
    private readonly PluginRoles _others;

    public NotifyProcess(PluginRoles role, string globals, PluginRoles others = PluginRoles.None, Action<TestPolicy>? prepare = null, bool logsEvents = true)
    {
        _role = role;
        _others = others;
        prepare?.Invoke(Policy);
        object? configuration = Read(globals);
        var services = new ServiceCollection();
        services.AddSingleton<IDaemonContext>(new TestContext(role, logsEvents)).AddSingleton<IEventBus>(Bus).AddSingleton<IScriptRunner>(Scripts);
        services.AddSingleton<INotificationPipes>(Pipes).AddSingleton<ILogger>(Log).AddSingleton(Loop.ForOwner("notify")).AddSingleton<IWorkerProcesses>(Workers);
        Plugin.Start(services.BuildServiceProvider(), configuration);
    }

    public NotifyPlugin Plugin { get; } = new();

    public RecordingEventBus Bus { get; } = new();

    public TestPipes Pipes { get; } = new();

    public RecordingScriptRunner Scripts { get; } = new();

    public TestPolicy Policy { get; } = new();

    public TestWorkers Workers { get; } = new();

    /// <summary>The command lines of the scripts that run and were not told to end.</summary>
    public string Running => string.Join("; ", Scripts.Runs.Where(run => run is { IsRunning: true, IsCancelled: false }));

    public RecordingLogger Log { get; } = new();

    public VirtualLoop Loop { get; } = new();

    public IReadOnlyList<Diagnostic> Findings { get; private set; } = [];

    public void Reload(string globals)
    {
        Plugin.Reload(Read(globals));
        Loop.RunTurn();
    }

    private object? Read(string globals)
    {
        var tree = new KeywordTree();
        tree.Root.Block<IConfigurationSession>(new("global_defs", "", ""), (_, session) => session);
        new NotifyPlugin().RegisterKeywords(tree.ForOwner("notify", PluginRoles.Vrrp | PluginRoles.Checker));
        var known = new KnownKeywords();
        known.Declare("vrrp", PluginRoles.Vrrp, "", "vrrp_instance", startsProcess: true);
        known.Declare("ipvs", PluginRoles.Checker, "", "virtual_server", startsProcess: true);
        string blocks = ((_role | _others).HasFlag(PluginRoles.Vrrp) ? "vrrp_instance V { }\n" : "") + ((_role | _others).HasFlag(PluginRoles.Checker) ? "virtual_server { }\n" : "");
        var files = new OneFile(Encoding.UTF8.GetBytes($"global_defs {{\n{globals}\n}}\n{blocks}"));
        ExpandedConfiguration configuration = ConfigurationReader.Read("/k.conf", new ConfigurationReadOptions { FileSystem = files });
        var session = new ConfigurationSession(_role, isTest: false, Policy);
        ConfigurationWalk.Run(configuration, tree, known, session, _role);
        object? built = Plugin.BuildConfiguration(session);
        Findings = session.Diagnostics;
        return built;
    }

    private sealed class OneFile(byte[] content) : IConfigurationFileSystem
    {
        public string FullPath(string path) => path;

        public ConfigurationFileKind KindOf(string path) => ConfigurationFileKind.Regular;

        public Stream Open(string path) => new MemoryStream(content);

        public IEnumerable<string> Names(string directory) => [];
    }
}
