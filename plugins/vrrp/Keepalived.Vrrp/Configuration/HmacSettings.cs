using Keepalived.Configuration;

namespace Keepalived.Vrrp.Configuration;

/// <summary>How repeated advertisements are told from new ones.</summary>
internal enum ReplayProtection
{
    /// <summary>By time stamp and sequence.</summary>
    Time,

    /// <summary>By sequence alone; for machines that boot without a clock.</summary>
    Monotonic,
}

/// <summary>What an instance demands of advertisements.</summary>
internal enum HmacMode
{
    /// <summary>A valid trailer.</summary>
    Enforce,

    /// <summary>A valid trailer or none.</summary>
    Permissive,

    /// <summary>Sends none, takes either.</summary>
    ReceiveOnly,
}

/// <summary>A key of <c>auth_hmac</c>.</summary>
/// <param name="Id">1..255.</param>
/// <param name="Secret">32..64 octets.</param>
internal sealed record HmacKey(byte Id, EquatableArray<byte> Secret)
{
    // Records print their members; this one holds a secret.
    private bool PrintMembers(System.Text.StringBuilder builder)
    {
        builder.Append("Id = ").Append(Id);
        return true;
    }
}

/// <summary>The <c>auth_hmac</c> block of an instance, complete.</summary>
internal sealed record HmacSettings
{
    public required EquatableArray<HmacKey> Keys { get; init; }

    /// <summary>The key that is sent with; one of <see cref="Keys"/>.</summary>
    public required byte ActiveKey { get; init; }

    /// <summary>How far time stamps may be off, 1..300 s; null in monotonic mode.</summary>
    public TimeSpan? TimeWindow { get; init; }

    public ReplayProtection Replay { get; init; }

    public HmacMode Mode { get; init; }
}

/// <summary>An <c>auth_hmac</c> block as written.</summary>
internal sealed class HmacDraft
{
    public Dictionary<byte, HmacKey> Keys { get; } = [];

    public Located<byte>? ActiveKey { get; set; }

    public TimeSpan? TimeWindow { get; set; }

    public ReplayProtection Replay { get; set; }

    public Located<HmacMode>? Mode { get; set; }
}
