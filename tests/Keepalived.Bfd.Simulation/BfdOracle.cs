using System.Buffers.Binary;
using Keepalived.Bfd.Protocol;
using Keepalived.Simulation;

namespace Keepalived.Bfd.Simulation;

/// <summary>
/// Looks after the promises of one session, from the bytes on the wire, the configuration and the state of the network, without asking
/// the session for anything but its state.
/// </summary>
/// <remarks>
/// No false down     up is left only if a detection time has passed since the last packet arrived, and something was wrong on the way;
///                   or because the neighbour said so, which was not up then (RFC 5880 sections 6.8.4, 6.8.6).
/// Down in time      nobody is up without a packet for a detection time (section 6.8.4), nor after the neighbour said that it is not.
/// Pace              packets that say the same as the one before follow it after 75 to 90 % of the interval (section 6.8.7).
/// </remarks>
internal sealed class BfdOracle : ISimulationTarget
{
    // The clocks of two machines differ by at most 400 ppm, and a timer is looked for in steps of a microsecond.
    private static readonly TimeSpan Slack = TimeSpan.FromMilliseconds(2);

    private readonly BfdNetwork _network;
    private readonly BfdSide _side;
    private readonly byte[] _lastSent = new byte[BfdControlPacket.HeaderLength];
    private BfdSessionOptions? _previous;
    private MonotonicTime _lastSentAt;
    private bool _hasSent;
    private uint _heardTransmit;
    private uint _heardReceive = 1;
    private byte _heardMultiplier;
    private MonotonicTime _heardAt;
    private MonotonicTime _readAt;
    private bool _hasHeard;
    private bool _isChecking;
    private MonotonicTime _notUpUntil;
    private MonotonicTime _timingChangedAt;

    public BfdOracle(BfdNetwork network, BfdSide side)
    {
        _network = network;
        _side = side;
    }

    /// <summary>When the session was last in another state than up.</summary>
    public MonotonicTime NotUpUntil => _side.Session is { State: BfdState.Up } ? _notUpUntil : _network.Queue.Now;

    /// <summary>Up for so long that both ends have agreed on everything.</summary>
    public bool IsSettled => _side.Session is { State: BfdState.Up, IsPolling: false } && _network.Queue.Now - _notUpUntil > TimeSpan.FromSeconds(1);

    // With sequence numbers the session may refuse a packet that came late or twice; which, it is asked. Else every packet counts.
    private bool HasSequence => _side.Options.Authentication is { Type: > BfdAuthenticationType.SimplePassword };

    private MonotonicTime Now => _network.Queue.Now;

    private TimeSpan LongestDetection => Detection(Math.Max(ReceiveOf(_side.Options), ReceiveOf(_previous ?? _side.Options)), longest: true);

    private TimeSpan ShortestDetection => Detection(Math.Min(ReceiveOf(_side.Options), ReceiveOf(_previous ?? _side.Options)), longest: false);

    public void Opened()
    {
        _hasHeard = false;
        _hasSent = false;
        _previous = null;
        _notUpUntil = Now;
    }

    public void Vanished()
    {
        _notUpUntil = Now;
        _hasHeard = false;
    }

    public void Reconfiguring(BfdSessionOptions before, BfdSessionOptions after)
    {
        _previous = before;
        _timingChangedAt = Now;
        _ = after;
    }

    /// <summary>A packet is in the socket.</summary>
    public void Arrived(byte[] packet)
    {
        if (IsForThisSession(packet) && !HasSequence)
        {
            _heardAt = Now;
            _hasHeard = true;
        }
    }

    /// <summary>And was read.</summary>
    public void Read(byte[] packet, bool isAccepted)
    {
        if (_side.Session is not { } session || !IsForThisSession(packet) || (HasSequence && !isAccepted))
        {
            return;
        }

        if (HasSequence)
        {
            _heardAt = Now;
        }

        _readAt = Now;
        _hasHeard = true;
        _heardMultiplier = packet[2];
        uint transmit = Number(packet, 12), receive = Number(packet, 16);
        if (transmit != _heardTransmit || receive != _heardReceive)
        {
            _timingChangedAt = Now;
        }

        (_heardTransmit, _heardReceive) = (transmit, receive);
        if (session.State == BfdState.Up && packet[1] >> 6 <= (int)BfdState.Down)
        {
            _network.Violate($"{_side.Name} is up after its neighbour said that it is {(BfdState)(packet[1] >> 6)}");
        }

        if (!_isChecking)
        {
            _isChecking = true;
            _network.Queue.At(Now + LongestDetection + Slack, this, 0, 0, null);
        }
    }

    public void Sent(ReadOnlySpan<byte> packet)
    {
        ReadOnlySpan<byte> header = packet[..BfdControlPacket.HeaderLength];
        bool isFinal = (header[1] & 0x10) != 0;
        bool isSame = _hasSent && SaysTheSame(header, _lastSent);
        if (isSame && !isFinal && (_lastSent[1] & 0x10) == 0)
        {
            CheckPace(Now - _lastSentAt, Math.Max(Number(header, 12), _heardReceive));
        }

        header.CopyTo(_lastSent);
        _lastSentAt = Now;
        _hasSent = true;
    }

