using System.Globalization;
using System.Net.Sockets;

namespace Keepalived.Vrrp.Protocol.Tests;

/// <summary>
/// One router on a bench: a clock that moves from deadline to deadline, and the effects as lines in the order they came.
/// </summary>
internal sealed class RouterRig : IVirtualRouterEffects, ITakeoverGate
{
    public static readonly InternetAddress Own = InternetAddress.Parse("10.0.0.5");
    public static readonly InternetAddress Lower = InternetAddress.Parse("10.0.0.1");
    public static readonly InternetAddress Higher = InternetAddress.Parse("10.0.0.9");

    private readonly List<string> _lines = [];
    private MonotonicTime? _deadline;

    public RouterRig(Func<VirtualRouterParameters, VirtualRouterParameters>? change = null, InternetAddress? source = null)
    {
        Router = new VirtualRouter((change ?? (p => p))(Version3), source ?? Own, this, this);
    }

    /// <summary>Version 3, priority 100, one second, no second announcements: what a test does not change stays out of its way.</summary>
    public static VirtualRouterParameters Version3 { get; } = new()
    {
        VirtualRouterId = 51,
        Version = VrrpVersion.Version3,
        Announcements = new() { MasterDelay = TimeSpan.Zero, LowerPriorityDelay = TimeSpan.Zero, LowerPriorityRepeat = 0 },
    };

    public VirtualRouter Router { get; }

    public MonotonicTime Now { get; private set; } = new(1_000_000_000_000);

    public bool GateIsOpen { get; set; } = true;

    public Action? WhenAsked { get; set; }

    public bool ShowsDeadlines { get; set; }

    public List<TransitionCause> Causes { get; } = [];

    public TimeSpan? UntilDeadline => _deadline - Now;

    public VirtualRouterState State => Router.State;

    /// <summary>The effects since the last call.</summary>
    public string[] Take()
    {
        string[] lines = [.. _lines];
        _lines.Clear();
        return lines;
    }

    /// <summary>Started, BACKUP, nothing heard, nothing recorded.</summary>
    public RouterRig Backup()
    {
        Router.Start(Now);
        Assert.Equal(VirtualRouterState.Backup, State);
        Take();
        return this;
    }

    /// <summary>Started and left alone until MASTER, nothing recorded.</summary>
    public RouterRig Master()
    {
        Router.Start(Now);
        while (State != VirtualRouterState.Master)
        {
            Advance(UntilDeadline!.Value);
        }

        Take();
        return this;
    }

    /// <summary>Lets time pass; the router is called at its deadlines, and only there.</summary>
    public RouterRig Advance(double seconds) => Advance(TimeSpan.FromSeconds(seconds));

    public RouterRig Advance(TimeSpan duration)
    {
        MonotonicTime end = Now + duration;
        while (_deadline is { } next && next <= end)
        {
            Now = MonotonicTime.Max(Now, next);
            Router.OnDeadline(Now);
        }

        Now = end;
        return this;
    }

    /// <summary>Lets time pass as for a stopped process: one call at the end.</summary>
    public RouterRig Freeze(double seconds) => Freeze(TimeSpan.FromSeconds(seconds));

    public RouterRig Freeze(TimeSpan duration)
    {
        Now += duration;
        Router.OnDeadline(Now);
        return this;
    }

    /// <summary>Lets time pass without a call: what comes next comes late.</summary>
    public RouterRig Pass(double seconds)
    {
        Now += TimeSpan.FromSeconds(seconds);
        return this;
    }

    /// <summary>Lets time pass without any call: what comes next comes before the timer.</summary>
    public RouterRig Skip(double seconds)
    {
        Now += TimeSpan.FromSeconds(seconds);
        return this;
    }

    public RouterRig Hear(byte priority, InternetAddress? from = null, double interval = 1)
    {
        Router.Receive(new ReceivedAdvertisement(from ?? Lower, priority, TimeSpan.FromSeconds(interval)), Now);
        return this;
    }

    void IVirtualRouterEffects.SendAdvertisement(byte priority) => _lines.Add($"send {priority}");

    void IVirtualRouterEffects.SetDeadline(MonotonicTime? deadline)
    {
        _deadline = deadline;
        if (ShowsDeadlines)
        {
            _lines.Add(UntilDeadline is { } left
                ? string.Create(CultureInfo.InvariantCulture, $"deadline in {left.TotalSeconds} s")
                : "no deadline");
        }
    }

    void IVirtualRouterEffects.InstallAddresses() => _lines.Add("install");

    void IVirtualRouterEffects.RemoveAddresses() => _lines.Add("remove");

    void IVirtualRouterEffects.Announce(int repeat, AnnouncementReason reason) => _lines.Add($"announce {repeat} {reason}");

    void IVirtualRouterEffects.StateChanged(VirtualRouterState previous, VirtualRouterState current, in TransitionCause cause)
    {
        Assert.Equal(current, State);
        Causes.Add(cause);
        _lines.Add($"{previous} to {current}: {cause.Kind}");
    }

    void IVirtualRouterEffects.ConflictEnded(in TransitionCause cause)
    {
        Causes.Add(cause);
        _lines.Add("conflict ended");
    }

    void IVirtualRouterEffects.PriorityChanged(byte previous, byte current, in TransitionCause cause) =>
        _lines.Add($"priority {previous} to {current}: {cause.Kind}");

    void IVirtualRouterEffects.LowerPriorityReceived(in ReceivedAdvertisement advertisement) =>
        _lines.Add($"lower priority {advertisement.Priority}");

    void IVirtualRouterEffects.Report(in RouterReport report) =>
        _lines.Add($"report {report.Kind}{(report.IsRepeated ? " again" : "")}");

    bool ITakeoverGate.PermitsTakeover(VirtualRouter router)
    {
        WhenAsked?.Invoke();
        return GateIsOpen;
    }
}
