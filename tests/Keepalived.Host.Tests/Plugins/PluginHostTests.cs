using System.Runtime.CompilerServices;
using Keepalived.Checking;
using Keepalived.Configuration;
using Keepalived.Host.Plugins;
using Keepalived.Plugins;
using Keepalived.Scheduling;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Keepalived.Host.Tests.Plugins;

public sealed class PluginHostTests
{
    [Fact]
    public void An_unloaded_replaceable_plugin_leaves_nothing_behind()
    {
        WeakReference context = LoadUseAndUnload();
        for (int i = 0; context.IsAlive && i < 20; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.False(context.IsAlive);
    }

    [Fact]
    public void The_contract_is_shared_and_the_plugin_is_not()
    {
        LoadedPlugin plugin = LoadedPlugin.Load(PluginManifestReader.Read(Fixtures.Assembly("Good"))!);
        Assert.IsAssignableFrom<IPlugin>(plugin.EntryPoint);
        Assert.NotSame(
            System.Runtime.Loader.AssemblyLoadContext.Default,
            System.Runtime.Loader.AssemblyLoadContext.GetLoadContext(plugin.EntryPoint!.GetType().Assembly));
    }

    [Fact]
    public void What_a_plugin_registers_in_shared_blocks_is_what_it_declares()
    {
        LoadedPlugin plugin = LoadedPlugin.Load(PluginManifestReader.Read(Fixtures.Assembly("Replaceable"))!);
        KeywordTree tree = new();
        tree.Root.Block<IConfigurationSession>(new("global_defs", "", ""), static (_, session) => session);
        plugin.EntryPoint!.RegisterKeywords(tree.ForOwner(plugin.Name, plugin.Manifest.Roles));
        IEnumerable<string> registered = KeywordListing.Of(tree).Where(keyword => keyword.Owner == plugin.Name).Select(keyword => keyword.Path);
        IEnumerable<string> declared = plugin.Manifest.Keywords.SelectMany(
            group => group.Names.Select(name => group.Block.Length == 0 ? name : $"{group.Block}/{name}"));
        Assert.Equal(registered.Order(), declared.Order());
    }

    [Fact]
    public void A_third_party_keyword_cannot_take_one_of_the_hosts()
    {
        KeywordTree tree = new();
        Host.Configuration.HostKeywords.Register(tree);
        IKeywordTree plugin = tree.ForOwner("thief", PluginRoles.Vrrp);
        KeywordConflictException conflict = Assert.Throws<KeywordConflictException>(() =>
            plugin.Extend<IConfigurationSession>("global_defs").Keyword(new("router_id", "", ""), static (_, _) => { }));
        Assert.Contains("thief", conflict.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_retired_plugins_checks_stay_its_own_and_cannot_run_on_anybody_elses_behalf()
    {
        using EventLoop loop = new();
        string directory = Directory.CreateTempSubdirectory("keepalived-scope").FullName;
        try
        {
            Directory.CreateSymbolicLink(Path.Combine(directory, "checker-marker"), Fixtures.Folder("ThirdPartyChecker"));
            PluginHost plugins = new(NullLogger.Instance);
            plugins.Load(PluginCatalog.Discover([directory], []), PluginRoles.Checker);
            Assert.True(plugins.HasForeign);
            LoadedPlugin plugin = Assert.Single(plugins.Plugins);
            Type type = plugin.EntryPoint!.GetType().Assembly.GetType("ThirdPartyChecker.MarkerDefinition", throwOnError: true)!;
            CheckerDefinition definition = (CheckerDefinition)Activator.CreateInstance(type, CheckOptions.Unset, "/run/marker")!;
            CheckerScopes scopes = new(plugins, loop.ForOwner, null!, NullLogger.Instance);

            CheckerScope scope = scopes.Of(definition)!;
            Assert.Equal("checker-marker", scope.Plugin);
            Assert.Same(scope, scopes.Of(definition));

            loop.Retire(plugin.Scheduler!);
            plugins.RetireOwner("checker-marker", new InvalidOperationException("a callback"));
            plugin.EndChecks();
            Assert.Same(scope, scopes.Of(definition));
            Assert.Throws<ObjectDisposedException>(() => scope.Scheduler.Post(static () => { }));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public void The_hosts_own_definitions_have_no_scope()
    {
        using EventLoop loop = new();
        Assert.Null(new CheckerScopes(new PluginHost(NullLogger.Instance), loop.ForOwner, null!, NullLogger.Instance).Of(new OwnDefinition()));
    }

    private sealed record OwnDefinition() : CheckerDefinition("OWN_CHECK", CheckOptions.Unset)
    {
        public override IChecker? CreateChecker(CheckTarget target) => null;
    }

    // In a method of its own, so that no local of the test keeps the plugin alive.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference LoadUseAndUnload()
    {
        using EventLoop loop = new();
        LoadedPlugin plugin = LoadedPlugin.Load(PluginManifestReader.Read(Fixtures.Assembly("Replaceable"))!);
        IScheduler scheduler = loop.ForOwner(plugin.Name);
        plugin.Start(services => services.AddSingleton(scheduler), null);
        plugin.EntryPoint!.StopAsync(default).AsTask().GetAwaiter().GetResult();
        loop.Retire(scheduler);
        return plugin.Unload();
    }
}
