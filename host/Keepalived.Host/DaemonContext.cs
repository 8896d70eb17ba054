using Keepalived.Host.CommandLine;
using Keepalived.Plugins;

namespace Keepalived.Host;

/// <summary>What plugins may know of their process.</summary>
internal sealed class DaemonContext(
    DaemonOptions options, PluginRoles role, string runDirectory, string temporaryDirectory, Action<int, string> requestExit) : IDaemonContext
{
    public PluginRoles Role { get; } = role;

    public int LogDetail => options.LogDetail;

    public bool LogsEvents => options.LogFormat != LogFormat.Keepalived;

    public bool ReleaseVrrp => options.ReleaseVrrp;

    public bool ReleaseIpvs => options.ReleaseIpvs;

    public bool MonitorAddresses => options.MonitorAddresses;

    public string RunDirectory { get; } = runDirectory;

    public string TemporaryDirectory { get; } = temporaryDirectory;

    public required GlobalDefinitions Globals { get; set; }

    public void RequestExit(int code, string reason) => requestExit(code, reason);
}
