namespace Keepalived.Bfd.Protocol;

/// <summary>The part that sends echo packets and notices when they stay away (RFC 5880 sections 6.4, 6.8.5, 6.8.8, 6.8.9; RFC 5881 section 4).</summary>
public sealed partial class BfdSession
{
    private readonly BfdEchoSigner _echoSigner;
    private readonly byte[] _echo = new byte[BfdEchoSigner.PacketLength];
    private bool _isEchoing;
    private bool _isEchoSecondLook;
    private ulong _echoSent;
    private ulong _echoReturned;
    private MonotonicTime _echoAt = MonotonicTime.Never;
    private MonotonicTime _lastEcho;

    /// <summary>Echo packets are being sent: configured, both sides up, and the neighbour returns them.</summary>
    public bool IsEchoing => _isEchoing;

    /// <summary>Interval of echo packets before jitter: the slower of ours and what the neighbour permits; zero while none are sent.</summary>
    public TimeSpan EchoInterval => _isEchoing && Options.EchoInterval is { } interval
        ? Interval(Math.Max(Microseconds(interval), _remoteMinimumEchoReceive))
        : default;

    /// <summary>After this long without a returned echo packet the session is down; zero while none are sent.</summary>
    public TimeSpan EchoDetectionTime => EchoInterval * Options.DetectMultiplier;

    private MonotonicTime EchoDetectAt => _isEchoing ? _lastEcho + EchoDetectionTime : MonotonicTime.Never;

    private MonotonicTime NextEchoDeadline => MonotonicTime.Min(_echoAt, EchoDetectAt);

    /// <summary>An echo packet of this session came back.</summary>
    /// <param name="sequence">From <see cref="BfdEchoSigner.TryRead"/>.</param>
    /// <param name="now">The time.</param>
    public BfdDropReason ReceiveEcho(ulong sequence, MonotonicTime now)
    {
        Begin(now);
        BfdDropReason reason = _isEchoing && sequence > _echoReturned && sequence <= _echoSent ? BfdDropReason.None : BfdDropReason.EchoStale;
        if (reason == BfdDropReason.None)
        {
            _echoReturned = sequence;
            _lastEcho = now;
            _isEchoSecondLook = false;
            Statistics.EchoesReturned++;
        }
        else
        {
            Statistics.Dropped.Add(reason);
        }

        End();
        return reason;
    }

    private void RefreshEcho()
    {
        bool shall = IsStarted && Options.EchoInterval is not null && State == BfdState.Up && RemoteState == BfdState.Up && _remoteMinimumEchoReceive != 0;
        if (shall == _isEchoing)
        {
            return;
        }

        _isEchoing = shall;
        _isEchoSecondLook = false;
        _lastEcho = _now;
        // What was sent before may not prove anything about now.
        _echoReturned = _echoSent;
        _echoAt = MonotonicTime.Never;
        if (shall)
        {
            SendEcho();
        }

        Report(shall ? BfdReportKind.EchoStarted : BfdReportKind.EchoStopped);
    }

    private void RunEchoTimers()
    {
        if (!_isEchoing)
        {
            return;
        }

        if (_now >= EchoDetectAt)
        {
            NoticeEchoSilence();
        }

        if (_isEchoing && _now >= _echoAt)
        {
            SendEcho();
        }
    }

    private void NoticeEchoSilence()
    {
        if (!_isEchoSecondLook)
        {
            _isEchoSecondLook = true;
            return;
        }

        TimeSpan lateness = _now - EchoDetectAt;
        Enter(BfdState.Down, CauseOf(BfdCauseKind.EchoFailed, _lastEcho) with
        {
            DetectionTime = EchoDetectionTime,
            Lateness = lateness,
            WasAsleep = lateness * AsleepPart >= EchoDetectionTime,
        });
        RefreshEcho();
    }

    private void SendEcho()
    {
        _echoSent++;
        _echoSigner.Write(_echo, LocalDiscriminator, _echoSent);
        _echoAt = _now + Jittered(EchoInterval);
        Statistics.EchoesSent++;
        _effects.SendEcho(_echo);
    }
}
