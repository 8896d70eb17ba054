using System.Buffers.Binary;
using Keepalived.Vrrp.Protocol;

namespace Keepalived.Simulation;

/// <summary>
/// A neighbour that uses the virtual addresses. Its table learns from announcements (RFC 826, RFC 5227, RFC 4861 section 7.2.5),
/// and it asks again when an entry has been used for long (RFC 4861 section 7.3): so that what no announcement corrects is
/// corrected at last.
/// </summary>
public sealed class SimulatedHost : NetworkPort, ISimulationTarget
{
    private const int EthernetHeaderLength = 14;
    private readonly Dictionary<InternetAddress, ulong> _table = [];
    private readonly SimulatedNetwork _network;

    internal SimulatedHost(SimulatedLan lan, string name)
        : base(lan, name) => _network = lan.Network;

    /// <summary>How long an entry is believed on average before it is confirmed (RFC 4861 BaseReachableTime): half to one and a half of it.</summary>
    public static TimeSpan ReachableTime { get; } = TimeSpan.FromSeconds(20);

    /// <summary>The longest time that a wrong entry can live without any announcement while nothing is lost.</summary>
    public static TimeSpan LongestError { get; } = ReachableTime * 1.5;

    /// <summary>The address is known.</summary>
    public bool Knows(InternetAddress address) => _table.ContainsKey(address);

    /// <summary>Would a packet of this host for the service's first address get to that router?</summary>
    public bool Finds(SimulatedRouter router)
    {
        ArgumentNullException.ThrowIfNull(router);
        return Finds(router, router.Service.Address);
    }

    /// <summary>Would a packet of this host for that address of the service get to that router?</summary>
    public bool Finds(SimulatedRouter router, InternetAddress address) =>
        _table.TryGetValue(address, out ulong station)
        && station == router.Hardware
        && Lan.Leads(this, station, router.Port);

    void ISimulationTarget.Happen(int what, int argument, object? payload)
    {
        SimulatedService service = (SimulatedService)payload!;
        for (int i = 0; i < SimulatedService.AddressCount; i++)
        {
            Confirm(service, i);
        }

        Use(service);
    }

    /// <summary>Begins to use the service.</summary>
    internal void Use(SimulatedService service)
    {
        TimeSpan wait = (ReachableTime / 2) + _network.Dice.PartOf(ReachableTime);
        _network.Queue.At(_network.Queue.Now + wait, this, 0, 0, service);
    }

    internal override void Receive(Frame frame)
    {
        ReadOnlySpan<byte> bytes = frame.Bytes;
        ushort type = BinaryPrimitives.ReadUInt16BigEndian(bytes[12..]);
        ReadOnlySpan<byte> content = bytes[EthernetHeaderLength..];
        if (type == GratuitousArp.EtherType)
        {
            // Sender hardware and protocol address; a gratuitous one has the same target.
            if (content[14..18].SequenceEqual(content[24..28]))
            {
                Learn(InternetAddress.Read(content[14..18]), ReadHardware(content[8..]));
            }
        }
        else if (type == UnsolicitedNeighborAdvertisement.EtherType)
        {
            ReadOnlySpan<byte> message = content[40..];
            bool overrides = (message[4] & 0x20) != 0;
            if (message[0] == 136 && overrides && message[24] == 2)
            {
                Learn(InternetAddress.Read(message[8..24]), ReadHardware(message[26..]));
            }
        }

        _network.Frames.Release(frame);
    }

    private static ulong ReadHardware(ReadOnlySpan<byte> bytes) =>
        ((ulong)BinaryPrimitives.ReadUInt16BigEndian(bytes) << 32) | BinaryPrimitives.ReadUInt32BigEndian(bytes[2..]);

    private void Learn(InternetAddress address, ulong station)
    {
        if (_network.Timeline.IsKept && (!_table.TryGetValue(address, out ulong known) || known != station))
        {
            _network.Note($"{Name} learns {address} at {SimulatedNetwork.HardwareText(station)}");
        }

        _table[address] = station;
    }

    // Asks the entry's station; if it does not answer, everybody. Who has the address answers, with the kernel's help alone.
    private void Confirm(SimulatedService service, int number)
    {
        InternetAddress address = service.AddressOf(number);
        SimulatedRouter? answering = null;
        int answers = 0;
        foreach (SimulatedRouter router in service.Routers)
        {
            if ((router.Installed & (1 << number)) == 0 || !Lan.Reaches(this, router.Port) || !Lan.Reaches(router.Port, this) || _network.Dice.Unit() < Lan.Loss)
            {
                continue;
            }

            if (Finds(router, address))
            {
                return;
            }

            answers++;
            if (_network.Dice.OneIn(answers))
            {
                answering = router;
            }
        }

        if (answering is not null)
        {
            Lan.Learn(answering.Port, answering.Hardware);
            Learn(address, answering.Hardware);
        }
        else
        {
            _table.Remove(address);
        }
    }
}
