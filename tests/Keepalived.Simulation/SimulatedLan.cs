namespace Keepalived.Simulation;

/// <summary>
/// One link: two switches, joined by a trunk, with ports on either. What can be wrong with it is what can be wrong with links.
/// </summary>
public sealed class SimulatedLan : ISimulationTarget
{
    private readonly List<NetworkPort> _ports = [];
    private readonly NetworkSwitch[] _switches = [new(), new()];
    private readonly FramePool _frames;

    // A bit per receiving port, for each sending one.
    private readonly ulong[] _blocked = new ulong[64];
    private bool _isTrunkUp = true;

    internal SimulatedLan(SimulatedNetwork network, int number)
    {
        Network = network;
        Number = number;
        _frames = network.Frames;
    }

    /// <summary>The network it is part of.</summary>
    public SimulatedNetwork Network { get; }

    /// <summary>1, 2 and so on.</summary>
    public int Number { get; }

    /// <summary>Name in the timeline.</summary>
    public string Name => $"lan{Number}";

    /// <summary>How long a frame takes at least; up to as much again is added by chance.</summary>
    public TimeSpan Delay { get; private set; } = NormalDelay;

    /// <summary>The share of frames that is lost, for each receiver by itself: 0..1.</summary>
    public double Loss { get; private set; }

    /// <summary>The share of frames that arrives twice, for each receiver by itself: 0..1.</summary>
    public double Duplication { get; private set; }

    /// <summary>The delay of a healthy link.</summary>
    public static TimeSpan NormalDelay { get; } = TimeSpan.FromMicroseconds(50);

    /// <summary>All frames arrive, in the time of a healthy link.</summary>
    public bool IsPrompt => Loss == 0 && Delay == NormalDelay;

    /// <summary>Everything plugged in.</summary>
    internal IReadOnlyList<NetworkPort> Ports => _ports;

    /// <summary>Sets the share of frames that is lost.</summary>
    public void Lose(double share)
    {
        Network.Disturb($"{Name} loses {share:P0} of all frames");
        Loss = share;
    }

    /// <summary>Sets the share of frames that arrives twice.</summary>
    public void Duplicate(double share)
    {
        Network.Disturb($"{Name} duplicates {share:P0} of all frames");
        Duplication = share;
    }

    /// <summary>Sets how long frames take.</summary>
    public void Slow(TimeSpan delay)
    {
        Network.Disturb($"{Name} takes {delay.TotalMilliseconds:0.###} to {2 * delay.TotalMilliseconds:0.###} ms for a frame");
        Delay = delay;
    }

    /// <summary>Cuts or mends one direction between two ports.</summary>
    public void Block(NetworkPort from, NetworkPort to, bool isBlocked = true)
    {
        Network.Disturb($"{Name}: {from.Name} to {to.Name} {(isBlocked ? "cut" : "mended")}");
        ulong bit = 1UL << to.Number;
        _blocked[from.Number] = isBlocked ? _blocked[from.Number] | bit : _blocked[from.Number] & ~bit;
    }

    /// <summary>Cuts or mends the trunk between the switches: what is on one no longer reaches what is on the other.</summary>
    public void SetTrunk(bool isUp)
    {
        Network.Disturb($"{Name}: trunk {(isUp ? "up" : "down")}: {Members(0)} | {Members(1)}");
        _isTrunkUp = isUp;
        if (!isUp)
        {
            _switches[0].Forget(NetworkSwitch.TrunkPort);
            _switches[1].Forget(NetworkSwitch.TrunkPort);
        }
    }

    /// <summary>Plugs these ports into the second switch and all others into the first, and cuts the trunk.</summary>
    public void Partition(params IReadOnlyCollection<NetworkPort> part)
    {
        foreach (NetworkPort port in _ports)
        {
            bool isIn = false;
            foreach (NetworkPort member in part)
            {
                isIn |= member == port;
            }

            Plug(port, isIn ? 1 : 0);
        }

        SetTrunk(isUp: false);
    }

