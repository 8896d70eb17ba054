using System.Text;

namespace Keepalived.Bfd.Protocol;

/// <summary>A key or password.</summary>
/// <param name="Id">0..255; it stands in the packet.</param>
/// <param name="Secret">1..16 bytes for a password and MD5, 1..20 for SHA-1 (RFC 5880 sections 4.2 to 4.4).</param>
public sealed record BfdKey(byte Id, EquatableArray<byte> Secret)
{
    // Records print their members; this one holds a secret.
    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append("Id = ").Append(Id);
        return true;
    }
}

/// <summary>How the packets of a session are authenticated (RFC 5880 section 6.7).</summary>
public sealed record BfdAuthentication
{
    /// <summary>The way; not <see cref="BfdAuthenticationType.None"/>.</summary>
    public required BfdAuthenticationType Type { get; init; }

    /// <summary>Every key that is believed; several while a key is being replaced. At least one, ids differ.</summary>
    public required EquatableArray<BfdKey> Keys { get; init; }

    /// <summary>Id of the key that is sent with; one of <see cref="Keys"/>.</summary>
    public required byte ActiveKey { get; init; }

    /// <summary>Longest secret of a type in bytes.</summary>
    public static int LongestSecret(BfdAuthenticationType type) => type switch
    {
        BfdAuthenticationType.KeyedSha1 or BfdAuthenticationType.MeticulousKeyedSha1 => 20,
        _ => 16,
    };

    /// <summary>Refuses what cannot work.</summary>
    /// <exception cref="ArgumentException">An unknown type, no active key, an id used twice, a secret that is empty or too long.</exception>
    public void Validate()
    {
        if (Type is < BfdAuthenticationType.SimplePassword or > BfdAuthenticationType.MeticulousKeyedSha1)
        {
            throw new ArgumentException($"Authentication type {(byte)Type} does not exist (RFC 5880 section 4.1).");
        }

        Span<bool> known = stackalloc bool[byte.MaxValue + 1];
        known.Clear();
        foreach (BfdKey key in Keys)
        {
            if (known[key.Id])
            {
                throw new ArgumentException($"Key id {key.Id} is used twice.");
            }

            known[key.Id] = true;
            if (key.Secret.Count == 0 || key.Secret.Count > LongestSecret(Type))
            {
                throw new ArgumentException($"The secret of key {key.Id} has {key.Secret.Count} bytes, not 1 to {LongestSecret(Type)}.");
            }
        }

        if (!known[ActiveKey])
        {
            throw new ArgumentException($"Key {ActiveKey}, which is to be sent with, is not among the keys.");
        }
    }
}