    public void Changed(BfdState before, BfdState after, in BfdCause cause)
    {
        if (before == BfdState.Up)
        {
            JudgeLoss(cause);
            _previous = null;
        }

        _notUpUntil = Now;
        _ = after;
    }

    void ISimulationTarget.Happen(int what, int argument, object? payload)
    {
        _isChecking = false;
        if (_side.Session is not { State: BfdState.Up })
        {
            return;
        }

        MonotonicTime due = MonotonicTime.Max(_readAt, _side.Machine.ResumedAt) + LongestDetection + Slack;
        if (!_side.Machine.Runs)
        {
            due = Now + LongestDetection + Slack;
        }
        else if (due <= Now)
        {
            _network.Violate($"{_side.Name} is up and has heard nothing for {(Now - _readAt).TotalMilliseconds:0.###} ms, its detection time is {LongestDetection.TotalMilliseconds} ms at most");
            return;
        }

        _isChecking = true;
        _network.Queue.At(due, this, 0, 0, null);
    }

    private void JudgeLoss(in BfdCause cause)
    {
        BfdSide peer = _side.Peer;
        switch (cause.Kind)
        {
            case BfdCauseKind.DetectionTimeExpired:
                TimeSpan silence = _hasHeard ? Now - _heardAt : TimeSpan.MaxValue;
                // On its own clock, which may run fast.
                if (silence + (silence / 2000) < ShortestDetection)
                {
                    _network.Violate($"{_side.Name} went down for silence, and a packet came {silence.TotalMilliseconds:0.###} ms ago; its detection time is {ShortestDetection.TotalMilliseconds} ms at least");
                }
                else if (!WasDisturbed(peer.Outgoing, peer.Machine, silence) && !WasSilenced(peer, silence) && !WasStill(_side.Machine, silence))
                {
                    _network.Violate($"{_side.Name} went down for silence, and nothing was wrong that {peer.Options.DetectMultiplier} packets do not tolerate");
                }

                break;
            case BfdCauseKind.NeighborDown or BfdCauseKind.NeighborAdminDown:
                if (Now - peer.Oracle.NotUpUntil > peer.Outgoing.LongestDelay + Slack && !WasStill(_side.Machine, TimeSpan.Zero))
                {
                    _network.Violate($"{_side.Name} went down because its neighbour is, which is not");
                }

                break;
            case BfdCauseKind.EchoFailed:
                TimeSpan window = (_side.Options.EchoInterval ?? default) * (_side.Options.DetectMultiplier + 2) * 20;
                if (!WasDisturbed(_side.Outgoing, peer.Machine, window) && !WasDisturbed(peer.Outgoing, peer.Machine, window) && !WasStill(_side.Machine, window))
                {
                    _network.Violate($"{_side.Name} went down for lost echoes, and nothing was wrong that {_side.Options.DetectMultiplier} echoes do not tolerate");
                }

                break;
        }
    }

    private bool WasDisturbed(BfdDirection direction, BfdMachine sender, TimeSpan window) =>
        direction.IsDisturbed || Now - direction.DisturbedUntil <= window + Slack || WasStill(sender, window);

    private bool WasStill(BfdMachine machine, TimeSpan window) => !machine.Runs || Now - machine.ResumedAt <= window + Slack;

    // A neighbour that is not up sends at its idle interval, and one that is passive and lost us not at all.
    private bool WasSilenced(BfdSide peer, TimeSpan window) =>
        peer.Session is null || Now - peer.Oracle.NotUpUntil <= window + Slack;

    private void CheckPace(TimeSpan gap, uint microseconds)
    {
        // While the pace itself changes, several are right.
        if (Now - _timingChangedAt <= TimeSpan.FromSeconds(3) || !IsSettled || WasStill(_side.Machine, gap))
        {
            return;
        }

        double share = gap.Ticks / (microseconds * 10.0);
        if (share is < 0.749 or > 0.902)
        {
            _network.Violate($"{_side.Name} sends after {share:0.000} of the interval, which is not 75 to 90 %");
        }
    }

    private TimeSpan Detection(uint receive, bool longest)
    {
        if (longest && _side.Options.EchoInterval is not null)
        {
            receive = Math.Max(receive, 1_000_000);
        }

        return TimeSpan.FromMicroseconds((double)Math.Max(receive, _heardTransmit) * _heardMultiplier);
    }

    // Only packets for the session as it is now: to an old discriminator nobody listens.
    private bool IsForThisSession(byte[] packet) =>
        _side.Session is { } session && (Number(packet, 8) == 0 || Number(packet, 8) == session.LocalDiscriminator);

    private static bool SaysTheSame(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other) =>
        one[0] == other[0] && ((one[1] ^ other[1]) & 0xC0) == 0 && one[2] == other[2] && one[4..].SequenceEqual(other[4..]);

    private static uint ReceiveOf(BfdSessionOptions options) => (uint)(options.MinimumReceive.Ticks / TimeSpan.TicksPerMicrosecond);

    private static uint Number(ReadOnlySpan<byte> packet, int offset) => BinaryPrimitives.ReadUInt32BigEndian(packet[offset..]);
}
