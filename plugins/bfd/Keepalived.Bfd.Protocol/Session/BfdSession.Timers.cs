namespace Keepalived.Bfd.Protocol;

/// <summary>The part that sends periodically and notices silence (RFC 5880 sections 6.8.2, 6.8.4 and 6.8.7).</summary>
public sealed partial class BfdSession
{
    // Shares of an interval in units of 1/4096: a packet is sent 75 to 90 % of the interval after the last, as keepalived does it
    // whatever the multiplier. The RFC permits up to 100 % where the multiplier is not 1; 90 % is right for both.
    private const int JitterUnits = 4096;
    private const int ShortestShare = JitterUnits * 75 / 100;
    private const int LongestShare = JitterUnits * 90 / 100;

    // Silence noticed later than this part of the detection time was not noticed in time because this process did not run.
    private const int AsleepPart = 8;

    private readonly byte[] _packet = new byte[BfdControlPacket.LongestLength];
    private BfdControlHeader _lastSent;
    private MonotonicTime _lastSentAt;
    private TimeSpan _scheduledInterval;
    private MonotonicTime _transmitAt = MonotonicTime.Never;
    private MonotonicTime? _lastReceived;
    private bool _isHeard;
    private bool _isSecondLook;
    private bool _isPatient;
    private MonotonicTime _detectAt = MonotonicTime.Never;
    private MonotonicTime _deadlineHandedOut = MonotonicTime.Never;

    /// <summary>Interval of own packets before jitter: the slower of what we want and what the neighbour takes.</summary>
    public TimeSpan TransmitInterval => Interval(Math.Max(_usedTransmit, _remoteMinimumReceive));

    /// <summary>After this long without a packet the session is down (section 6.8.4); zero before the first packet.</summary>
    public TimeSpan DetectionTime => Interval(Math.Max(_usedReceive, _remoteMinimumTransmit)) * _remoteMultiplier;

    /// <summary>When the last packet came that counted; null before the first.</summary>
    public MonotonicTime? LastReceived => _lastReceived;

    /// <summary>The neighbour is in demand mode and both are up: it wants no periodic packets (section 6.6).</summary>
    public bool IsRemoteDemandActive => _remoteDemands && State == BfdState.Up && RemoteState == BfdState.Up;

    private bool MaySend => IsStarted && !_isPathLost && !(Options.IsPassive && RemoteDiscriminator == 0);

    private bool SendsPeriodically => MaySend && _remoteMinimumReceive != 0 && (!IsRemoteDemandActive || IsPolling);

    private BfdControlHeader Header => new()
    {
        Diagnostic = Diagnostic,
        State = State,
        IsAuthenticated = _authenticator is not null,
        DetectMultiplier = Options.DetectMultiplier,
        MyDiscriminator = LocalDiscriminator,
        YourDiscriminator = RemoteDiscriminator,
        DesiredMinimumTransmit = _advertisedTransmit,
        RequiredMinimumReceive = _advertisedReceive,
        RequiredMinimumEchoReceive = Microseconds(Options.MinimumEchoReceive),
    };

    private void RunTimers()
    {
        if (_now >= _retryAt)
        {
            TryReopen();
        }

        if (_now >= _detectAt)
        {
            NoticeSilence();
        }

        RunEchoTimers();
    }

    private void NoticeSilence()
    {
        if (!_isSecondLook)
        {
            _isSecondLook = true;
            return;
        }

        TimeSpan lateness = _now - _detectAt;
        BfdCause cause = CauseOf(BfdCauseKind.DetectionTimeExpired, _lastReceived) with
        {
            Lateness = lateness,
            WasAsleep = lateness * AsleepPart >= DetectionTime,
        };
        ForgetNeighbor();
        if (State is BfdState.Init or BfdState.Up)
        {
            Enter(BfdState.Down, cause);
        }
    }

    // Section 6.8.1: without a valid packet for a detection time the neighbour's discriminator is not known any more. What it
    // demanded goes with it, as for a session that has not begun: it may come back as another one.
    private void ForgetNeighbor()
    {
        _isHeard = false;
        _isSecondLook = false;
        RemoteDiscriminator = 0;
        RemoteState = BfdState.Down;
        _remoteDemands = false;
        _remoteMinimumReceive = 1;
        _remoteMinimumEchoReceive = 0;
    }

    private void RefreshDetection() =>
        _detectAt = _isHeard && _lastReceived is { } last ? last + DetectionTime : MonotonicTime.Never;

    // At most one packet per input: what is due and what changed go together, and a final carries the change as well.
    private void SendWhatIsDue()
    {
        bool isFinal = _answersPoll;
        _answersPoll = false;
        if (isFinal && IsStarted && !_isPathLost)
        {
            Statistics.FinalsSent++;
            Send(Header, isFinal: true);
        }
        else if (MaySend && (_now >= _transmitAt || (!_isPatient && Header != _lastSent)))
        {
            Send(Header, isFinal: false);
        }
    }

    private void Send(in BfdControlHeader header, bool isFinal)
    {
        bool isNew = header != _lastSent;
        int length = BfdControlPacket.HeaderLength + (_authenticator?.SectionLength ?? 0);
        Span<byte> packet = _packet.AsSpan(0, length);
        (header with { IsFinal = isFinal, IsPoll = IsPolling && !isFinal }).Write(packet);
        _authenticator?.Seal(packet, isNew);
        _lastSent = header;
        // Where control packets pass and echo packets do not, answering at once would bring the session up and down many times a
        // second; after the loss is told, the next word waits for the idle interval.
        _isPatient = isNew && header is { State: BfdState.Down, Diagnostic: BfdDiagnostic.EchoFailed };
        if (!isFinal || !IsPolling)
        {
            // A neighbour that polls all the time must not put off a poll of ours for ever.
            _lastSentAt = _now;
            _scheduledInterval = default;
        }

        Statistics.Sent++;
        _effects.Send(packet);
    }

    // The next packet: a jittered interval after the last one, whenever a packet was sent or the interval is another one. An interval
    // that became shorter so counts from the last packet and may be over already (section 6.8.3).
    private void ScheduleTransmission()
    {
        TimeSpan interval = SendsPeriodically ? TransmitInterval : default;
        if (interval == default)
        {
            _transmitAt = MonotonicTime.Never;
        }
        else if (interval != _scheduledInterval)
        {
            _transmitAt = MonotonicTime.Max(_now, _lastSentAt + Jittered(interval));
        }

        _scheduledInterval = interval;
    }

    private TimeSpan Jittered(TimeSpan interval) =>
        new(interval.Ticks * (ShortestShare + _random.Next(LongestShare - ShortestShare + 1)) / JitterUnits);

    private void HandOutDeadline(bool always)
    {
        MonotonicTime next = IsStarted
            ? MonotonicTime.Min(MonotonicTime.Min(_transmitAt, _detectAt), MonotonicTime.Min(_retryAt, NextEchoDeadline))
            : MonotonicTime.Never;
        if (always || next != _deadlineHandedOut)
        {
            _deadlineHandedOut = next;
            _effects.SetDeadline(next == MonotonicTime.Never ? null : next);
        }
    }
}
