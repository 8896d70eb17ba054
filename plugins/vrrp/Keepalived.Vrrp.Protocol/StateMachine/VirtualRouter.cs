// This room is VRRP itself: packets, receive checks, timer arithmetic and the state machine of one virtual router. It
// follows RFC 9568 (version 3; RFC 5798 before it) and RFC 3768 (version 2), and where keepalived is known to differ it
// follows keepalived, because that is who our peers are. It references the contract room alone.
//
// Owns      VrrpAdvertisement and the other images on the wire (Packets/), the judgement over received packets
//           (Receiving/), and VirtualRouter (StateMachine/): state, deadlines, effective priority, faults, counters.
// Thread    None of its own. Every member is called on the loop thread of the VRRP process, and every effect is called
//           back on it before the input returns.
// Never     Does I/O, reads a clock, sleeps, or allocates in steady state. Time comes with each input; a timer is an
//           absolute deadline handed out by SetDeadline, and whether it has passed is decided here, by comparing it with
//           the time of the input. So nobody can tell the router that a timer "fired", and a test that advances the clock
//           tests the durations too.
//
// Covered   RFC 9568 sections 5.1, 5.2, 6.1 to 6.4, 7.1, 7.2; RFC 3768 sections 5, 6 and 7 with the password of RFC 2338;
//           announcements by RFC 826, 5227 and 4861; AH by RFC 2402 and 2403; the trailer of auth_hmac (Authentication/).
// Left out  Virtual MAC addresses and Accept_Mode are matters of the interface and the firewall (RFC 9568 sections 7.3,
//           8.1.2, 8.3). Sync groups (Groups/) come in by ITakeoverGate, SwitchToMaster, SwitchToBackup, FaultReason.SyncGroup.
//
// The machine
//
//             Start, no fault                     timer, gate permits
//   INIT ─────────────────────────▶ BACKUP ─────────────────────────────▶ MASTER
//    │ ▲                            ▲ │  ▲  higher priority, address lost   │ │
//    │ │ Stop (from all)            │ │  └──────────────────────────────────┘ │
//    │ │            last fault ends │ │ fault                                 │ fault: priority 0 is sent
//    │ └──────────────────────────  │ ▼                                       │
//    └────────────────────────────▶ FAULT ◀───────────────────────────────────┘
//
// * The owner of the addresses does not jump from INIT to MASTER as RFC 9568 section 6.4.1 has it. It passes BACKUP for a
//   microsecond, so that becoming master has one way in, with one order of effects, and a sync group is asked like always.
// * Advertisements are due at old deadline + interval, never at now + interval, so their period does not drift by what
//   the loop is late each time. A process that was stopped for several intervals sends one and skips the missed ones: a
//   burst would tell nobody anything.
// * A router with faults is in FAULT, one without is not. Which fault came or went first does not matter.
// * Every change carries its TransitionCause: the evidence an operator asks for after a failover.
//
// Effects, in order
//
//   becoming master   SendAdvertisement, InstallAddresses, Announce, StateChanged. The advertisement goes first, as in RFC
//                     9568 section 6.4.2: installing a thousand addresses takes time, and the others must know by then.
//                     Whoever installs in the background announces afterwards.
//   leaving master    to BACKUP: RemoveAddresses, StateChanged. To FAULT or INIT: SendAdvertisement(0) first, where there
//                     is an address to send it from.
//   any input         SetDeadline last, if it changed.

using System.Diagnostics;
using System.Net.Sockets;

namespace Keepalived.Vrrp.Protocol;

/// <summary>One virtual router: the state machine of RFC 9568 section 6.4. See the comment at the top of its file.</summary>
public sealed partial class VirtualRouter
{
    private static readonly TimeSpan OwnerStartDelay = TimeSpan.FromMicroseconds(1);

    private readonly IVirtualRouterEffects _effects;
    private FaultLedger _faults;
    private bool _started;
    private bool _inInput;
    private MonotonicTime _inputTime;
    private int _adjustment;
    private int _reportEpoch;
    private int _reportedKinds;

    // When to look at the clock next. In BACKUP the end of the master-down interval, in MASTER the next advertisement.
    private MonotonicTime _protocolDeadline = MonotonicTime.Never;
    private MonotonicTime _deadlineHandedOut = MonotonicTime.Never;

