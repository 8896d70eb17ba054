namespace Keepalived.Simulation;

/// <summary>Where something is plugged into a link: a router's interface or a host's.</summary>
public abstract class NetworkPort
{
    private protected NetworkPort(SimulatedLan lan, string name)
    {
        Lan = lan;
        Name = name;
        Number = lan.Attach(this);
        Hardware = 0x02_00_00_00_00_00UL | ((ulong)lan.Number << 8) | (uint)(Number + 1);
    }

    /// <summary>The link.</summary>
    public SimulatedLan Lan { get; }

    /// <summary>Name in the timeline.</summary>
    public string Name { get; }

    /// <summary>Which of the link's switches, 0 or 1.</summary>
    public int Switch { get; internal set; }

    /// <summary>The cable works and the machine has power.</summary>
    public bool IsUp { get; private set; } = true;

    /// <summary>Position among the link's ports.</summary>
    internal int Number { get; }

    /// <summary>Link-layer address of the interface.</summary>
    internal ulong Hardware { get; }

    internal void SetUp(bool isUp)
    {
        if (isUp != IsUp)
        {
            IsUp = isUp;
            Lan.PortChanged(this);
        }
    }

    /// <summary>A frame has arrived. It is given back by whoever is called.</summary>
    internal abstract void Receive(Frame frame);
}
