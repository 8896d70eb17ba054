using Keepalived.Bfd.Protocol;
using Keepalived.Simulation;

namespace Keepalived.Bfd.Simulation;

/// <summary>One end of a link with the session on it: the core, its timer, its socket, and who looks after its promises.</summary>
public sealed class BfdSide : IBfdSessionEffects, ISimulationTarget
{
    private const int Control = 0;
    private const int Echo = 1;

    private readonly BfdNetwork _network;
    private readonly int _path;
    private BfdSession? _session;
    private int _echoesLostInARow;

    internal BfdSide(BfdNetwork network, BfdMachine machine, BfdDirection outgoing, BfdSessionOptions options)
    {
        _network = network;
        _path = machine.Sides.Count;
        Machine = machine;
        Outgoing = outgoing;
        Options = options;
        Oracle = new(network, this);
        machine.Sides.Add(this);
    }

    /// <summary>Where it is.</summary>
    public BfdMachine Machine { get; }

    /// <summary>The other end.</summary>
    public BfdSide Peer { get; internal set; } = null!;

    /// <summary>What it sends through.</summary>
    public BfdDirection Outgoing { get; }

    /// <summary>Its configuration.</summary>
    public BfdSessionOptions Options { get; private set; }

    /// <summary>The session; null while the process is not there.</summary>
    public BfdSession? Session => _session;

    internal BfdOracle Oracle { get; }

    internal MonotonicTime Deadline { get; private set; } = MonotonicTime.Never;

    internal string Name => $"{Machine.Name}/{_path}";

    internal void Open()
    {
        _session = Machine.Table.Open(_path, Options, this);
        Oracle.Opened();
        _session.Start(Machine.Clock);
    }

    internal void Vanish()
    {
        _session = null;
        Deadline = MonotonicTime.Never;
        Oracle.Vanished();
    }

    internal void Reconfigure(BfdSessionOptions options)
    {
        Oracle.Reconfiguring(Options, options);
        Options = options;
        _session?.Reconfigure(options, Machine.Clock);
        Machine.Arm();
    }

    internal void TakeDown()
    {
        _session?.TakeDown(Machine.Clock);
        Machine.Arm();
    }

    internal void PutBack()
    {
        _session?.PutBack(Machine.Clock);
        Machine.Arm();
    }

    internal void Advance(MonotonicTime now) => Machine.Interposer.Advance(_session!, now);

    internal void Read(byte[] packet, bool isEcho, MonotonicTime now)
    {
        if (isEcho)
        {
            Machine.Table.ReceiveEcho(packet, now);
            return;
        }

        byte[] given = [.. packet];
        if (!Machine.Interposer.Receives(_session, given))
        {
            Oracle.Read(packet, isAccepted: true);
            return;
        }

        BfdReceipt receipt = Machine.Table.Receive(given, _path, new(byte.MaxValue, Options.IsMultihop), now);
        Oracle.Read(packet, receipt.IsAccepted);
    }

    void IBfdSessionEffects.Send(ReadOnlySpan<byte> packet)
    {
        if (!Machine.Interposer.Sends(_session!, packet))
        {
            return;
        }

        Oracle.Sent(packet);
        _network.NotePacket(this, packet);
        if (Outgoing.Loses(Options.DetectMultiplier - 1))
        {
            return;
        }

        byte[] bytes = packet.ToArray();
        _network.Queue.At(_network.Queue.Now + Outgoing.DrawDelay(), Peer, Control, 0, bytes);
        if (_network.Dice.Below(100) < Outgoing.Duplication)
        {
            _network.Queue.At(_network.Queue.Now + Outgoing.DrawDelay(), Peer, Control, 0, bytes);
        }
    }

    void IBfdSessionEffects.SendEcho(ReadOnlySpan<byte> packet)
    {
        // There and back through the neighbour's kernel, which needs no process for that.
        bool isLost = Outgoing.IsDisturbed || Peer.Outgoing.IsDisturbed || !Peer.Machine.IsAwake
            || (_echoesLostInARow < Options.DetectMultiplier - 1 && _network.Dice.Below(100) < Outgoing.Loss);
        _echoesLostInARow = isLost ? _echoesLostInARow + 1 : 0;
        if (!isLost)
        {
            _network.Queue.At(_network.Queue.Now + Outgoing.DrawDelay() + Peer.Outgoing.DrawDelay(), this, Echo, 0, packet.ToArray());
        }
    }

    void IBfdSessionEffects.SetDeadline(MonotonicTime? deadline) => Deadline = deadline ?? MonotonicTime.Never;

    void IBfdSessionEffects.StateChanged(BfdState previous, BfdState current, in BfdCause cause)
    {
        _network.Note($"{Name}: {previous} to {current}: {cause}");
        Oracle.Changed(previous, current, cause);
    }

    void IBfdSessionEffects.Report(in BfdReport report) => _network.Note($"{Name}: {report.Kind}, sends every {report.TransmitInterval.TotalMilliseconds} ms, detects in {report.DetectionTime.TotalMilliseconds} ms");

    bool IBfdSessionEffects.TryReopenPath() => true;

    void ISimulationTarget.Happen(int what, int argument, object? payload)
    {
        byte[] packet = (byte[])payload!;
        if (what == Control && Machine is { IsAlive: true, IsAwake: true })
        {
            Oracle.Arrived(packet);
        }

        Machine.Deliver(this, packet, isEcho: what == Echo);
    }
}
