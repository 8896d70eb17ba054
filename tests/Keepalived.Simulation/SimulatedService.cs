using System.Net.Sockets;
using Keepalived.Vrrp.Protocol;

namespace Keepalived.Simulation;

/// <summary>How the routers of a virtual router talk, and which address they hold: what all of them have in common.</summary>
public sealed record ServiceSettings
{
    /// <summary>Virtual router id, 1..255.</summary>
    public byte VirtualRouterId { get; init; } = 51;

    /// <summary>Address family.</summary>
    public AddressFamily Family { get; init; } = AddressFamily.InterNetwork;

    /// <summary>Advertisements go to each peer instead of to the group.</summary>
    public bool IsUnicast { get; init; }

    /// <summary>The address is behind the virtual router's own link-layer address (RFC 9568 section 7.3), not the interface's.</summary>
    public bool UsesVirtualHardware { get; init; }

    /// <summary>Advertisements are signed (auth_hmac); null: they are not.</summary>
    public HmacSettings? Hmac { get; init; }
}

/// <summary>A virtual router as its clients see it: an address on a link, which exactly one of some routers shall hold.</summary>
public sealed class SimulatedService
{
    internal const int AddressCount = 2;
    internal const int FirstAddress = 1;
    internal const int BothAddresses = 3;

    private readonly List<SimulatedRouter> _routers = [];
    private readonly EquatableArray<InternetAddress> _one;
    private readonly EquatableArray<InternetAddress> _both;

    internal SimulatedService(SimulatedLan lan, int number, ServiceSettings settings)
    {
        Lan = lan;
        Number = number;
        Settings = settings;
        Address = lan.Network.AddressOn(lan, settings.Family, 100 + number);
        SecondAddress = lan.Network.AddressOn(lan, settings.Family, 150 + number);
        _one = [Address];
        _both = [Address, SecondAddress];
    }

    /// <summary>The link.</summary>
    public SimulatedLan Lan { get; }

    /// <summary>What all routers have in common.</summary>
    public ServiceSettings Settings { get; }

    /// <summary>The virtual address.</summary>
    public InternetAddress Address { get; }

    /// <summary>A further one, which reloads add and remove.</summary>
    public InternetAddress SecondAddress { get; }

    /// <summary>Who may hold it.</summary>
    public IReadOnlyList<SimulatedRouter> Routers => _routers;

    /// <summary>Position among the services of the network.</summary>
    internal int Number { get; }

    internal InternetAddress AddressOf(int number) => number == 0 ? Address : SecondAddress;

    internal EquatableArray<InternetAddress> AddressesOf(int set) => set == BothAddresses ? _both : _one;

    /// <summary>The virtual router's link-layer address: 00-00-5E-00-01-VRID, for IPv6 00-00-5E-00-02-VRID.</summary>
    internal ulong VirtualHardware =>
        (Settings.Family == AddressFamily.InterNetwork ? 0x00_00_5E_00_01_00UL : 0x00_00_5E_00_02_00UL) | Settings.VirtualRouterId;

    internal int Attach(SimulatedRouter router)
    {
        _routers.Add(router);
        return _routers.Count - 1;
    }
}
