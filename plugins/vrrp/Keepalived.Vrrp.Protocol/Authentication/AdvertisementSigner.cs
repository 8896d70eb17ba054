namespace Keepalived.Vrrp.Protocol;

/// <summary>
/// Signs the advertisements of one instance with its active key. Keeps the last stamp, so that no two advertisements have the
/// same one and none goes back, whatever the clock does.
/// </summary>
/// <remarks>
/// Clock steps. A clock that stands still or goes back by less than the window: the last stamp is counted up, which receivers
/// accept, until the clock has caught up. A clock that goes back by more: the stamps were wrong before and receivers with the
/// right time refuse them, so stamps follow the clock at once. In monotonic mode there is no window, and stamps never go back.
/// </remarks>
public sealed class AdvertisementSigner
{
    private readonly byte[] _trailer = new byte[AuthenticationTrailer.Length];
    private byte[] _image = [];
    private HmacKey? _key;
    private TimeSpan? _window;
    private bool _hasSent;

    /// <summary>A signer that has not signed anything.</summary>
    public AdvertisementSigner()
    {
    }

    // One that goes on after a stamp: tests reach counters that a clock reaches never.
    internal AdvertisementSigner(SequenceStamp last) => (Last, _hasSent) = (last, true);

    /// <summary>The stamp of the last signature.</summary>
    public SequenceStamp Last { get; private set; }

    /// <summary>The trailer made last.</summary>
    public ReadOnlySpan<byte> Trailer => _trailer;

    /// <summary>Takes what is signed from now on: at start, and when configuration or source change. The stamps go on.</summary>
    public void Prepare(HmacSettings settings, AdvertisementFormat format, InternetAddress source)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(format);
        _key = settings.Find(settings.ActiveKey)
            ?? throw new ArgumentException($"The active key {settings.ActiveKey} is not among the keys.", nameof(settings));
        _window = settings.TimeWindow;
        _image = new byte[AuthenticationTrailer.ImageLength(format.MessageLength)];
        byte[] message = new byte[format.MessageLength];
        AdvertisementImage.WriteMessage(message, format);
        AuthenticationTrailer.WriteImage(_image, message, source);
        // Once ahead: the library behind the digest is loaded now and not with the first advertisement of a new master.
        AuthenticationTrailer.ComputeDigest(_key, _image, stackalloc byte[AuthenticationTrailer.DigestLength]);
    }

    /// <summary>Signs an advertisement of this priority; the result is in <see cref="Trailer"/>, for all destinations.</summary>
    /// <param name="priority">Priority in the message.</param>
    /// <param name="wallClock">The time of day.</param>
    /// <exception cref="InvalidOperationException">Called before <see cref="Prepare"/>.</exception>
    public void Sign(byte priority, DateTimeOffset wallClock)
    {
        if (_key is not { } key)
        {
            throw new InvalidOperationException("A signer has to be prepared before it signs.");
        }

        Last = NextStamp(SequenceStamp.At(wallClock));
        _hasSent = true;
        AuthenticationTrailer.MessageIn(_image)[VrrpAdvertisement.PriorityOffset] = priority;
        AuthenticationTrailer.WriteHeader(AuthenticationTrailer.TrailerIn(_image), key.Id, Last);
        AuthenticationTrailer.TrailerIn(_image)[..AuthenticationTrailer.DigestOffset].CopyTo(_trailer);
        AuthenticationTrailer.ComputeDigest(key, _image, _trailer.AsSpan(AuthenticationTrailer.DigestOffset));
    }

    private SequenceStamp NextStamp(SequenceStamp clock)
    {
        bool hasStepped = _window is { } window && Last.Since(clock) > window;
        return !_hasSent || hasStepped || clock.IsAfter(Last) ? clock : Last.Next;
    }
}
