using System.Runtime.CompilerServices;
using System.Text;
using Keepalived.Configuration;
using Keepalived.Configuration.Tests;
using Keepalived.Linux.Netlink.Route;
using Keepalived.Plugins;
using Keepalived.Tracking;
using Keepalived.Vrrp.Configuration;

namespace Keepalived.Vrrp.Tests;

/// <summary>
/// Golden files of the VRRP blocks: what was written above, what is made of it and what is said of it below. The form and how to make a new
/// one: tests/Keepalived.Configuration.Tests/Golden/README.md. There are the interfaces eth0, eth1 and lo, a <c>track_file</c> load (weight
/// 1 by default), another named heavy (weight 5) and a <c>bfd_instance</c> uplink (weight -10).
/// </summary>
public sealed class GoldenTests
{
    public static TheoryData<string> Names =>
        [.. Directory.GetFiles(GoldenFile.OutputDirectory, "*.golden").Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_configuration_gives_the_recorded_records_findings_and_exit_code(string name)
    {
        GoldenFile golden = GoldenFile.Load(name);
        golden.Verify(golden.Run(Walk), SourceDirectory());
    }

    [Fact]
    public void There_are_at_least_thirty_five_behaviours() => Assert.True(Names.Count >= 35, $"only {Names.Count} golden files were found");

    private static (IReadOnlyList<Diagnostic> Findings, string Tree) Walk(ExpandedConfiguration configuration, PluginRoles roles)
    {
        var tree = new KeywordTree();
        tree.Root.Block<IConfigurationSession>(new("global_defs", "{ … }", "Settings of the daemon."), (_, session) => session);
        new VrrpPlugin().RegisterKeywords(tree.ForOwner("vrrp", PluginRoles.Vrrp));
        var session = new ConfigurationSession(roles, isTest: roles == PluginRoles.All, new AnyScript());
        session.Get<TrackedFiles>().TryAdd(new TrackedFile("load", "/run/load", new TrackWeight(1, IsReversed: false), null));
        session.Get<TrackedFiles>().TryAdd(new TrackedFile("heavy", "/run/heavy", new TrackWeight(5, IsReversed: false), null) { HasWeight = true });
        session.Get<TrackedBfdInstances>().TryAdd(new TrackedBfdInstance("uplink", new TrackWeight(-10, IsReversed: false)));
        ConfigurationWalk.Run(configuration, tree, new KnownKeywords(), session, roles);
        VrrpConfiguration? result = new ConfigurationBuilder(Links()).Build(session);
        Assert.Empty(session.FailedOwners);

        // That things have no effect yet is the same everywhere, and would have to be taken out of every file one day.
        Diagnostic[] findings = [.. session.Diagnostics.Where(finding => !finding.Message.EndsWith("has no effect in this version", StringComparison.Ordinal))];
        return (findings, result is null ? "" : Describe(result));
    }

    private static SomeLinks Links() => new(
        ConfigurationText.Ethernet("eth0"),
        ConfigurationText.Ethernet("eth1", 3),
        ConfigurationText.Ethernet("lo", 1, 65535, LinkFlags.Up | LinkFlags.Running | LinkFlags.Loopback));

    private static string Describe(VrrpConfiguration configuration)
    {
        var text = new StringBuilder();
        RecordText.Write(text, configuration.Globals, new GlobalSettings(), 0);
        foreach (InstanceSettings instance in configuration.Instances)
        {
            text.Append("vrrp_instance ").Append(instance.Name).Append('\n');
            InstanceSettings usual = ConfigurationText.Read($"vrrp_instance {instance.Name} {{\n interface eth0\n virtual_router_id 51\n virtual_ipaddress {{ 192.0.2.1 }}\n}}").Instance;
            RecordText.Write(text, instance, usual, 1);
        }

        foreach (SyncGroupSettings group in configuration.SyncGroups)
        {
            text.Append("vrrp_sync_group ").Append(group.Name).Append('\n');
            RecordText.Write(text, group, new SyncGroupSettings { Name = group.Name, Members = [] }, 1);
        }

        RecordText.Write(text, configuration with { Globals = new GlobalSettings(), Instances = [], SyncGroups = [] }, new VrrpConfiguration(new GlobalSettings(), []), 0);
        return text.ToString();
    }

    private static string SourceDirectory([CallerFilePath] string path = "") => Path.Combine(Path.GetDirectoryName(path)!, "Golden");
}
