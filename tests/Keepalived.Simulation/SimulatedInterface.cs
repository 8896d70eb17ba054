namespace Keepalived.Simulation;

/// <summary>An interface of a machine.</summary>
public sealed class SimulatedInterface : NetworkPort
{
    private readonly SimulatedMachine _machine;
    private bool _isConnected = true;

    internal SimulatedInterface(SimulatedMachine machine, SimulatedLan lan)
        : base(lan, machine.Name) => _machine = machine;

    /// <summary>Pulls or plugs the cable.</summary>
    internal void Connect(bool isConnected)
    {
        _isConnected = isConnected;
        FollowPower();
    }

    internal void FollowPower() => SetUp(_isConnected && _machine.HasPower);

    internal override void Receive(Frame frame) => _machine.Deliver(this, frame);
}
