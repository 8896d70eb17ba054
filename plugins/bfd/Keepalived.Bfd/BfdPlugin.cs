// The BFD room (RFC 5880, 5881, 5883): sessions with neighbours, whose loss VRRP and checkers are told of. The protocol itself is in
// Keepalived.Bfd.Protocol, which decides; this room carries its decisions to the sockets and to the other processes.
//
// Owns      bfd_instance with its keywords, records and validation; Runtime/ (sessions at work), Network/ (sockets), Reporting/ (dumps).
// Thread    The loop of the BFD process. VRRP and checkers read the blocks too, for the names and weights that track_bfd and BFD_CHECK need,
//           and load nothing more of this room than that.
// Never     Acts on a session's loss: that is for vrrp_instance/track_bfd and BFD_CHECK. Allocates per packet.
// Covered   RFC 5881 sections 4 and 5, RFC 5883 sections 4 and 5, as far as they are about sockets; the rest is the protocol room's.
using Keepalived.Bfd;
using Keepalived.Bfd.Runtime;
using Keepalived.Configuration;
using Keepalived.Plugins;

[assembly: KeepalivedPlugin("bfd", PluginRoles.All, typeof(BfdPlugin), PluginContract.Version)]
[assembly: PluginKeywords("", BfdKeywords.Block, StartsProcess = true, Starts = PluginRoles.Bfd)]

namespace Keepalived.Bfd;

/// <summary>Reads BFD sessions, and runs them in the BFD process.</summary>
public sealed class BfdPlugin : IPlugin, IDisposable
{
    private BfdDaemon? _daemon;

    /// <inheritdoc/>
    public void RegisterKeywords(IKeywordTree keywords)
    {
        ArgumentNullException.ThrowIfNull(keywords);
        BfdKeywords.Register(keywords.Root);
    }

    /// <inheritdoc/>
    public object? BuildConfiguration(IConfigurationSession session)
    {
        ArgumentNullException.ThrowIfNull(session);
        return session.Get<BfdReading>().Build();
    }

    /// <inheritdoc/>
    public void Start(IServiceProvider services, object? configuration)
    {
        ArgumentNullException.ThrowIfNull(services);
        if (((IDaemonContext)services.GetService(typeof(IDaemonContext))!).Role == PluginRoles.Bfd)
        {
            _daemon = new BfdDaemon(services, (BfdConfiguration?)configuration);
        }
    }

    /// <inheritdoc/>
    public void Reload(object? configuration) => _daemon?.Apply((BfdConfiguration?)configuration);

    /// <inheritdoc/>
    public ValueTask StopAsync(CancellationToken limit)
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public void Dump(DumpKind kind, TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        _daemon?.Dump(kind, writer);
    }

    /// <summary>Closes every socket.</summary>
    public void Dispose()
    {
        _daemon?.Dispose();
        _daemon = null;
    }
}
