using Keepalived.Bfd.Protocol;
using Keepalived.Simulation;

namespace Keepalived.Bfd.Simulation;

/// <summary>
/// A machine with one BFD process and a monotonic clock of its own, which begins somewhere, runs a little fast or slow and stands still
/// while the machine is suspended. Its loop is the least friendly one that is permitted: timers run before sockets are read.
/// </summary>
public sealed class BfdMachine : ISimulationTarget
{
    private readonly BfdNetwork _network;
    private readonly long _clockOrigin;
    private readonly int _partsPerMillion;
    private readonly Queue<(BfdSide Side, byte[] Packet, bool IsEcho)> _sockets = [];
    private long _standstill;
    private MonotonicTime _suspendedAt;
    private int _wakeNumber;
    private MonotonicTime _wakeAt = MonotonicTime.Never;
    private int _sleepers;
    private int _process;

    internal BfdMachine(BfdNetwork network, string name)
    {
        _network = network;
        Name = name;
        _clockOrigin = (long)(network.Dice.Next() >> 12);
        _partsPerMillion = network.Dice.Between(-200, 200);
        Table = null!;
    }

    /// <summary>Its name in the timeline.</summary>
    public string Name { get; }

    /// <summary>Its ends of links.</summary>
    public List<BfdSide> Sides { get; } = [];

    /// <summary>What stands before its sessions.</summary>
    public SessionInterposer Interposer { get; set; } = new();

    /// <summary>The process is there.</summary>
    public bool IsAlive { get; private set; }

    /// <summary>The machine has power and is not suspended: its kernel returns echo packets.</summary>
    public bool IsAwake { get; private set; } = true;

    internal BfdSessionTable<int> Table { get; private set; }

    internal bool Runs => IsAlive && IsAwake && _sleepers == 0;

    /// <summary>When it ran last after it did not.</summary>
    internal MonotonicTime ResumedAt { get; private set; }

    /// <summary>Its own clock.</summary>
    internal MonotonicTime Clock
    {
        get
        {
            long elapsed = _network.Queue.Now.Nanoseconds - _standstill - (IsAwake ? 0 : _network.Queue.Now.Nanoseconds - _suspendedAt.Nanoseconds);
            return new(_clockOrigin + elapsed + (elapsed / 1_000_000 * _partsPerMillion));
        }
    }

    internal void StartProcess()
    {
        _process++;
        IsAlive = true;
        Table = new(Interposer.Chance(new Random(unchecked((int)_network.Dice.Next()))), new(Key()));
        foreach (BfdSide side in Sides)
        {
            side.Open();
        }

        Arm();
    }

    internal void KillProcess()
    {
        IsAlive = false;
        _sockets.Clear();
        foreach (BfdSide side in Sides)
        {
            side.Vanish();
        }
    }

    /// <summary>SIGSTOP and SIGCONT: packets wait in the sockets, the clock runs.</summary>
    internal void Pause() => _sleepers++;

    internal void Resume()
    {
        _sleepers--;
        Continue();
    }

    /// <summary>Suspended to memory: packets are lost, the clock stands still.</summary>
    internal void Suspend()
    {
        _suspendedAt = _network.Queue.Now;
        IsAwake = false;
    }

    internal void WakeUp()
    {
        _standstill += _network.Queue.Now.Nanoseconds - _suspendedAt.Nanoseconds;
        IsAwake = true;
        Continue();
    }

    /// <summary>A packet is in a socket of the process.</summary>
    internal void Deliver(BfdSide side, byte[] packet, bool isEcho)
    {
        if (!IsAlive || !IsAwake)
        {
            return;
        }

        _sockets.Enqueue((side, packet, isEcho));
        if (Runs)
        {
            Turn();
        }
    }

    /// <summary>The loop: what is due, what has arrived, again until there is neither.</summary>
    internal void Turn()
    {
        for (int turns = 0; Runs; turns++)
        {
            if (turns > 1000)
            {
                _network.Violate($"{Name}: the loop does not come to rest");
                return;
            }

            MonotonicTime now = Clock;
            bool worked = false;
            foreach (BfdSide side in Sides)
            {
                if (side.Deadline <= now)
                {
                    side.Advance(now);
                    worked = true;
                }
            }

            while (_sockets.TryDequeue(out (BfdSide Side, byte[] Packet, bool IsEcho) packet))
            {
                packet.Side.Read(packet.Packet, packet.IsEcho, now);
                worked = true;
            }

            if (!worked)
            {
                break;
            }
        }

        Arm();
    }

    void ISimulationTarget.Happen(int what, int argument, object? payload)
    {
        if (argument == _wakeNumber)
        {
            _wakeAt = MonotonicTime.Never;
            if (Runs)
            {
                Turn();
            }
        }
    }

    internal void Arm()
    {
        MonotonicTime next = MonotonicTime.Never;
        foreach (BfdSide side in Sides)
        {
            next = MonotonicTime.Min(next, side.Deadline);
        }

        if (!Runs || next == MonotonicTime.Never)
        {
            return;
        }

        // As the clock runs now; what is missing after that is looked for in steps of a microsecond.
        long wait = Math.Max(0, next.Nanoseconds - Clock.Nanoseconds);
        MonotonicTime at = new(_network.Queue.Now.Nanoseconds + Math.Max(wait == 0 ? 0 : 1000, wait - (wait / 1_000_000 * _partsPerMillion)));
        if (at != _wakeAt)
        {
            _wakeAt = at;
            _wakeNumber = unchecked(_wakeNumber + 1);
            _network.Queue.At(at, this, 0, _wakeNumber, null);
        }
    }

    private void Continue()
    {
        if (Runs)
        {
            ResumedAt = _network.Queue.Now;
            Turn();
        }
    }

    private byte[] Key()
    {
        byte[] key = new byte[BfdEchoSigner.KeyLength];
        BitConverter.TryWriteBytes(key, _network.Dice.Next());
        BitConverter.TryWriteBytes(key.AsSpan(8), _network.Dice.Next());
        return key;
    }
}
