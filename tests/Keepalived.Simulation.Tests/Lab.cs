using Keepalived.Vrrp.Protocol;

namespace Keepalived.Simulation.Tests;

/// <summary>One link with one virtual router, a machine for each priority given, and a host.</summary>
internal sealed class Lab
{
    public Lab(params byte[] priorities)
        : this(p => p, priorities)
    {
    }

    public Lab(Func<VirtualRouterParameters, VirtualRouterParameters> change, params byte[] priorities)
        : this(new ServiceSettings(), change, priorities)
    {
    }

    public Lab(ServiceSettings settings, Func<VirtualRouterParameters, VirtualRouterParameters> change, params byte[] priorities)
    {
        Network = new SimulatedNetwork(seed: 42);
        Lan = Network.AddLan();
        Service = Network.AddService(Lan, settings);
        Host = Network.AddHost(Lan);
        foreach (byte priority in priorities)
        {
            Network.AddMachine().AddRouter(Service, change(new VirtualRouterParameters
            {
                VirtualRouterId = settings.VirtualRouterId,
                Version = VrrpVersion.Version3,
                Family = settings.Family,
                BasePriority = priority,
            }));
        }

        Network.StartAll();
    }

    public SimulatedNetwork Network { get; }

    public SimulatedLan Lan { get; }

    public SimulatedService Service { get; }

    public SimulatedHost Host { get; }

    public NetworkWatch Watch => Network.Watch;

    public IReadOnlyList<SimulatedRouter> Routers => Service.Routers;

    public SimulatedRouter this[int index] => Service.Routers[index];

    public void Run(double seconds) => Network.Run(seconds);
}
