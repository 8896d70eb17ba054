// TCP_CHECK: a real server is well when it accepts a connection. The plugin owns the keyword and the probe; when to probe, how often
// to retry and what to do about the result is the engine's business. Runs on the loop thread of the checker process.
using Keepalived.Checkers.Tcp;
using Keepalived.Checking;
using Keepalived.Configuration;
using Keepalived.Plugins;

[assembly: KeepalivedPlugin("checker-tcp", PluginRoles.Checker, typeof(TcpCheckerPlugin), PluginContract.Version)]
[assembly: PluginKeywords("virtual_server/real_server", "TCP_CHECK")]

namespace Keepalived.Checkers.Tcp;

/// <summary>Registers <c>TCP_CHECK</c>.</summary>
public sealed class TcpCheckerPlugin : IPlugin
{
    /// <inheritdoc/>
    public void RegisterKeywords(IKeywordTree keywords) =>
        keywords.AddChecker<TcpCheckBuilder>("TCP_CHECK", "The server accepts a TCP connection.");
}

/// <summary>A <c>TCP_CHECK</c> block while it is read: it has the common options only.</summary>
internal sealed class TcpCheckBuilder : CheckerBuilder
{
    /// <inheritdoc/>
    public override CheckerDefinition Build(IConfigurationSession session) => new TcpCheckDefinition(Options);
}
