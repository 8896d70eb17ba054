using System.Globalization;
using Keepalived.Plugins;

namespace Keepalived.Configuration.Tests;

/// <summary>What handlers were called with, as an indented tree.</summary>
internal sealed class Seen
{
    private readonly List<string> _lines = [];
    private int _depth;

    public void Add(string line) => _lines.Add(new string(' ', _depth * 2) + line);

    public Seen Open(string line)
    {
        Add(line);
        _depth++;
        return this;
    }

    public void Close() => _depth--;

    public override string ToString() => string.Concat(_lines.Select(line => line + "\n"));
}

/// <summary>A state for blocks that is not the session, as a plugin would have.</summary>
internal sealed class DemoBlock(Seen seen)
{
    public Seen Seen { get; } = seen;
}

/// <summary>Keywords with the names of keepalived's and one of each kind of argument, registered by the host and two plugins.</summary>
internal static class DemoKeywords
{
    public static KeywordTree Build(PluginRoles loaded)
    {
        var tree = new KeywordTree();
        AddGlobals(tree);
        if (loaded.HasFlag(PluginRoles.Vrrp))
        {
            AddVrrp(tree.ForOwner("vrrp", PluginRoles.Vrrp));
        }

        if (loaded.HasFlag(PluginRoles.Checker))
        {
            AddChecker(tree.ForOwner("ipvs", PluginRoles.Checker));
        }

        return tree;
    }

    public static KnownKeywords Known()
    {
        var known = new KnownKeywords();
        known.Declare("vrrp", PluginRoles.Vrrp, "", "vrrp_instance vrrp_sync_group", startsProcess: true);
        known.Declare("vrrp", PluginRoles.Vrrp, "", "static_ipaddress");
        known.Declare("vrrp", PluginRoles.Vrrp, "global_defs", "vrrp_version");
        known.Declare("ipvs", PluginRoles.Checker, "", "virtual_server virtual_server_group", startsProcess: true);
        known.Declare("bfd", PluginRoles.Bfd, "", "bfd_instance", startsProcess: true);
        known.Declare("tcp", PluginRoles.Checker, "virtual_server/real_server", "TCP_CHECK");
        return known;
    }

    private static void AddGlobals(KeywordTree tree)
    {
        IKeywordBlock<IConfigurationSession> globals = tree.Root.Block<IConfigurationSession>(
            new("global_defs", "{ … }", "Settings of the daemon."),
            (_, session) => Opened(session, "global_defs"),
            (session, _, _) => session.Get<Seen>().Close());
        globals.Keyword(new("router_id", "STRING", "Name of this router."), (r, s) => Say(s, "router_id [" + r.Word("name") + "]"));
        globals.Keyword(new("startup_script", "CMD", "Script."), (r, s) => Say(s, "startup_script " + Quote(r.Command("script")) + " then " + Quote(r.Rest())));
        globals.Keyword(new("smtp_alert", "BOOL?", "Mail."), (r, s) => Say(s, "smtp_alert " + r.OptionalBoolean()));
        globals.Keyword(new("lvs_process_name", "NAME", "Name.") { ReplacedBy = "checker_process_name" }, (r, s) => Say(s, "lvs_process_name " + r.Word("name")));
        globals.Keyword(new("snmp_socket", "PATH", "Socket.") { HasNoEffectYet = true }, (r, s) => Say(s, "snmp_socket " + r.Word("path")));
        globals.Keyword(new("include_check", "[CHECK…]", "Checks."), (r, s) => Say(s, "include_check " + Quote(r.Rest())));
        globals.Keyword(new("random_seed", "INT", "Seed."), (r, s) => Say(s, "random_seed " + r.Integer("seed", 0, uint.MaxValue)));
        globals.Lines(new("notification_email", "{ ADDRESS… }", "Mail goes there."), (r, s) => Say(s, "to " + Quote(r.Rest())));
        tree.Root.Keyword(new("child_wait_time", "SECONDS", "Patience."), (r, s) => Say(s, "child_wait_time " + r.Integer("time", 0, uint.MaxValue)));
    }

