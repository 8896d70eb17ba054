using Keepalived.Ipvs;
using Keepalived.Plugins;

[assembly: KeepalivedPlugin("ipvs", PluginRoles.Checker, typeof(IpvsPlugin), PluginContract.Version)]
[assembly: PluginKeywords("", "virtual_server", StartsProcess = true)]
[assembly: PluginKeywords(
    "global_defs", "lvs_timeouts lvs_flush lvs_flush_on_stop lvs_flush_onstop checker_log_all_failures rs_init_notifies")]
