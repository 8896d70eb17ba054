using Keepalived.Configuration;
using Keepalived.Plugins;

namespace Keepalived.Host.Configuration;

/// <summary>
/// The keywords of SNMP and D-Bus in <c>global_defs</c>. They are read, checked and stored; the agent and the service are not there yet.
/// </summary>
internal static class MonitoringKeywords
{
    private static readonly TimeSpan _shortest = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan _longest = TimeSpan.FromSeconds(30);

    internal static void Register(IKeywordBlock<IConfigurationSession> globals)
    {
        AddAgent(globals);
        AddModules(globals);
        AddBus(globals);
    }

    private static void AddAgent(IKeywordBlock<IConfigurationSession> globals)
    {
        const PluginRoles Both = PluginRoles.Vrrp | PluginRoles.Checker;
        globals.Keyword(
            Spec("snmp_socket", "ADDRESS", "Address of the AgentX master, in the form of net-snmp's transports.", Both) with { Default = "unix:/var/agentx/master" },
            static (reader, session) =>
            {
                reader.RefuseSecond(Settings(session).Snmp.Socket is not null);
                Change(session, reader.Word("address"), static (snmp, word) => snmp with { Socket = word });
            });
        Flag(globals, "enable_traps", "Send traps.", Both, static snmp => snmp with { Traps = true });
        globals.Keyword(
            Spec("snmp_vs_stats_update_interval", "SECONDS 0.001..30", "How long the kernel's figures of virtual servers are good for.", PluginRoles.Checker) with { Default = "5" },
            static (reader, session) => Change(session, Interval(reader), static (snmp, time) => snmp with { VirtualServerInterval = time }));
        globals.Keyword(
            Spec("snmp_rs_stats_update_interval", "SECONDS 0.001..30", "The same for real servers; without it snmp_vs_stats_update_interval.", PluginRoles.Checker),
            static (reader, session) => Change(session, Interval(reader), static (snmp, time) => snmp with { RealServerInterval = time }));
    }

    private static void AddModules(IKeywordBlock<IConfigurationSession> globals)
    {
        const PluginRoles Vrrp = PluginRoles.Vrrp;
        Flag(globals, "enable_snmp_vrrp", "Offer the VRRP branch of keepalived's own module.", Vrrp, static snmp => snmp with { Vrrp = true });
        globals.Keyword(
            Spec("enable_snmp_keepalived", "", "The same as enable_snmp_vrrp.", Vrrp) with { ReplacedBy = "enable_snmp_vrrp", IsQuietlyDeprecated = true },
            static (_, session) => Change(session, true, static (snmp, on) => snmp with { Vrrp = on }));
        Flag(globals, "enable_snmp_rfc", "Offer the modules of RFC 2787 and RFC 6527.", Vrrp, static snmp => snmp with { Rfc2787 = true, Rfc6527 = true });
        Flag(globals, "enable_snmp_rfcv2", "Offer the module of RFC 2787, for VRRP version 2.", Vrrp, static snmp => snmp with { Rfc2787 = true });
        Flag(globals, "enable_snmp_rfcv3", "Offer the module of RFC 6527, for VRRP version 3.", Vrrp, static snmp => snmp with { Rfc6527 = true });
        Flag(globals, "enable_snmp_checker", "Offer the checker branch of keepalived's own module.", PluginRoles.Checker, static snmp => snmp with { Checker = true });
    }

    private static void AddBus(IKeywordBlock<IConfigurationSession> globals)
    {
        globals.Keyword(
            Spec("enable_dbus", "", "Offer the D-Bus service.", PluginRoles.Vrrp),
            static (_, session) => Settings(session).DBus = Settings(session).DBus with { Enabled = true });
        globals.Keyword(
            Spec("dbus_service_name", "NAME", "Name on the bus.", PluginRoles.Vrrp) with { Default = "org.keepalived.Vrrp1" },
            static (reader, session) => Settings(session).DBus = Settings(session).DBus with { ServiceName = reader.Word("name") });
        globals.Keyword(
            Spec("dbus_no_interface_name", "NAME", "What stands in the path of an instance that has no interface.", PluginRoles.Vrrp) with { Default = "none" },
            static (reader, session) => Settings(session).DBus = Settings(session).DBus with { NoInterfaceName = reader.Word("name") });
    }

    private static KeywordSpec Spec(string name, string arguments, string summary, PluginRoles process) =>
        new(name, arguments, summary) { Process = process, HasNoEffectYet = true };

    private static void Flag(
        IKeywordBlock<IConfigurationSession> globals, string name, string summary, PluginRoles process, Func<SnmpSettings, SnmpSettings> change) =>
        globals.Keyword(Spec(name, "", summary, process), (_, session) => Settings(session).Snmp = change(Settings(session).Snmp));

    private static void Change<T>(IConfigurationSession session, T value, Func<SnmpSettings, T, SnmpSettings> change) =>
        Settings(session).Snmp = change(Settings(session).Snmp, value);

    private static HostSettings Settings(IConfigurationSession session) => session.Get<HostSettings>();

    private static TimeSpan Interval(IKeywordReader reader) => reader.Seconds("interval", _shortest, _longest, 3);
}