    /// <summary>Makes a router in INIT.</summary>
    /// <param name="parameters">Configuration.</param>
    /// <param name="source">The address advertisements are sent from; null while there is none.</param>
    /// <param name="effects">What the router acts through.</param>
    /// <param name="gate">Asked before taking over; null permits always.</param>
    /// <exception cref="ArgumentException">The parameters cannot work (<see cref="VirtualRouterParameters.Validate"/>).</exception>
    public VirtualRouter(
        VirtualRouterParameters parameters, InternetAddress? source, IVirtualRouterEffects effects, ITakeoverGate? gate = null)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        parameters.Validate();
        Parameters = parameters;
        Source = source;
        MasterInterval = parameters.AdvertisementInterval;
        _effects = effects;
        Gate = gate;
        EffectivePriority = ComputePriority();
    }

    /// <summary>The sync group, asked before taking over; null permits always. A reload may put the router into another one.</summary>
    public ITakeoverGate? Gate { get; set; }

    /// <summary>Configuration in force.</summary>
    public VirtualRouterParameters Parameters { get; private set; }

    /// <summary>Own source address; decides between equal priorities.</summary>
    public InternetAddress? Source { get; private set; }

    /// <summary>Current state.</summary>
    public VirtualRouterState State { get; private set; }

    /// <summary>Priority with the trackers' weights: 1..254, or 255 for the owner.</summary>
    public byte EffectivePriority { get; private set; }

    /// <summary>Counters.</summary>
    public VrrpStatistics Statistics { get; } = new();

    /// <summary>The master heard last; null when none was heard since the state was entered.</summary>
    public InternetAddress? LastMaster { get; private set; }

    /// <summary>The priority that master said.</summary>
    public byte LastMasterPriority { get; private set; }

    /// <summary>The interval the down timer reckons with: own, or in version 3 the one learned from the master.</summary>
    public TimeSpan MasterInterval { get; private set; }

    /// <summary>The down timer ran out and no master was accepted since: what a sync group asks its members.</summary>
    public bool WantsMaster { get; private set; }

    /// <summary>Waiting in INIT for the first result of a tracker.</summary>
    public bool IsHeld => _started && State == VirtualRouterState.Init;

    /// <summary>The last 32 transitions, priority changes and faults, with their causes.</summary>
    public RecentEntries<RouterHistoryEntry> History { get; } = new(capacity: 32);

    /// <summary>Why the state changed last; without meaning before the first change.</summary>
    public TransitionCause LastCause { get; private set; }

    /// <summary>When the state changed last; null before the first change.</summary>
    public MonotonicTime? LastTransition { get; private set; }

    /// <summary>What the receive checks need to know.</summary>
    public ReceiverContext ReceiverContext => new(State == VirtualRouterState.Master, LastMaster, _reportEpoch);

    /// <summary>A fault holds that is this router's own, not one of the sync group.</summary>
    public bool HasOwnFault => _faults.HasOwnFault;

    /// <summary>Configuration faults that hold.</summary>
    public int ConfigurationFaults => _faults.ConfigurationCount;

    /// <summary>Tracked objects that failed.</summary>
    public int TrackerFaults => _faults.TrackerCount;

    /// <summary>Trackers whose first result is awaited.</summary>
    public int PendingTrackers => _faults.PendingCount;

    /// <summary>Started, and not stopped since.</summary>
    public bool IsStarted => _started;

    /// <summary>Does this fault hold?</summary>
    public bool HasFault(FaultReason reason) => _faults.Holds(reason);

    /// <summary>Begin: to FAULT if a fault holds, stay in INIT while a tracker is pending, else to BACKUP. Leftover addresses are removed first.</summary>
    /// <exception cref="InvalidOperationException">Started already.</exception>
    public void Start(MonotonicTime now) => Apply(new(VirtualRouterInputKind.Start, now));

    /// <summary>End: a master says so with priority 0; the addresses are removed. The router may be started again.</summary>
    public void Stop(MonotonicTime now) => Apply(new(VirtualRouterInputKind.Stop, now));

    /// <summary>An advertisement that the receive checks accepted.</summary>
    public void Receive(in ReceivedAdvertisement advertisement, MonotonicTime now) =>
        Apply(new(VirtualRouterInputKind.Advertisement, now) { Advertisement = advertisement });

    /// <summary>Look at the clock. Harmless at any time.</summary>
    public void OnDeadline(MonotonicTime now) => Apply(new(VirtualRouterInputKind.Clock, now));

    /// <summary>A fault began. <see cref="FaultReason.Configuration"/>, <see cref="FaultReason.Tracker"/> and <see cref="FaultReason.TrackerPending"/> add up.</summary>
    /// <param name="reason">What kind of fault.</param>
    /// <param name="now">The time.</param>
    /// <param name="detail">The object and its evidence, for the cause of a transition that follows.</param>
    public void AddFault(FaultReason reason, MonotonicTime now, string? detail = null) =>
        Apply(new(VirtualRouterInputKind.FaultAdded, now) { Fault = reason, Detail = detail });

    /// <summary>A fault ended.</summary>
    /// <exception cref="InvalidOperationException">A counted fault is cleared more often than added.</exception>
    public void ClearFault(FaultReason reason, MonotonicTime now, string? detail = null) =>
        Apply(new(VirtualRouterInputKind.FaultCleared, now) { Fault = reason, Detail = detail });

    /// <summary>Sets the sum of all trackers' weights. The owner's priority does not move; others stay within 1..254.</summary>
    public void AdjustPriority(int adjustment, MonotonicTime now, string? detail = null) =>
        Apply(new(VirtualRouterInputKind.PriorityAdjusted, now) { Adjustment = adjustment, Detail = detail });

    /// <summary>The source address is another. That there is none is reported as <see cref="FaultReason.NoSourceAddress"/> besides.</summary>
    public void ChangeSource(InternetAddress? source, MonotonicTime now) =>
        Apply(new(VirtualRouterInputKind.SourceChanged, now) { Source = source });

    /// <summary>Somebody else removed a virtual address: a master goes to BACKUP for a skew time, and so reinstalls all.</summary>
    /// <remarks>
    /// The caller tells its own removals from those of others: the kernel's notice of a removal that we made ourselves may
    /// arrive when the router is master again.
    /// </remarks>
    public void OnAddressLost(MonotonicTime now) => Apply(new(VirtualRouterInputKind.AddressLost, now));

    /// <summary>A reload installed further addresses: a master announces.</summary>
    public void OnAddressesAdded(MonotonicTime now) => Apply(new(VirtualRouterInputKind.AddressesAdded, now));

    /// <summary>For sync groups: from BACKUP to MASTER without asking the gate. A router in FAULT or INIT stays.</summary>
    public void SwitchToMaster(MonotonicTime now, string? detail = null) =>
        Apply(new(VirtualRouterInputKind.SwitchToMaster, now) { Detail = detail });

    /// <summary>For sync groups: from MASTER to BACKUP with a full down timer. Other states stay.</summary>
    public void SwitchToBackup(MonotonicTime now, string? detail = null) =>
        Apply(new(VirtualRouterInputKind.SwitchToBackup, now) { Detail = detail });

    /// <summary>For sync groups: another member heard a lower priority; a master announces its addresses again.</summary>
    public void ReclaimAddresses(MonotonicTime now) => Apply(new(VirtualRouterInputKind.ReclaimAddresses, now));

    /// <summary>
    /// Takes the parameters of a reload; see VirtualRouter.Reload.cs for what goes on and what starts afresh. Transmit images and
    /// receive rules are to be renewed before, because a master with a new interval advertises it from inside this call.
    /// </summary>
    /// <exception cref="ArgumentException">They cannot work, or belong to another router (id or family).</exception>
    public void UpdateParameters(VirtualRouterParameters parameters, MonotonicTime now) =>
        Apply(new(VirtualRouterInputKind.ParametersChanged, now) { Parameters = parameters });

    /// <summary>Feeds one input: all of the above come through here.</summary>
    /// <exception cref="InvalidOperationException">Called from inside an effect of the same router, or started twice.</exception>
    public void Apply(in VirtualRouterInput input)
    {
        if (_inInput)
        {
            throw new InvalidOperationException("A virtual router was fed from inside one of its own effects.");
        }

        _inInput = true;
        _inputTime = input.Now;
        try
        {
            Dispatch(input);
        }
        finally
        {
            // Even if an effect threw against the rules: whoever has deadlines must be woken.
            _inInput = false;
            HandOutDeadline();
        }

        AssertInvariants();
        Gate?.InputEnded(this, input.Now);
    }

    private TimeSpan Skew => VirtualRouterTimers.Skew(Parameters.Version, EffectivePriority, MasterInterval);

    private TimeSpan MasterDownInterval => VirtualRouterTimers.MasterDown(
        Parameters.Version, EffectivePriority, MasterInterval, Parameters.DownTimerAdvertisements);

    // The state is new, and the report limits are fresh, before anybody is told.
    private void Enter(VirtualRouterState state, MonotonicTime now)
    {
        State = state;
        LastTransition = now;
        ForgetReports();
    }

    private void HandOutDeadline()
    {
        MonotonicTime next = State == VirtualRouterState.Master
            ? MonotonicTime.Min(_protocolDeadline, NextMasterChore)
            : _protocolDeadline;
        if (next != _deadlineHandedOut)
        {
            _deadlineHandedOut = next;
            _effects.SetDeadline(next == MonotonicTime.Never ? null : next);
        }
    }

    private byte ComputePriority()
    {
        if (Parameters.IsOwner)
        {
            return _yieldsToSecondOwner ? (byte)(VirtualRouterParameters.OwnerPriority - 1) : VirtualRouterParameters.OwnerPriority;
        }

        // Wide arithmetic: the sum of many weights may be anything.
        return (byte)Math.Clamp((long)Parameters.BasePriority + _adjustment, 1, VirtualRouterParameters.OwnerPriority - 1);
    }

    private void RefreshPriority(TransitionCause cause, MonotonicTime now)
    {
        byte previous = EffectivePriority;
        EffectivePriority = ComputePriority();
        if (EffectivePriority != previous)
        {
            TransitionCause complete = cause with { OwnPriority = EffectivePriority };
            History.Add(new(now, RouterHistoryKind.Priority, previous, EffectivePriority, complete));
            _effects.PriorityChanged(previous, EffectivePriority, complete);
        }
    }

    private void TellState(VirtualRouterState previous, in TransitionCause cause, MonotonicTime now)
    {
        LastCause = cause;
        History.Add(new(now, RouterHistoryKind.Transition, (byte)previous, (byte)State, cause));
        _effects.StateChanged(previous, State, cause);
    }

    private void RecordFault(RouterHistoryKind kind, in VirtualRouterInput input) =>
        History.Add(new(input.Now, kind, (byte)State, (byte)State, new(TransitionCauseKind.Fault) { Fault = input.Fault, Detail = input.Detail, OwnPriority = EffectivePriority }));

    // Not every delay is sleep: an eighth of the master's interval is more than a loop at work ever needs, and less than what
    // lets an advertisement go unread.
    private bool IsSleep(TimeSpan lateness) => lateness > TimeSpan.Zero && lateness.Ticks >= MasterInterval.Ticks / 8;

    private void Send(byte priority)
    {
        Statistics.AdvertisementsSent++;
        _lastSent = _inputTime;
        if (priority == 0)
        {
            Statistics.PriorityZeroSent++;
        }

        _effects.SendAdvertisement(priority);
    }

    private void Report(RouterReportKind kind, in ReceivedAdvertisement advertisement)
    {
        int bit = 1 << (int)kind;
        bool isRepeated = (_reportedKinds & bit) != 0;
        _reportedKinds |= bit;
        InternetAddress? source = advertisement.Source.IsUnspecified ? null : advertisement.Source;
        _effects.Report(new RouterReport(kind, source, advertisement.Priority, EffectivePriority, isRepeated));
    }

    private void ForgetReports()
    {
        _reportEpoch = unchecked(_reportEpoch + 1);
        _reportedKinds = 0;
    }

    [Conditional("DEBUG")]
    private void AssertInvariants()
    {
        bool runs = State is VirtualRouterState.Backup or VirtualRouterState.Master;
        Debug.Assert(runs == (_protocolDeadline != MonotonicTime.Never), "A running router waits for something, another does not.");
        Debug.Assert(!runs || !_faults.HasFault, "A running router has no fault.");
        Debug.Assert(State != VirtualRouterState.Fault || !_faults.IsClear, "A router in FAULT has a fault.");
        Debug.Assert(State == VirtualRouterState.Master || NextMasterChore == MonotonicTime.Never, "Only a master has announcements to make.");
        Debug.Assert(EffectivePriority != 0, "Priority 0 is said, never held.");
        Debug.Assert(Parameters.Family == AddressFamily.InterNetwork || Source is not { Family: AddressFamily.InterNetwork }, "The source is of the router's family.");
    }
}
