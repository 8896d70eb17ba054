namespace Keepalived.Bfd.Protocol;

/// <summary>The part that judges received packets and steps the state machine (RFC 5880 sections 6.2 and 6.8.6).</summary>
public sealed partial class BfdSession
{
    private BfdAuthenticator? _authenticator;
    private uint _remoteMinimumReceive = 1;
    private uint _remoteMinimumTransmit;
    private uint _remoteMinimumEchoReceive;
    private byte _remoteMultiplier;
    private bool _remoteDemands;

    /// <summary>bfd.RemoteMinRxInterval as last heard; zero: the neighbour wants no periodic packets.</summary>
    public TimeSpan RemoteMinimumReceive => Interval(_remoteMinimumReceive);

    /// <summary>The neighbour's Desired Min TX Interval as last heard; zero before the first packet.</summary>
    public TimeSpan RemoteMinimumTransmit => Interval(_remoteMinimumTransmit);

    /// <summary>The neighbour's Required Min Echo RX Interval as last heard; zero: it returns no echo packets.</summary>
    public TimeSpan RemoteMinimumEchoReceive => Interval(_remoteMinimumEchoReceive);

    /// <summary>The neighbour's detection multiplier as last heard; 0 before the first packet.</summary>
    public byte RemoteMultiplier => _remoteMultiplier;

    /// <summary>bfd.RemoteDemandMode as last heard.</summary>
    public bool RemoteDemands => _remoteDemands;

    // The checks that need the session; those before stand in BfdControlPacket.Read and BfdSessionTable.
    private BfdDropReason Judge(in BfdControlPacket packet, BfdArrival arrival)
    {
        if (!IsStarted)
        {
            return BfdDropReason.NotRunning;
        }

        if (arrival.IsMultihop != Options.IsMultihop)
        {
            return BfdDropReason.WrongPort;
        }

        if (arrival.TimeToLive < Options.LowestTimeToLive)
        {
            return BfdDropReason.TimeToLive;
        }

        if (_authenticator is null)
        {
            return packet.IsAuthenticated ? BfdDropReason.AuthenticationUnexpected : BfdDropReason.None;
        }

        if (!packet.IsAuthenticated)
        {
            return BfdDropReason.AuthenticationMissing;
        }

        // bfd.AuthSeqKnown: after twice the detection time without a packet the sequence may be that of another run (section 6.8.1).
        if (_lastReceived is not { } last || _now - last >= DetectionTime * 2)
        {
            _authenticator.ForgetSequence();
        }

        return _authenticator.Judge(packet);
    }

    private BfdDropReason Accept(in BfdControlPacket packet)
    {
        bool isNewTiming = packet.DesiredMinimumTransmit != _remoteMinimumTransmit
            || packet.RequiredMinimumReceive != _remoteMinimumReceive
            || packet.DetectMultiplier != _remoteMultiplier;
        RemoteDiscriminator = packet.MyDiscriminator;
        RemoteState = packet.State;
        RemoteDiagnostic = packet.Diagnostic;
        _remoteDemands = packet.IsDemand;
        _remoteMinimumReceive = packet.RequiredMinimumReceive;
        _remoteMinimumTransmit = packet.DesiredMinimumTransmit;
        _remoteMinimumEchoReceive = packet.RequiredMinimumEchoReceive;
        _remoteMultiplier = packet.DetectMultiplier;
        MonotonicTime? before = _lastReceived;
        _lastReceived = _now;
        _isHeard = true;
        _isSecondLook = false;
        HearAboutPoll(packet.IsFinal);
        if (isNewTiming && State == BfdState.Up)
        {
            Report(BfdReportKind.NeighborTimingChanged);
        }

        if (State == BfdState.AdminDown)
        {
            if (_isPathLost && _now - _lastRetry >= ShortestRetry)
            {
                TryReopen();
            }

            return BfdDropReason.NotRunning;
        }

        Step(packet, before);
        _answersPoll = packet.IsPoll;
        return BfdDropReason.None;
    }

    // Section 6.8.6, from "If received state is AdminDown". What is not named here changes nothing.
    private void Step(in BfdControlPacket packet, MonotonicTime? before)
    {
        switch (State, packet.State)
        {
            case (BfdState.Init or BfdState.Up, BfdState.AdminDown):
                Enter(BfdState.Down, CauseOf(BfdCauseKind.NeighborAdminDown, before));
                break;
            case (BfdState.Down, BfdState.Down):
                Enter(BfdState.Init, CauseOf(BfdCauseKind.NeighborHeard, before));
                break;
            case (BfdState.Down, BfdState.Init):
            case (BfdState.Init, BfdState.Init or BfdState.Up):
                Enter(BfdState.Up, CauseOf(BfdCauseKind.NeighborHearsUs, before));
                break;
            case (BfdState.Up, BfdState.Down):
                Enter(BfdState.Down, CauseOf(BfdCauseKind.NeighborDown, before));
                break;
        }
    }

    private BfdCause CauseOf(BfdCauseKind kind, MonotonicTime? lastHeard) => new(kind)
    {
        RemoteState = RemoteState,
        RemoteDiagnostic = RemoteDiagnostic,
        DetectionTime = DetectionTime,
        Silence = lastHeard is { } last ? _now - last : default,
    };

    private static TimeSpan Interval(uint microseconds) => new(microseconds * TimeSpan.TicksPerMicrosecond);

    private static uint Microseconds(TimeSpan interval) => (uint)(interval.Ticks / TimeSpan.TicksPerMicrosecond);
}
