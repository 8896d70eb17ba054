using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Keepalived.Bfd;
using Keepalived.Checkers.Bfd;
using Keepalived.Checkers.Dns;
using Keepalived.Checkers.Files;
using Keepalived.Checkers.Http;
using Keepalived.Checkers.Misc;
using Keepalived.Checkers.Ping;
using Keepalived.Checkers.Smtp;
using Keepalived.Checkers.Tcp;
using Keepalived.Checkers.Udp;
using Keepalived.Configuration;
using Keepalived.Configuration.Tests;
using Keepalived.Ipvs;
using Keepalived.Notify;
using Keepalived.Plugins;
using Keepalived.Tracking;

namespace Keepalived.Lvs.Tests;

/// <summary>
/// Golden files of virtual servers, checkers, BFD and mail: what was written above, what is made of it and what is said of it below. The form
/// and how to make a new one: tests/Keepalived.Configuration.Tests/Golden/README.md.
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
        var text = new StringBuilder();
        IReadOnlyList<Diagnostic> findings = Read(configuration, roles, record => Describe(text, record));
        return (findings, text.ToString());
    }

    /// <summary>Reads a configuration with all plugins.</summary>
    internal static IReadOnlyList<Diagnostic> Read(ExpandedConfiguration configuration, PluginRoles roles, Action<object?> take)
    {
        (string Name, PluginRoles Roles, IPlugin Plugin)[] plugins =
        [
            ("bfd", PluginRoles.Bfd, new BfdPlugin()),
            ("notify", PluginRoles.Vrrp | PluginRoles.Checker, new NotifyPlugin()),
            ("ipvs", PluginRoles.Checker, new IpvsPlugin()),
            ("checker-tcp", PluginRoles.Checker, new TcpCheckerPlugin()),
            ("checker-http", PluginRoles.Checker, new HttpCheckerPlugin()),
            ("checker-smtp", PluginRoles.Checker, new SmtpCheckerPlugin()),
            ("checker-dns", PluginRoles.Checker, new DnsCheckerPlugin()),
            ("checker-misc", PluginRoles.Checker, new MiscCheckerPlugin()),
            ("checker-ping", PluginRoles.Checker, new PingCheckerPlugin()),
            ("checker-udp", PluginRoles.Checker, new UdpCheckerPlugin()),
            ("checker-file", PluginRoles.Checker, new FileCheckerPlugin()),
            ("checker-bfd", PluginRoles.Checker, new BfdCheckerPlugin()),
        ];
        var tree = new KeywordTree();
        tree.Root.Block<IConfigurationSession>(new("global_defs", "{ … }", "Settings of the daemon."), (_, session) => session);
        foreach ((string name, PluginRoles own, IPlugin plugin) in plugins)
        {
            plugin.RegisterKeywords(tree.ForOwner(name, own));
        }

        var session = new ConfigurationSession(roles, isTest: roles == PluginRoles.All, new AnyScript());

        // The host reads track_file; here every configuration has this one.
        session.Get<TrackedFiles>().TryAdd(new TrackedFile("load", "/run/load", new TrackWeight(1, IsReversed: false), null));
        ConfigurationWalk.Run(configuration, tree, new KnownKeywords(), session, roles);
        foreach ((_, _, IPlugin plugin) in plugins)
        {
            take(plugin.BuildConfiguration(session));
        }

        Assert.Empty(session.FailedOwners);
        return session.Diagnostics;
    }

    private static void Describe(StringBuilder text, object? record)
    {
        switch (record)
        {
            case IpvsConfiguration ipvs:
                RecordText.Line(text, 0, ipvs.Settings, new IpvsSettings());
                foreach (VirtualServerDefinition server in ipvs.VirtualServers)
                {
                    Describe(text, server);
                }

                break;
            case BfdConfiguration bfd:
                foreach (BfdSessionSettings session in bfd.Sessions)
                {
                    RecordText.Line(text, 0, session, new BfdSessionSettings { Name = "", Neighbor = System.Net.IPAddress.None });
                }

                break;
            case NotifyConfiguration notify:
                RecordText.Line(text, 0, notify.Mail, MailSettings.None);
                break;
            case SharedIdentity tls:
                RecordText.Line(text, 0, tls.Identity, TlsIdentity.None);
                break;
        }
    }

    private static void Describe(StringBuilder text, VirtualServerDefinition server)
    {
        IpvsService service = new(server.Service);
        text.Append(CultureInfo.InvariantCulture,
            $"virtual server {server.Address} {service} {Method(server.Forwarding)} quorum {server.Quorum} hysteresis {server.Hysteresis}{Flag(server.Omega, "omega")}{Flag(server.HaSuspend, "ha_suspend")}{Flag(server.SmtpAlert == true, "smtp_alert")}\n");
        foreach (GroupEntry entry in server.Entries)
        {
            text.Append(CultureInfo.InvariantCulture, $"  entry {entry} {entry.Family}\n");
        }

        if (server.SorryServer is { } sorry)
        {
            text.Append(CultureInfo.InvariantCulture, $"  sorry server {sorry.Name} {Method(sorry.Forwarding)}{Flag(sorry.Inhibit, "inhibit")}\n");
        }

        foreach (RealServerDefinition real in server.RealServers)
        {
            text.Append(CultureInfo.InvariantCulture,
                $"  real server {real.Name} {Method(real.Forwarding)} weight {real.Weight} limits {real.LowerThreshold}-{real.UpperThreshold}{Flag(real.InhibitOnFailure, "inhibit")}{Flag(real.Traits.SmtpAlert == true, "smtp_alert")}\n");
            foreach (ConfiguredChecker checker in real.ConfigureCheckers(server.Address.ToString()))
            {
                text.Append(CultureInfo.InvariantCulture,
                    $"    {checker.Definition.Kind} {checker.Target.EndPoint} every {checker.Options.DelayLoop!.Value.TotalSeconds} s, {checker.Options.Retry} retries after {checker.Options.DelayBeforeRetry!.Value.TotalSeconds} s, time-out {checker.Options.ConnectTimeout!.Value.TotalSeconds} s, warm-up {checker.Options.Warmup!.Value.TotalSeconds} s{Flag(checker.Options.Alpha!.Value, "alpha")}{(checker.Target.VirtualHost is { } host ? ", host " + host : "")}\n");
                RecordText.Line(text, 6, checker.Definition, null, "Options", "Kind", "DefaultRetry", "DefaultDelayBeforeRetry", "KeepsRetryDelayWhileDown", "WaitsToBeTold", "MayBeShared");
            }
        }
    }

    private static string Method(ForwardingMethod method) =>
        method.ToString() != "TUN" ? method.ToString() : $"TUN ({method.Tunnel} port {method.TunnelPort} {method.Checksum})";

    private static string Flag(bool value, string word) => value ? ", " + word : "";

    private static string SourceDirectory([CallerFilePath] string path = "") => Path.Combine(Path.GetDirectoryName(path)!, "Golden");

    /// <summary>What is told to the kernel, in words.</summary>
    private readonly record struct IpvsService(Keepalived.Linux.Netlink.Ipvs.IpvsService Service)
    {
        public override string ToString() => string.Create(CultureInfo.InvariantCulture,
            $"{Service.Key} {Service.Scheduler} flags [{Service.Flags}] persistence {Service.PersistenceTimeout}/{Service.PersistencePrefixLength}{(Service.PersistenceEngine.IsEmpty ? "" : " " + Service.PersistenceEngine)}");
    }
}
