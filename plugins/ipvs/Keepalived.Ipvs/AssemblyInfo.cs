using Keepalived.Ipvs;
using Keepalived.Plugins;

[assembly: KeepalivedPlugin("ipvs", PluginRoles.Checker, typeof(IpvsPlugin), PluginContract.Version)]
[assembly: PluginKeywords("", "virtual_server", StartsProcess = true)]
[assembly: PluginKeywords("", "virtual_server_group net_namespace_ipvs")]
[assembly: PluginKeywords("global_defs", GlobalKeywords.Names)]
