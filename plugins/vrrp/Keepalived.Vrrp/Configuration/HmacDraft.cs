using Keepalived.Vrrp.Protocol;

namespace Keepalived.Vrrp.Configuration;

/// <summary>An <c>auth_hmac</c> block as written.</summary>
internal sealed class HmacDraft
{
    public Dictionary<byte, HmacKey> Keys { get; } = [];

    public Located<byte>? ActiveKey { get; set; }

    public TimeSpan? TimeWindow { get; set; }

    public ReplayProtection Replay { get; set; }

    public Located<HmacMode>? Mode { get; set; }
}
