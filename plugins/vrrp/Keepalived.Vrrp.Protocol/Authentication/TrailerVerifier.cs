using System.Security.Cryptography;

namespace Keepalived.Vrrp.Protocol;

/// <summary>
/// Judges the trailers of received advertisements, in keepalived's order: malformed, stale, unknown key, bad digest, replay.
/// Stale comes before the digest because it is cheap; a stamp is remembered only after everything else was right.
/// </summary>
/// <remarks>
/// Clock steps. When the own clock goes back by more than the window, what is remembered of senders lies in a future that will
/// not come for long, and their right advertisements would count as repeated until then; such a memory is not believed. The
/// price is named: what was recorded in the meantime could be played back once. A step of less than the window changes nothing.
/// </remarks>
internal sealed class TrailerVerifier
{
    private readonly ReplayMemory _memory = new();
    private HmacSettings? _settings;
    private byte[] _image = [];

    /// <summary>Takes keys, window and peers; what is remembered of senders stays.</summary>
    public void Prepare(HmacSettings settings, ReceiveRules rules)
    {
        _settings = settings;
        _memory.SetPeers(rules.IsUnicast ? rules.Peers.AsSpan() : []);
        int length = AuthenticationTrailer.ImageLength(rules.Format.MessageLength);
        if (_image.Length < length)
        {
            _image = new byte[length];
        }
    }

    /// <summary>Judges one trailer.</summary>
    /// <param name="message">The advertisement, measured.</param>
    /// <param name="trailer">The 28 bytes behind it.</param>
    /// <param name="source">The sender.</param>
    /// <param name="wallClock">The time of day.</param>
    /// <param name="skew">How far the sender's clock is ahead of ours; zero in monotonic mode.</param>
    public ReceiveFinding Judge(
        ReadOnlySpan<byte> message, ReadOnlySpan<byte> trailer, InternetAddress source, DateTimeOffset wallClock, out TimeSpan skew)
    {
        HmacSettings settings = _settings ?? throw new InvalidOperationException("A verifier has to be prepared before it judges.");
        skew = default;
        if (!AuthenticationTrailer.IsWellFormed(trailer))
        {
            return ReceiveFinding.TrailerMalformed;
        }

        SequenceStamp stamp = AuthenticationTrailer.Stamp(trailer);
        SequenceStamp now = SequenceStamp.At(wallClock);
        if (settings.TimeWindow is { } window)
        {
            skew = stamp.Since(now);
            if (skew > window || -skew > window)
            {
                return ReceiveFinding.TrailerStale;
            }
        }

        if (settings.Find(trailer[AuthenticationTrailer.KeyIdOffset]) is not { } key)
        {
            return ReceiveFinding.TrailerUnknownKey;
        }

        if (!HasRightDigest(key, message, trailer, source))
        {
            return ReceiveFinding.TrailerDigest;
        }

        if (IsRepeated(source, stamp, now, settings.TimeWindow))
        {
            return ReceiveFinding.TrailerReplay;
        }

        _memory.Set(source, stamp);
        return ReceiveFinding.None;
    }

    private bool IsRepeated(InternetAddress source, SequenceStamp stamp, SequenceStamp now, TimeSpan? window) =>
        _memory.TryGet(source, out SequenceStamp last)
        && !stamp.IsAfter(last)
        && !(window is { } limit && last.Since(now) > limit);

    private bool HasRightDigest(HmacKey key, ReadOnlySpan<byte> message, ReadOnlySpan<byte> trailer, InternetAddress source)
    {
        int length = AuthenticationTrailer.ImageLength(message.Length);
        if (_image.Length < length)
        {
            // Once at most: an address count above our own.
            _image = new byte[AuthenticationTrailer.ImageLength(VrrpAdvertisement.LongestMessage)];
        }

        Span<byte> image = _image.AsSpan(0, length);
        AuthenticationTrailer.WriteImage(image, message, source);
        trailer[..AuthenticationTrailer.DigestOffset].CopyTo(AuthenticationTrailer.TrailerIn(image));
        Span<byte> digest = stackalloc byte[AuthenticationTrailer.DigestLength];
        AuthenticationTrailer.ComputeDigest(key, image, digest);
        return CryptographicOperations.FixedTimeEquals(digest, AuthenticationTrailer.Digest(trailer));
    }
}
