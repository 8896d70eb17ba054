using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Keepalived.Bfd.Protocol;

/// <summary>
/// Writes and judges the authentication sections of one session (RFC 5880 sections 4.2 to 4.4 and 6.7), with the sequence numbers of
/// both directions. Allocates nothing after its construction.
/// </summary>
/// <remarks>
/// <code>
/// |   Auth Type   |   Auth Len    |  Auth Key ID  |  Password ... |      password: 4..19 bytes
/// |   Auth Type   |   Auth Len    |  Auth Key ID  |   Reserved    |      digests: 24 bytes (MD5), 28 (SHA-1)
/// |                        Sequence Number                        |
/// |                  Digest: 16 or 20 bytes ...                   |
/// </code>
/// The digest is made over the whole packet with the secret, zeros behind it, in the place of the digest.
/// </remarks>
internal sealed class BfdAuthenticator
{
    private const int LengthOffset = 1;
    private const int KeyIdOffset = 2;
    private const int PasswordOffset = 3;
    private const int SequenceOffset = 4;
    private const int DigestOffset = 8;
    private const int LongestPacket = byte.MaxValue;

    // Section 6.7.3: a sender may be this many of its multipliers ahead.
    private const int WindowMultipliers = 3;

    private readonly BfdAuthentication _settings;
    private readonly BfdKey _active;
    private uint _sent;
    private uint _received;
    private bool _isReceivedKnown;

    private BfdAuthenticator(BfdAuthentication settings, uint firstSequence)
    {
        _settings = settings;
        _active = Find(settings.ActiveKey) ?? throw new ArgumentException("The active key is not among the keys.", nameof(settings));
        _sent = firstSequence;
        SectionLength = UsesDigest ? DigestOffset + DigestLength : PasswordOffset + _active.Secret.Count;
        if (UsesDigest)
        {
            // Once ahead: the library behind the digest is loaded now and not with the first packet.
            Digest([], stackalloc byte[DigestLength]);
        }
    }

    /// <summary>Bytes of the section of own packets.</summary>
    public int SectionLength { get; }

    /// <summary>bfd.XmitAuthSeq: the number in the last packet sent.</summary>
    public uint SentSequence => _sent;

    /// <summary>bfd.RcvAuthSeq, or null while it is not known.</summary>
    public uint? ReceivedSequence => _isReceivedKnown ? _received : null;

    private bool UsesDigest => _settings.Type != BfdAuthenticationType.SimplePassword;

    private bool IsMeticulous => _settings.Type is BfdAuthenticationType.MeticulousKeyedMd5 or BfdAuthenticationType.MeticulousKeyedSha1;

    private bool UsesSha1 => _settings.Type is BfdAuthenticationType.KeyedSha1 or BfdAuthenticationType.MeticulousKeyedSha1;

    private int DigestLength => UsesSha1 ? SHA1.HashSizeInBytes : MD5.HashSizeInBytes;

    /// <summary>
    /// Makes one; null for none. The sequence begins at random (section 6.8.1), or goes on after <paramref name="previous"/>: the
    /// neighbour would drop what is outside its window.
    /// </summary>
    public static BfdAuthenticator? For(BfdAuthentication? settings, Random random, BfdAuthenticator? previous)
    {
        if (settings is null)
        {
            return null;
        }

        uint first = previous?._sent ?? (uint)random.NextInt64(1L + uint.MaxValue);
        return new(settings, first)
        {
            _received = previous?._received ?? 0,
            _isReceivedKnown = previous is { _isReceivedKnown: true },
        };
    }

    /// <summary>bfd.AuthSeqKnown becomes 0: the next sequence number is believed whatever it is.</summary>
    public void ForgetSequence() => _isReceivedKnown = false;

