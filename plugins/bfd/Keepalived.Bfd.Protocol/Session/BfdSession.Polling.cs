namespace Keepalived.Bfd.Protocol;

/// <summary>The part that advertises own parameters and changes them by poll sequences (RFC 5880 sections 6.5 and 6.8.3).</summary>
public sealed partial class BfdSession
{
    private enum PollPhase
    {
        None,

        // Packets carry Poll until a Final comes.
        Asking,

        // A packet without Final must come before another sequence may begin: else a late Final would end the wrong one.
        Settling,
    }

    // Section 6.8.3: a session with echo hears control packets this seldom, since echo does the detecting.
    private static readonly TimeSpan SlowReceive = TimeSpan.FromSeconds(1);

    private PollPhase _poll;
    private uint _advertisedTransmit;
    private uint _advertisedReceive;
    private uint _usedTransmit;
    private uint _usedReceive;

    /// <summary>A poll sequence is under way.</summary>
    public bool IsPolling => _poll == PollPhase.Asking;

    /// <summary>bfd.DesiredMinTxInterval, as it stands in packets.</summary>
    public TimeSpan DesiredMinimumTransmit => Interval(_advertisedTransmit);

    /// <summary>bfd.RequiredMinRxInterval, as it stands in packets.</summary>
    public TimeSpan RequiredMinimumReceive => Interval(_advertisedReceive);

    private uint WantedTransmit => Microseconds(State == BfdState.Up ? Options.MinimumTransmit : Options.IdleTransmit);

    private uint WantedReceive =>
        Microseconds(_isEchoing && Options.MinimumReceive < SlowReceive ? SlowReceive : Options.MinimumReceive);

    private void ResetParameters()
    {
        _advertisedTransmit = _usedTransmit = WantedTransmit;
        _advertisedReceive = _usedReceive = WantedReceive;
    }

    private void RefreshParameters()
    {
        if (State != BfdState.Up)
        {
            // Nothing is at stake that would need the neighbour's word: its next packet and ours carry what holds.
            _poll = PollPhase.None;
            ResetParameters();
            return;
        }

        uint transmit = WantedTransmit;
        uint receive = WantedReceive;
        if (_poll != PollPhase.None || (transmit == _advertisedTransmit && receive == _advertisedReceive))
        {
            return;
        }

        // Slower sending, and a shorter detection time by a shorter receive interval, only when the neighbour knows of it.
        _usedTransmit = Math.Min(transmit, _usedTransmit);
        _usedReceive = Math.Max(receive, _usedReceive);
        _advertisedTransmit = transmit;
        _advertisedReceive = receive;
        _poll = PollPhase.Asking;
        Statistics.PollsStarted++;
        Report(BfdReportKind.PollStarted);
    }

    private void HearAboutPoll(bool isFinal)
    {
        if (isFinal && _poll == PollPhase.Asking)
        {
            _poll = PollPhase.Settling;
            _usedTransmit = _advertisedTransmit;
            _usedReceive = _advertisedReceive;
            Statistics.PollsCompleted++;
            Report(BfdReportKind.PollCompleted);
        }
        else if (!isFinal && _poll == PollPhase.Settling)
        {
            _poll = PollPhase.None;
        }
    }

    private void Report(BfdReportKind kind) => _effects.Report(new(kind, TransmitInterval, DetectionTime));
}