    private static void AddVrrp(IKeywordTree tree)
    {
        tree.Extend<IConfigurationSession>("global_defs").Keyword(
            new("vrrp_version", "INT 2..3", "Version."), (r, s) => Say(s, "vrrp_version " + r.Integer("version", 2, 3)));
        IKeywordBlock<DemoBlock> instance = tree.Root.Block<DemoBlock>(
            new("vrrp_instance", "NAME { … }", "A virtual router."), (r, s) => new(Opened(s, "vrrp_instance [" + r.Word("instance name") + "]").Get<Seen>()), Closed);
        instance.Keyword(new("priority", "INT 1..255", "Priority."), (r, b) => b.Seen.Add("priority " + r.Integer("priority", 1, 255)));
        instance.Keyword(new("advert_int", "SECONDS 0.01..255", "Interval."), (r, b) =>
            b.Seen.Add("advert_int " + r.Seconds("interval", TimeSpan.FromMilliseconds(10), TimeSpan.FromSeconds(255), 2).TotalSeconds.ToString(CultureInfo.InvariantCulture)));
        instance.Keyword(new("preempt_delay", "SECONDS 0..1000", "Delay."), (r, b) =>
            b.Seen.Add("preempt_delay " + r.Seconds("delay", TimeSpan.Zero, TimeSpan.FromSeconds(1000)).TotalSeconds.ToString(CultureInfo.InvariantCulture)));
        instance.Keyword(new("mcast_src_ip", "ADDRESS", "Source."), (r, b) => b.Seen.Add("mcast_src_ip " + r.Address("source address")));
        instance.Keyword(new("nopreempt", "", "Never preempt."), (_, b) => b.Seen.Add("nopreempt"));
        instance.Keyword(new("notify_master", "CMD", "Script."), (r, b) => b.Seen.Add("notify_master " + Quote(r.Command("script"))));
        instance.Keyword(new("interface", "IFNAME", "Interface."), (_, _) => throw new InvalidOperationException("defect"));
        instance.Lines(new("virtual_ipaddress", "{ ADDRESS… }", "Addresses."), (r, b) =>
        {
            (System.Net.IPAddress address, int length) = r.Prefix("virtual address");
            b.Seen.Add($"address {address}/{length} {Quote(r.Rest())}");
        });
    }

    private static void AddChecker(IKeywordTree tree)
    {
        IKeywordBlock<DemoBlock> server = tree.Root.Block<DemoBlock>(
            new("virtual_server", "IP PORT { … }", "A service."),
            (r, s) => new(Opened(s, $"virtual_server {r.Address("address")} {r.Integer("port", 1, 65535)}").Get<Seen>()),
            Closed);
        server.Keyword(new("delay_loop", "SECONDS", "Interval."), (r, b) => b.Seen.Add("delay_loop " + r.Word("time")));
        IKeywordBlock<DemoBlock> real = server.Block<DemoBlock>(
            new("real_server", "IP PORT { … }", "A server."),
            (r, b) => new(b.Seen.Open($"real_server {r.Address("address")} {r.Integer("port", 1, 65535)}")),
            (_, _, child) => child.Seen.Close());
        real.Keyword(new("weight", "INT", "Weight."), (r, b) => b.Seen.Add("weight " + r.Integer("weight", 0, int.MaxValue)));
        tree.Root.Lines<DemoBlock>(
            new("virtual_server_group", "NAME { … }", "A group."),
            (r, s) => new(Opened(s, "group [" + r.Word("group name") + "]").Get<Seen>()),
            (r, b) => b.Seen.Add("entry " + Quote(r.Rest())),
            Closed);
    }

    private static IConfigurationSession Opened(IConfigurationSession session, string line)
    {
        session.Get<Seen>().Open(line);
        return session;
    }

    private static void Closed(IConfigurationSession session, IConfigurationSession parent, DemoBlock child) => child.Seen.Close();

    private static void Say(IConfigurationSession session, string line) => session.Get<Seen>().Add(line);

    private static string Quote(IEnumerable<string> words) => string.Join(' ', words.Select(word => "[" + word.Replace("\n", "\\n", StringComparison.Ordinal).Replace("\e", "\\e", StringComparison.Ordinal) + "]"));
}
