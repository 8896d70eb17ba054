using System.Runtime.CompilerServices;
using Keepalived.Configuration;
using Keepalived.Host.Plugins;
using Keepalived.Plugins;
using Keepalived.Scheduling;
using Microsoft.Extensions.DependencyInjection;

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