    /// <summary>Ends everything that is wrong with the link itself; ports that are down stay down.</summary>
    public void Heal()
    {
        Loss = 0;
        Duplication = 0;
        Array.Clear(_blocked);
        Delay = NormalDelay;
        _isTrunkUp = true;
        Network.Disturb($"{Name} healed");
    }

    /// <summary>Can a frame get from one port to the other?</summary>
    public bool Reaches(NetworkPort from, NetworkPort to) =>
        from.IsUp && to.IsUp && (from.Switch == to.Switch || _isTrunkUp) && (_blocked[from.Number] & (1UL << to.Number)) == 0;

    void ISimulationTarget.Happen(int what, int argument, object? payload)
    {
        Frame frame = (Frame)payload!;
        NetworkPort port = _ports[argument];
        if (port.IsUp)
        {
            port.Receive(frame);
        }
        else
        {
            _frames.Release(frame);
        }
    }

    internal int Attach(NetworkPort port)
    {
        _ports.Add(port);
        return _ports.Count - 1;
    }

    internal void Plug(NetworkPort port, int number)
    {
        if (port.Switch != number)
        {
            _switches[port.Switch].Forget(port.Number);
            port.Switch = number;
        }
    }

    internal void PortChanged(NetworkPort port) => _switches[port.Switch].Forget(port.Number);

    /// <summary>Carries a frame to one port, or to all others; the caller's reference is given up.</summary>
    internal void Send(NetworkPort from, Frame frame, NetworkPort? only)
    {
        if (from.IsUp)
        {
            Learn(from, frame.SourceHardware);
            if (only is not null)
            {
                Carry(from, only, frame);
            }
            else
            {
                foreach (NetworkPort to in _ports)
                {
                    if (to != from && (frame.Kind == FrameKind.Announcement) == to is SimulatedHost)
                    {
                        Carry(from, to, frame);
                    }
                }
            }
        }

        _frames.Release(frame);
    }

    /// <summary>Does a frame from this port to this station reach the other port, as the switches stand?</summary>
    internal bool Leads(NetworkPort from, ulong station, NetworkPort to)
    {
        if (!Reaches(from, to))
        {
            return false;
        }

        int? port = _switches[from.Switch].Find(station);
        if (port == NetworkSwitch.TrunkPort)
        {
            port = _switches[1 - from.Switch].Find(station);
        }

        return port is null || port == to.Number;
    }

    /// <summary>The switches take note of where a frame comes from.</summary>
    internal void Learn(NetworkPort from, ulong station)
    {
        _switches[from.Switch].Learn(station, from.Number);
        if (_isTrunkUp)
        {
            _switches[1 - from.Switch].Learn(station, NetworkSwitch.TrunkPort);
        }
    }

    private void Carry(NetworkPort from, NetworkPort to, Frame frame)
    {
        // The dice are thrown for every receiver, reached or not: a cut does not shift the luck of the others.
        Dice dice = Network.Dice;
        TimeSpan delay = Delay + dice.PartOf(Delay);
        bool isLost = Loss > 0 && dice.Unit() < Loss;
        bool isTwice = Duplication > 0 && dice.Unit() < Duplication;
        if (isLost || !Reaches(from, to))
        {
            return;
        }

        Schedule(delay, to, frame);
        if (isTwice)
        {
            Schedule(delay + dice.PartOf(Delay), to, frame);
        }
    }

    private void Schedule(TimeSpan delay, NetworkPort to, Frame frame)
    {
        frame.References++;
        MonotonicTime arrival = Network.Queue.Now + delay;
        Network.UnderWay(arrival);
        Network.Queue.At(arrival, this, 0, to.Number, frame);
    }

    private string Members(int number)
    {
        List<string> names = [];
        foreach (NetworkPort port in _ports)
        {
            if (port.Switch == number)
            {
                names.Add(port.Name);
            }
        }

        return string.Join(' ', names);
    }
}
