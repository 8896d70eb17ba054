using System.Text;

namespace Keepalived.Vrrp.Protocol;

/// <summary>How repeated advertisements are told from new ones.</summary>
public enum ReplayProtection
{
    /// <summary>By time stamp and sequence.</summary>
    Time,

    /// <summary>By sequence alone; for machines that boot without a clock.</summary>
    Monotonic,
}

/// <summary>What an instance demands of advertisements.</summary>
public enum HmacMode
{
    /// <summary>A valid trailer.</summary>
    Enforce,

    /// <summary>A valid trailer or none.</summary>
    Permissive,

    /// <summary>Sends none, takes either.</summary>
    ReceiveOnly,
}

/// <summary>A key of <c>auth_hmac</c>.</summary>
/// <param name="Id">1..255; it stands in the trailer.</param>
/// <param name="Secret">32..64 octets.</param>
public sealed record HmacKey(byte Id, EquatableArray<byte> Secret)
{
    // Records print their members; this one holds a secret.
    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append("Id = ").Append(Id);
        return true;
    }
}

/// <summary>The <c>auth_hmac</c> block of an instance, complete.</summary>
public sealed record HmacSettings
{
    /// <summary>Every key that is believed; several while a key is being replaced.</summary>
    public required EquatableArray<HmacKey> Keys { get; init; }

    /// <summary>The key that is sent with; one of <see cref="Keys"/>.</summary>
    public required byte ActiveKey { get; init; }

    /// <summary>How far time stamps may be off, 1..300 s; null in monotonic mode.</summary>
    public TimeSpan? TimeWindow { get; init; }

    /// <summary>What tells repeated advertisements from new ones.</summary>
    public ReplayProtection Replay { get; init; }

    /// <summary>What is demanded of advertisements.</summary>
    public HmacMode Mode { get; init; }

    /// <summary>Own advertisements are signed.</summary>
    public bool Signs => Mode != HmacMode.ReceiveOnly;

    /// <summary>The key with this id; null when there is none.</summary>
    public HmacKey? Find(byte id)
    {
        foreach (HmacKey key in Keys)
        {
            if (key.Id == id)
            {
                return key;
            }
        }

        return null;
    }
}
