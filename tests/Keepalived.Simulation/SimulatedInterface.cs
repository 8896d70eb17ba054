using Keepalived.Vrrp.Configuration;
using Keepalived.Vrrp.Tracking;

namespace Keepalived.Simulation;

/// <summary>An interface of a machine, and what the process holds of its link: changes may be waited out (interface_up_down_delays).</summary>
public sealed class SimulatedInterface : NetworkPort
{
    private readonly SimulatedMachine _machine;
    private readonly LinkDebounce _debounce = new();
    private bool _isConnected = true;

    internal SimulatedInterface(SimulatedMachine machine, SimulatedLan lan)
        : base(lan, machine.Name) => _machine = machine;

    /// <summary>How long the process waits before a link that is down counts as down.</summary>
    public TimeSpan DownDelay { get; set; }

    /// <summary>How long the process waits before a link that is up counts as up.</summary>
    public TimeSpan UpDelay { get; set; }

    /// <summary>What the process goes by.</summary>
    internal bool CountsAsUp => _debounce.IsUp;

    /// <summary>Pulls or plugs the cable.</summary>
    internal void Connect(bool isConnected)
    {
        _isConnected = isConnected;
        FollowPower();
    }

    internal void FollowPower() => SetUp(_isConnected && _machine.HasPower);

    /// <summary>A process begins: what it sees first counts at once.</summary>
    internal void Forget() => _debounce.Forget();

    /// <summary>The process looks.</summary>
    /// <returns>When to look again.</returns>
    internal MonotonicTime Look(MonotonicTime now)
    {
        _debounce.Delays = new InterfaceDelays(DownDelay, UpDelay);
        _debounce.See(IsUp, now);
        return _debounce.ChangeAt;
    }

    internal override void Receive(Frame frame) => _machine.Deliver(this, frame);
}
