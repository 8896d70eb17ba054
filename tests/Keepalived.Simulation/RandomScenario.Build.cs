using System.Net.Sockets;
using Keepalived.Vrrp.Protocol;

namespace Keepalived.Simulation;

// The network and its configuration.
public sealed partial class RandomScenario
{
    private static readonly byte[] _secret = "a secret of the simulation's own"u8.ToArray();

    // Wall clocks may differ by half of it. Where they differ by more, signed advertisements are refused: they are meant to be.
    private static readonly TimeSpan _window = TimeSpan.FromSeconds(10);

    private static readonly int[] _badNumbers = [1, -1, 2, 30, -254];

    private bool _isSigned;
    private bool _isGroupable;

    private void Build()
    {
        int lans = _dice.OneIn(3) ? 2 : 1;
        for (int i = 0; i < lans; i++)
        {
            BuildLan(Network.AddLan());
        }

        int machines = _dice.Between(2, 5);
        _isGroupable = Network.Services.Count > 1 && _dice.OneIn(2);
        bool isGrouped = _rolledOutGroup = _isGroupable && !_dice.OneIn(4);
        for (int i = 0; i < machines; i++)
        {
            SimulatedMachine machine = Network.AddMachine();
            machine.IsGrouped = isGrouped;
            BuildMachine(machine);
            _prepare?.Invoke(machine);
        }

        foreach (SimulatedMachine machine in Network.Machines)
        {
            foreach (SimulatedInterface port in machine.Interfaces)
            {
                port.Lan.Plug(port, _dice.Below(2));
            }
        }
    }

    private void BuildLan(SimulatedLan lan)
    {
        bool isUnicast = _dice.OneIn(5);
        bool usesVirtualHardware = !isUnicast && _dice.OneIn(4);
        Network.AddService(
            lan,
            new ServiceSettings
            {
                IsUnicast = isUnicast,
                UsesVirtualHardware = usesVirtualHardware,
                Family = RandomFamily(),
                Hmac = _dice.OneIn(6) ? RandomHmac() : null,
            });
        if (_dice.OneIn(5))
        {
            Network.AddService(lan, new ServiceSettings { VirtualRouterId = 52, UsesVirtualHardware = usesVirtualHardware, Family = RandomFamily() });
        }

        int hosts = _dice.Between(1, 2);
        for (int i = 0; i < hosts; i++)
        {
            lan.Plug(Network.AddHost(lan), _dice.Below(2));
        }
    }

    private HmacSettings RandomHmac()
    {
        _isSigned = true;
        bool isMonotonic = _dice.OneIn(3);
        return new HmacSettings
        {
            Keys = [new HmacKey(7, [.. _secret])],
            ActiveKey = 7,
            TimeWindow = isMonotonic ? null : _window,
            Replay = isMonotonic ? ReplayProtection.Monotonic : ReplayProtection.Time,
            Mode = _dice.OneIn(2) ? HmacMode.Enforce : HmacMode.Permissive,
        };
    }

    // IPv6 has no version 2.
    private AddressFamily RandomFamily() =>
        _version == VrrpVersion.Version3 && _dice.OneIn(3) ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork;

    private void BuildMachine(SimulatedMachine machine)
    {
        byte priority = RandomPriority();
        bool isOwner = machine.Number == 1 && _dice.OneIn(8);
        bool hasSecondAddress = _dice.OneIn(3);
        foreach (SimulatedService service in Network.Services)
        {
            VirtualRouterParameters parameters = RandomParameters(service, isOwner ? VirtualRouterParameters.OwnerPriority : priority);
            SimulatedRouter router = machine.AddRouter(service, parameters);
            if (_dice.OneIn(4))
            {
                machine.AddTracker(router, RandomTracker());
            }

            router.HasSecondAddress = hasSecondAddress;

            // The members of a sync group have one priority, as keepalived asks for when it ignores weights of single members: where
            // one machine is better on one link and another one on the other, both may take over and yield for ever.
            priority = !_isGroupable && _dice.OneIn(4) ? RandomPriority() : priority;
        }

        foreach (SimulatedInterface port in machine.Interfaces)
        {
            // Less than a down timer: keepalived takes no more.
            port.DownDelay = _dice.OneIn(4) ? _dice.PartOf(Interval) : TimeSpan.Zero;
            port.UpDelay = _dice.OneIn(4) ? _dice.PartOf(Interval * 3) : TimeSpan.Zero;
        }
    }

    private TrackerSettings RandomTracker() => new()
    {
        Kind = (TrackedKind)_dice.Below(4),
        Weight = new(_isGroupable ? 0 : RandomWeight(), _dice.OneIn(4)),
        IsSlow = _dice.OneIn(3),
        Rise = _dice.Between(1, 3),
        Fall = _dice.Between(1, 3),
        Interval = Interval * (_dice.Between(1, 4) / 4.0),
        LossDelay = _dice.OneIn(2) ? TimeSpan.Zero : _dice.PartOf(Interval * 4),
        GainDelay = _dice.OneIn(2) ? TimeSpan.Zero : _dice.PartOf(Interval * 4),
        BadNumber = _badNumbers[_dice.Below(_badNumbers.Length)],
    };

    private VirtualRouterParameters RandomParameters(SimulatedService service, byte priority)
    {
        bool isOwner = priority == VirtualRouterParameters.OwnerPriority;
        bool startsAsMaster = isOwner || _dice.OneIn(3);
        bool preempts = isOwner || startsAsMaster || !_dice.OneIn(4);
        return new VirtualRouterParameters
        {
            VirtualRouterId = service.Settings.VirtualRouterId,
            Version = _version,
            Family = service.Settings.Family,
            AdvertisementInterval = Interval,
            BasePriority = priority,
            StartsAsMaster = startsAsMaster,
            Preempts = preempts,
            PreemptDelay = preempts && !startsAsMaster && _dice.OneIn(4) ? Interval * _dice.Between(1, 7) : TimeSpan.Zero,
            DownTimerAdvertisements = _dice.OneIn(5) ? 2 : 3,
            SilentToLowerPriority = _dice.OneIn(3),
            AdvertisesBeforeYielding = _dice.OneIn(3),
            ReassertsAfterConflict = _dice.OneIn(4),
            Announcements = RandomAnnouncements(),
        };
    }

    private AnnouncementParameters RandomAnnouncements() => new()
    {
        MasterRepeat = _dice.Between(1, 3),
        MasterDelay = _dice.OneIn(3) ? TimeSpan.Zero : Interval * _dice.Between(1, 6),
        MasterRefresh = _dice.OneIn(3) ? Interval * _dice.Between(3, 9) : TimeSpan.Zero,
        LowerPriorityRepeat = _dice.Below(4),
        LowerPriorityDelay = _dice.OneIn(3) ? TimeSpan.Zero : Interval * _dice.Between(1, 6),
    };

    // Few values, so that equal priorities are frequent.
    private byte RandomPriority() => (byte)(50 * _dice.Between(1, 4));

    private int RandomWeight() => _dice.Below(4) switch
    {
        0 => 0,
        1 => -60,
        2 => 60,
        _ => -110,
    };

    private TimeSpan RandomInterval() => _version == VrrpVersion.Version2
        ? TimeSpan.FromSeconds(_dice.Between(1, 2))
        : TimeSpan.FromMilliseconds(_intervalsVersion3[_dice.Below(_intervalsVersion3.Length)]);
}
