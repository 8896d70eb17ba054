using Keepalived.Configuration;
using Keepalived.Linux;
using Keepalived.Linux.Netlink.Route;
using Keepalived.Plugins;
using Keepalived.Tracking;
using Keepalived.Vrrp.Configuration;

namespace Keepalived.Vrrp.Tests;

/// <summary>Reads configurations as the daemon does: lexer, walk, keywords, completion.</summary>
internal sealed class ConfigurationText
{
    private ConfigurationText(VrrpConfiguration? configuration, IReadOnlyList<Diagnostic> findings)
    {
        Parsed = configuration;
        Findings = [.. findings.Where(finding => finding.Rule is null)];
        Lint = [.. findings.Where(finding => finding.Rule is not null)];
    }

    public VrrpConfiguration? Parsed { get; }

    public IReadOnlyList<Diagnostic> Findings { get; }

    /// <summary>What lint rules found.</summary>
    public IReadOnlyList<Diagnostic> Lint { get; }

    /// <summary>Findings that are not about what has no effect yet.</summary>
    public IReadOnlyList<Diagnostic> Mistakes => [.. Findings.Where(finding => !finding.Message.Contains("no effect in this version", StringComparison.Ordinal))];

    /// <summary>The only instance of a configuration.</summary>
    public InstanceSettings Instance => Assert.Single(Parsed!.Instances);

    public static ConfigurationText Read(string text, params LinkInfo[] links) => Read(text, new SomeLinks(links));

    /// <param name="text">The file.</param>
    /// <param name="links">The interfaces there are.</param>
    /// <remarks>There are a <c>bfd_instance</c> B and another one W of weight -30.</remarks>
    /// <param name="files">The track_file blocks, which the host reads.</param>
    public static ConfigurationText Read(string text, ISystemLinks links, params TrackedFile[] files)
    {
        var tree = new KeywordTree();
        tree.ForOwner("keepalived", PluginRoles.All).Root.Block<IConfigurationSession>(
            new("global_defs", "{ … }", "Global."), (_, session) => session);
        new VrrpPlugin().RegisterKeywords(tree.ForOwner("vrrp", PluginRoles.Vrrp));
        ExpandedConfiguration expanded = ConfigurationReader.Read(
            OneFile.Name, new ConfigurationReadOptions { FileSystem = new OneFile(text) });
        var session = new ConfigurationSession(PluginRoles.All, isTest: true, new AnyScript());
        Array.ForEach(files, file => session.Get<TrackedFiles>().TryAdd(file));
        session.Get<TrackedBfdInstances>().TryAdd(new("B", default));
        session.Get<TrackedBfdInstances>().TryAdd(new("W", new TrackWeight(-30, IsReversed: false)));
        ConfigurationWalk.Run(expanded, tree, new KnownKeywords(), session, PluginRoles.All);
        Assert.Empty(session.FailedOwners);
        return new ConfigurationText(new ConfigurationBuilder(links).Build(session), session.Diagnostics);
    }

    /// <summary>An Ethernet interface that works.</summary>
    public static LinkInfo Ethernet(string name, int index = 2, uint mtu = 1500, LinkFlags flags = LinkFlags.Up | LinkFlags.Running | LinkFlags.Multicast | LinkFlags.Broadcast) =>
        new(index, new KernelName(name), flags, mtu, 1, new HardwareAddress([2, 0, 0, 0, 0, (byte)index]), new HardwareAddress([255, 255, 255, 255, 255, 255]), OperationalState.Up);
}
