// The BFD room (RFC 5880, 5881, 5883): sessions with neighbours, whose loss VRRP and checkers are told of.
//
// Owns      bfd_instance with its keywords and their validation; the immutable records of all sessions.
// Thread    The loop of the BFD process. VRRP and checkers read the blocks too, for the names and weights that track_bfd and BFD_CHECK need.
// Never     Acts on a session's loss: that is for vrrp_instance/track_bfd and BFD_CHECK.
// Left out  The protocol itself comes with a later issue: bfd_instance is read, says that it has no effect, and starts no process.
using Keepalived.Bfd;
using Keepalived.Configuration;
using Keepalived.Plugins;

[assembly: KeepalivedPlugin("bfd", PluginRoles.All, typeof(BfdPlugin), PluginContract.Version)]
[assembly: PluginKeywords("", BfdKeywords.Block)]

namespace Keepalived.Bfd;

/// <summary>Reads BFD sessions.</summary>
public sealed class BfdPlugin : IPlugin
{
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
}
