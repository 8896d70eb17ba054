// A sync group keeps virtual routers in one state: if one of them cannot be master, none is.
//
// Owns      The group's state, and which of its members' faults the others share.
// Thread    None of its own, like the routers: everything happens inside an input of a member, or Begin.
// Never     Keeps a timer, or looks into packets. What it knows of a member is its state, its wish to be master and its faults.
// Covers    keepalived's vrrp_sync_group; no RFC has it.
//
//   faults    A member with a fault of its own gives every other member FaultReason.SyncGroup, and takes it back when it has none
//             any more. So a member leaves FAULT when nobody has a fault left, in whichever order they end, and nobody flaps.
//   first     The same with first results of trackers: one member that awaits some holds all in INIT.
//   results
//   MASTER    The timer of a member runs out: it wants to be master. It may if every other member wants to be, too; else its timer
//             starts again. When one has become master, the others are switched at once.
//   BACKUP    A member that leaves MASTER takes the others with it.
namespace Keepalived.Vrrp.Protocol;

/// <summary>Virtual routers that change state together. See the comment at the top of its file.</summary>
public sealed class SyncGroup : ITakeoverGate
{
    private readonly List<Member> _members = [];
    private readonly ISyncGroupEffects _effects;
    private bool _isRunning;
    private bool _isSyncing;

    /// <summary>Makes a group without members, in INIT.</summary>
    public SyncGroup(ISyncGroupEffects effects) => _effects = effects;

    /// <summary>The state of the group: FAULT while a member has a fault, MASTER while all are, INIT while first results are awaited, else BACKUP.</summary>
    public VirtualRouterState State { get; private set; }

    /// <summary>Members that have a fault of their own.</summary>
    public int FaultyMembers { get; private set; }

    /// <summary>Members that await the first result of a tracker of their own.</summary>
    public int PendingMembers { get; private set; }

    /// <summary>Binds a router to the group. To be followed by <see cref="Begin"/> when all are in.</summary>
    /// <param name="name">What the router is called in causes.</param>
    /// <param name="router">A router of no other group.</param>
    public void Join(string name, VirtualRouter router)
    {
        ArgumentNullException.ThrowIfNull(router);
        router.Gate = this;
        _members.Add(new Member(name, router));
    }

    /// <summary>
    /// Looks at all members afresh: to be called when their faults at start are known and before they start, and when a reload has
    /// changed who is in. Members that run and differ are brought together: in BACKUP, since the others do not want to be master.
    /// </summary>
    public void Begin(MonotonicTime now)
    {
        _isRunning = true;
        _isSyncing = true;
        try
        {
            ShareFaults(now, "the group begins");
            bool areStarted = _members.TrueForAll(m => m.Router.IsStarted);
            if (areStarted && !AreAll(VirtualRouterState.Master))
            {
                Move(null, VirtualRouterState.Backup, "not all members of the group are master", now);
            }

            foreach (Member member in _members)
            {
                member.Note();
            }

            Conclude(areStarted ? CurrentState() : StateAtStart(), "started");
        }
        finally
        {
            _isSyncing = false;
        }
    }

    /// <summary>Lets a member go: it keeps its state, and loses what the group alone has imposed on it.</summary>
    public void Leave(VirtualRouter router, MonotonicTime now)
    {
        if (Find(router) is { } member)
        {
            _members.Remove(member);
            router.Gate = null;
            Impose(router, FaultReason.SyncGroup, false, "left the group", now);
            Impose(router, FaultReason.SyncGroupPending, false, "left the group", now);
        }
    }

    /// <summary>True when the router is a member.</summary>
    public bool Has(VirtualRouter router) => Find(router) is not null;

    /// <summary>Stops to follow, since the members are being stopped one by one.</summary>
    public void Suspend() => _isRunning = false;

    /// <inheritdoc/>
    public bool PermitsTakeover(VirtualRouter router)
    {
        foreach (Member member in _members)
        {
            if (member.Router != router && !member.Router.WantsMaster)
            {
                return false;
            }
        }

        return true;
    }

    /// <inheritdoc/>
    public void InputEnded(VirtualRouter router, MonotonicTime now)
    {
        // What the group itself moves it looks at when it has moved everybody.
        if (!_isRunning || _isSyncing || Find(router) is not { } member || !member.HasChanged)
        {
            return;
        }

        _isSyncing = true;
        try
        {
            Follow(member, now);
        }
        finally
        {
            _isSyncing = false;
        }
    }

    /// <inheritdoc/>
    public void LowerPriorityHeard(VirtualRouter router, MonotonicTime now)
    {
        if (_isSyncing)
        {
            return;
        }

        _isSyncing = true;
        foreach (Member member in _members)
        {
            if (member.Router != router)
            {
                member.Router.ReclaimAddresses(now);
            }
        }

        _isSyncing = false;
    }

    /// <inheritdoc/>
    public void ConflictEnded(VirtualRouter router, MonotonicTime now)
    {
        // Once for all: with the last member that had another master beside it.
        if (State == VirtualRouterState.Master && Find(router) is { } member && !_members.Exists(m => m.Router.IsInConflict))
        {
            _effects.StateChanged(State, State, $"{member.Name}: another master has gone");
        }
    }

