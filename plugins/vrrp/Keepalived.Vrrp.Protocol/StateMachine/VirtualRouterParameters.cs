using System.Net.Sockets;

namespace Keepalived.Vrrp.Protocol;

/// <summary>When and how often the addresses are announced (gratuitous ARP, unsolicited neighbour advertisement).</summary>
public sealed record AnnouncementParameters
{
    /// <summary>Rounds at once on becoming master (garp_master_repeat, at least 1).</summary>
    public int MasterRepeat { get; init; } = 5;

    /// <summary>After this time the rounds are sent a second time (garp_master_delay); zero for not.</summary>
    public TimeSpan MasterDelay { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Period of refreshing while master (garp_master_refresh); zero for never.</summary>
    public TimeSpan MasterRefresh { get; init; }

    /// <summary>Rounds per refresh (garp_master_refresh_repeat, at least 1).</summary>
    public int MasterRefreshRepeat { get; init; } = 1;

    /// <summary>Rounds when a master hears a lower-priority one (garp_lower_prio_repeat); zero for none.</summary>
    public int LowerPriorityRepeat { get; init; } = 5;

    /// <summary>After this time those are sent a second time (garp_lower_prio_delay); zero for not.</summary>
    public TimeSpan LowerPriorityDelay { get; init; } = TimeSpan.FromSeconds(5);
}

/// <summary>
/// The configuration of a virtual router that its state machine needs, complete and consistent: whoever builds it has
/// applied the corrections keepalived makes (no preemption delay for an owner, strict mode's overrides, and so on).
/// </summary>
public sealed record VirtualRouterParameters
{
    /// <summary>The priority of the address owner.</summary>
    public const byte OwnerPriority = 255;

    /// <summary>Virtual router id, 1..255.</summary>
    public required byte VirtualRouterId { get; init; }

    /// <summary>Address family.</summary>
    public AddressFamily Family { get; init; } = AddressFamily.InterNetwork;

    /// <summary>Protocol version.</summary>
    public VrrpVersion Version { get; init; } = VrrpVersion.Version2;

    /// <summary>Configured priority: 1..254, or 255 for the address owner.</summary>
    public byte BasePriority { get; init; } = 100;

    /// <summary>Own advertisement interval: whole seconds 1..255 in version 2, 10 ms..40.95 s in version 3.</summary>
    public TimeSpan AdvertisementInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Missed advertisements until the master counts as gone, 1..100. The RFC knows only 3.</summary>
    public int DownTimerAdvertisements { get; init; } = 3;

    /// <summary>The configured <c>state MASTER</c>: hurry at start.</summary>
    public bool StartsAsMaster { get; init; }

    /// <summary>Take over from a master of lower priority (RFC 9568 Preempt_Mode).</summary>
    public bool Preempts { get; init; } = true;

    /// <summary>Wait this long between hearing a master of lower priority and preempting it; 0..1000 s.</summary>
    public TimeSpan PreemptDelay { get; init; }

    /// <summary>A master does not answer a lower-priority advertisement with one of its own (lower_prio_no_advert).</summary>
    public bool SilentToLowerPriority { get; init; }

    /// <summary>A master that yields to a higher priority sends one more advertisement first (higher_prio_send_advert).</summary>
    public bool AdvertisesBeforeYielding { get; init; }

    /// <summary>
    /// A master that has outlasted another one announces its addresses and is notified as MASTER once more (reassert_after_conflict): the
    /// other may have changed what neighbours, clouds and scripts believe. Not in keepalived.
    /// </summary>
    public bool ReassertsAfterConflict { get; init; }

    /// <summary>
    /// A master that was silent for so long that a router of this priority, 1..254, has taken over goes to BACKUP
    /// (timer_expired_backup, for routers that do not preempt); null for off.
    /// </summary>
    public byte? TakeoverPriority { get; init; }

    /// <summary>Announcements.</summary>
    public AnnouncementParameters Announcements { get; init; } = new();

    /// <summary>The router owns the virtual addresses.</summary>
    public bool IsOwner => BasePriority == OwnerPriority;

    /// <summary>Refuses values that no wire format or timer can hold.</summary>
    /// <exception cref="ArgumentException">Names the parameter, the value and the range.</exception>
    public void Validate()
    {
        Require(VirtualRouterId != 0, "virtual router id 0 is not in 1..255");
        Require(BasePriority != 0, "priority 0 is not in 1..255: on the wire it means a master that leaves");
        Require(DownTimerAdvertisements is >= 1 and <= 100, $"down timer of {DownTimerAdvertisements} advertisements is not in 1..100");
        Require(PreemptDelay >= TimeSpan.Zero, "preempt delay is negative");
        (TimeSpan unit, TimeSpan longest) = Version == VrrpVersion.Version2
            ? (TimeSpan.FromSeconds(1), VrrpAdvertisement.MaximumIntervalVersion2)
            : (TimeSpan.FromMilliseconds(10), VrrpAdvertisement.MaximumIntervalVersion3);
        Require(
            AdvertisementInterval >= unit && AdvertisementInterval <= longest && AdvertisementInterval.Ticks % unit.Ticks == 0,
            $"advertisement interval {AdvertisementInterval} is not a multiple of {unit} up to {longest}");
    }

    private static void Require(bool condition, string violation)
    {
        if (!condition)
        {
            throw new ArgumentException($"A virtual router cannot run with these parameters: {violation}.");
        }
    }
}
