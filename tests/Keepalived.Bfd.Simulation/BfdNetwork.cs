// This room plays networks of BFD sessions in virtual time, with the real protocol core and the real bytes, on the queue, the dice and
// the timeline of Keepalived.Simulation. A seed is a complete description of a run.
//
// BfdNetwork        all of it: machines, links, the dice, the timeline, the first broken promise
// BfdMachine        a process with sessions on a machine with a clock of its own: paused, killed, suspended
// BfdDirection      one direction of a link: delay, overtaking, loss, duplication, cut, storm
// BfdSide           one end of a link: the session, its timer, its socket
// BfdOracle         the promises of one session, reckoned a second time
// SessionInterposer where a test plants a mistake
// BfdScenario       a network and a sequence of misfortunes, all from one seed
//
// Time of day does not reach the core at all; what can happen to a monotonic clock is that it runs at another pace than the
// neighbour's, and that it stands still while the machine is suspended. Both do here.

using Keepalived.Bfd.Protocol;
using Keepalived.Simulation;

namespace Keepalived.Bfd.Simulation;

/// <summary>Machines and the links between them.</summary>
public sealed class BfdNetwork
{
    internal BfdNetwork(long seed) => Dice = new(unchecked((ulong)seed));

    /// <summary>Time and what happens in it.</summary>
    public SimulationQueue Queue { get; } = new();

    /// <summary>What happened, for people.</summary>
    public Timeline Timeline { get; } = new();

    /// <summary>The first promise that was broken; null if none was.</summary>
    public Violation? Violation { get; private set; }

    internal Dice Dice { get; }

    internal List<BfdMachine> Machines { get; } = [];

    internal List<BfdSide> Sides { get; } = [];

    internal BfdMachine AddMachine(string name)
    {
        BfdMachine machine = new(this, name);
        Machines.Add(machine);
        return machine;
    }

    internal void Connect(BfdMachine one, BfdSessionOptions options, BfdMachine other, BfdSessionOptions otherOptions, Action<BfdDirection> shape)
    {
        BfdDirection there = new(this), back = new(this);
        shape(there);
        shape(back);
        BfdSide left = new(this, one, there, options);
        BfdSide right = new(this, other, back, otherOptions);
        (left.Peer, right.Peer) = (right, left);
        Sides.Add(left);
        Sides.Add(right);
    }

    internal void Violate(string what)
    {
        Violation ??= new(Queue.Elapsed, what);
        Note($"VIOLATION: {what}");
    }

    internal void Note(string line) => Timeline.Note(Queue.Elapsed, line);

    internal void NotePacket(BfdSide side, ReadOnlySpan<byte> packet)
    {
        if (Timeline is { IsKept: true, HasPackets: true })
        {
            Note($"{side.Name} sends {Convert.ToHexString(packet)}");
        }
    }
}