    private void Follow(Member changed, MonotonicTime now)
    {
        string cause = $"{changed.Name}: {changed.Router.LastCause}";
        Count();
        VirtualRouterState target = TargetAfter(changed.Router);
        if (target != State && _members.Exists(m => m != changed && m.Router.IsStarted && m.Router.State != target))
        {
            _effects.Syncing(target, cause);
        }

        ShareFaults(now, cause);
        Move(changed.Router, target, cause, now);
        foreach (Member member in _members)
        {
            member.Note();
        }

        // While the members are being started one after another the state that was announced for all stands.
        if (_members.TrueForAll(m => m.Router.IsStarted))
        {
            Conclude(CurrentState(), cause);
        }
    }

    private VirtualRouterState TargetAfter(VirtualRouter changed) =>
        FaultyMembers > 0 || changed.State == VirtualRouterState.Fault ? VirtualRouterState.Fault
        : changed.State == VirtualRouterState.Master ? VirtualRouterState.Master
        : changed.State == VirtualRouterState.Init ? State
        : VirtualRouterState.Backup;

    private void Move(VirtualRouter? except, VirtualRouterState target, string cause, MonotonicTime now)
    {
        foreach (Member member in _members)
        {
            if (member.Router == except)
            {
                continue;
            }

            if (target == VirtualRouterState.Master)
            {
                member.Router.SwitchToMaster(now, cause);
            }
            else if (target == VirtualRouterState.Backup)
            {
                member.Router.SwitchToBackup(now, cause);
            }
        }
    }

    private void Conclude(VirtualRouterState next, string cause)
    {
        VirtualRouterState previous = State;
        if (next != previous)
        {
            State = next;
            _effects.StateChanged(previous, next, cause);
        }
    }

    private void Count()
    {
        FaultyMembers = 0;
        PendingMembers = 0;
        foreach (Member member in _members)
        {
            FaultyMembers += member.Router.HasOwnFault ? 1 : 0;
            PendingMembers += member.Router.PendingTrackers > 0 ? 1 : 0;
        }
    }

    // A member shares what the others have, never what it has itself.
    private void ShareFaults(MonotonicTime now, string cause)
    {
        Count();
        foreach (Member member in _members)
        {
            VirtualRouter router = member.Router;
            Impose(router, FaultReason.SyncGroup, FaultyMembers > (router.HasOwnFault ? 1 : 0), cause, now);
            Impose(router, FaultReason.SyncGroupPending, PendingMembers > (router.PendingTrackers > 0 ? 1 : 0), cause, now);
        }
    }

    private static void Impose(VirtualRouter router, FaultReason reason, bool holds, string cause, MonotonicTime now)
    {
        if (holds == router.HasFault(reason))
        {
            return;
        }

        if (holds)
        {
            router.AddFault(reason, now, cause);
        }
        else
        {
            router.ClearFault(reason, now, cause);
        }
    }

    private VirtualRouterState StateAtStart() =>
        FaultyMembers > 0 ? VirtualRouterState.Fault
        : PendingMembers > 0 || AreOwnersThatTakeOver() ? VirtualRouterState.Init
        : VirtualRouterState.Backup;

    private VirtualRouterState CurrentState()
    {
        // A member whose last fault is over stays in FAULT while a first result is awaited, and the others with it.
        if (FaultyMembers > 0 || _members.Exists(m => m.Router.State == VirtualRouterState.Fault))
        {
            return VirtualRouterState.Fault;
        }

        if (AreAll(VirtualRouterState.Master))
        {
            return VirtualRouterState.Master;
        }

        // Owners pass BACKUP for a microsecond, of which nobody is told.
        bool isInit = _members.Exists(m => m.Router.State == VirtualRouterState.Init)
            || (State == VirtualRouterState.Init && AreOwnersThatTakeOver());
        return isInit ? VirtualRouterState.Init : VirtualRouterState.Backup;
    }

    private bool AreAll(VirtualRouterState state) => _members.TrueForAll(m => m.Router.State == state);

    private bool AreOwnersThatTakeOver() => _members.TrueForAll(m => m.Router.Parameters is { IsOwner: true, StartsAsMaster: true });

    private Member? Find(VirtualRouter router)
    {
        foreach (Member member in _members)
        {
            if (member.Router == router)
            {
                return member;
            }
        }

        return null;
    }

    /// <summary>A router with what the group has seen of it last.</summary>
    private sealed class Member(string name, VirtualRouter router)
    {
        private VirtualRouterState _state;
        private bool _isStarted;
        private bool _isFaulty;
        private bool _isPending;

        public string Name { get; } = name;

        public VirtualRouter Router { get; } = router;

        public bool HasChanged =>
            Router.State != _state || Router.IsStarted != _isStarted || Router.HasOwnFault != _isFaulty || Router.PendingTrackers > 0 != _isPending;

        public void Note()
        {
            _state = Router.State;
            _isStarted = Router.IsStarted;
            _isFaulty = Router.HasOwnFault;
            _isPending = Router.PendingTrackers > 0;
        }
    }
}
