namespace Keepalived.Vrrp.Protocol.Tests;

/// <summary>Routers on links of their own, bound into one group, under one clock; what they do is written down in order.</summary>
internal sealed class GroupRig : ISyncGroupEffects
{
    private readonly List<string> _lines = [];

    public GroupRig(params string[] names)
        : this(p => p, names)
    {
    }

    public GroupRig(Func<VirtualRouterParameters, VirtualRouterParameters> change, params string[] names)
    {
        Group = new SyncGroup(this);
        foreach (string name in names)
        {
            var member = new Member(name, this, change(RouterRig.Version3));
            Members.Add(member);
            Group.Join(name, member.Router);
        }
    }

    public SyncGroup Group { get; }

    public List<Member> Members { get; } = [];

    public List<string> Causes { get; } = [];

    public MonotonicTime Now { get; private set; } = new(1_000_000_000_000);

    public Member this[string name] => Members.First(m => m.Name == name);

    public IEnumerable<VirtualRouterState> States => Members.Select(m => m.Router.State);

    public string[] Take()
    {
        string[] lines = [.. _lines];
        _lines.Clear();
        return lines;
    }

    public GroupRig Start()
    {
        Group.Begin(Now);
        foreach (Member member in Members)
        {
            member.Router.Start(Now);
        }

        return this;
    }

    /// <summary>Started and left alone until all are master, nothing recorded.</summary>
    public GroupRig Master()
    {
        Start().Advance(30);
        Assert.All(States, state => Assert.Equal(VirtualRouterState.Master, state));
        Take();
        return this;
    }

    public void Disband() => Members.ForEach(m => Group.Leave(m.Router, Now));

    public GroupRig Advance(double seconds)
    {
        MonotonicTime end = Now + TimeSpan.FromSeconds(seconds);
        while (Members.Where(m => m.Deadline <= end).MinBy(m => m.Deadline) is { } next)
        {
            Now = MonotonicTime.Max(Now, next.Deadline);
            next.Router.OnDeadline(Now);
        }

        Now = end;
        return this;
    }

    /// <summary>Lets time pass while a member goes on hearing this priority every second.</summary>
    public GroupRig AdvanceHearing(string name, byte priority, int seconds)
    {
        for (int i = 0; i < seconds; i++)
        {
            this[name].Hear(priority);
            Advance(1);
        }

        return this;
    }

    void ISyncGroupEffects.Syncing(VirtualRouterState state, string cause) => _lines.Add($"syncing to {state}");

    void ISyncGroupEffects.StateChanged(VirtualRouterState previous, VirtualRouterState current, string cause)
    {
        Causes.Add(cause);
        _lines.Add($"group {current}");
    }

    internal sealed class Member : IVirtualRouterEffects
    {
        private readonly GroupRig _rig;

        public Member(string name, GroupRig rig, VirtualRouterParameters parameters)
        {
            Name = name;
            _rig = rig;
            Router = new VirtualRouter(parameters, RouterRig.Own, this);
        }

        public string Name { get; }

        public VirtualRouter Router { get; }

        public MonotonicTime Deadline { get; private set; } = MonotonicTime.Never;

        public void Hear(byte priority) =>
            Router.Receive(new ReceivedAdvertisement(RouterRig.Lower, priority, TimeSpan.FromSeconds(1)), _rig.Now);

        public void Fail(FaultReason reason = FaultReason.InterfaceDown) => Router.AddFault(reason, _rig.Now);

        public void Mend(FaultReason reason = FaultReason.InterfaceDown) => Router.ClearFault(reason, _rig.Now);

        public void SendAdvertisement(byte priority)
        {
            if (priority == 0)
            {
                _rig._lines.Add($"{Name} says goodbye");
            }
        }

        public void SetDeadline(MonotonicTime? deadline) => Deadline = deadline ?? MonotonicTime.Never;

        public void InstallAddresses()
        {
        }

        public void RemoveAddresses()
        {
        }

        public void Announce(int repeat, AnnouncementReason reason)
        {
            if (reason == AnnouncementReason.LowerPriorityMaster)
            {
                _rig._lines.Add($"{Name} announces");
            }
        }

        public void StateChanged(VirtualRouterState previous, VirtualRouterState current, in TransitionCause cause) =>
            _rig._lines.Add($"{Name} {current}");

        public void PriorityChanged(byte previous, byte current, in TransitionCause cause)
        {
        }

        public void LowerPriorityReceived(in ReceivedAdvertisement advertisement)
        {
        }

        public void Report(in RouterReport report)
        {
        }
    }
}