    /// <summary>Writes the section behind the header.</summary>
    /// <param name="packet">The whole packet, its header complete.</param>
    /// <param name="isNew">It says something else than the packet before: a sequence that is not meticulous moves too.</param>
    public void Seal(Span<byte> packet, bool isNew)
    {
        Span<byte> section = packet[BfdControlPacket.HeaderLength..];
        section.Clear();
        section[0] = (byte)_settings.Type;
        section[LengthOffset] = (byte)section.Length;
        section[KeyIdOffset] = _active.Id;
        if (!UsesDigest)
        {
            _active.Secret.AsSpan().CopyTo(section[PasswordOffset..]);
            return;
        }

        if (IsMeticulous || isNew)
        {
            _sent = unchecked(_sent + 1);
        }

        BinaryPrimitives.WriteUInt32BigEndian(section[SequenceOffset..], _sent);
        Span<byte> digest = section[DigestOffset..];
        _active.Secret.AsSpan().CopyTo(digest);
        Span<byte> computed = stackalloc byte[DigestLength];
        Digest(packet, computed);
        computed.CopyTo(digest);
    }

    /// <summary>
    /// Believes a packet or says why not. Only one with the right digest moves the sequence, which the RFC's order of steps would
    /// leave open at the first packet: a forged number must not silence the true sender.
    /// </summary>
    public BfdDropReason Judge(in BfdControlPacket packet)
    {
        ReadOnlySpan<byte> section = packet.AuthenticationSection;
        if (section[0] != (byte)_settings.Type)
        {
            return BfdDropReason.AuthenticationType;
        }

        if (section.Length <= PasswordOffset || section[LengthOffset] != section.Length)
        {
            return BfdDropReason.AuthenticationLength;
        }

        if (UsesDigest && section.Length != DigestOffset + DigestLength)
        {
            return BfdDropReason.AuthenticationLength;
        }

        if (Find(section[KeyIdOffset]) is not { } key)
        {
            return BfdDropReason.AuthenticationKey;
        }

        return UsesDigest ? JudgeDigest(packet, section, key) : JudgePassword(section, key);
    }

    private static BfdDropReason JudgePassword(ReadOnlySpan<byte> section, BfdKey key) =>
        CryptographicOperations.FixedTimeEquals(section[PasswordOffset..], key.Secret.AsSpan()) ? BfdDropReason.None : BfdDropReason.AuthenticationDigest;

    private BfdDropReason JudgeDigest(in BfdControlPacket packet, ReadOnlySpan<byte> section, BfdKey key)
    {
        uint sequence = BinaryPrimitives.ReadUInt32BigEndian(section[SequenceOffset..]);
        uint ahead = unchecked(sequence - _received);
        if (_isReceivedKnown && (ahead > WindowMultipliers * packet.DetectMultiplier || (IsMeticulous && ahead == 0)))
        {
            return BfdDropReason.AuthenticationSequence;
        }

        Span<byte> copy = stackalloc byte[LongestPacket];
        copy = copy[..packet.Bytes.Length];
        packet.Bytes.CopyTo(copy);
        Span<byte> secret = copy[(BfdControlPacket.HeaderLength + DigestOffset)..];
        secret.Clear();
        key.Secret.AsSpan().CopyTo(secret);
        Span<byte> computed = stackalloc byte[DigestLength];
        Digest(copy, computed);
        if (!CryptographicOperations.FixedTimeEquals(computed, section[DigestOffset..]))
        {
            return BfdDropReason.AuthenticationDigest;
        }

        _received = sequence;
        _isReceivedKnown = true;
        return BfdDropReason.None;
    }

#pragma warning disable CA5350, CA5351 // The RFC names these two; the decision which to use is the operator's.
    private void Digest(ReadOnlySpan<byte> packet, Span<byte> digest)
    {
        if (UsesSha1)
        {
            SHA1.HashData(packet, digest);
        }
        else
        {
            MD5.HashData(packet, digest);
        }
    }
#pragma warning restore CA5350, CA5351

    private BfdKey? Find(byte id)
    {
        foreach (BfdKey key in _settings.Keys)
        {
            if (key.Id == id)
            {
                return key;
            }
        }

        return null;
    }
}
