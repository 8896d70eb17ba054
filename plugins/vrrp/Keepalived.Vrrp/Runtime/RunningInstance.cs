using Keepalived.Events;
using Keepalived.Linux;
using Keepalived.Scheduling;
using Keepalived.Vrrp.Addresses;
using Keepalived.Vrrp.Configuration;
using Keepalived.Vrrp.Network;
using Keepalived.Vrrp.Protocol;

namespace Keepalived.Vrrp.Runtime;

/// <summary>
/// A virtual router of the configuration, running: carries what the state machine decides to sockets, kernel, scripts and log,
/// and what these say back to the state machine.
/// </summary>
internal sealed partial class RunningInstance : IVirtualRouterEffects, IAdvertisementListener, IDisposable
{
    private readonly VrrpServices _services;
    private readonly VirtualRouter _router;
    private readonly AdvertisementReceiver _receiver;
    private readonly ILoopTimer _timer;
    private readonly InstanceAddresses _addresses;
    private readonly InstanceNotifier _notifier;
    private readonly Action _evaluateLoss;
    private Ipv4IdentificationCounter _identification;
    private Errno _sendErrno;
    private bool _lossPending;
    private bool _isDeleted;
    private bool _keepsAddresses;
    private bool _isDisposed;

    public RunningInstance(InstanceSettings settings, GlobalSettings globals, VrrpServices services)
    {
        Settings = settings;
        _globals = globals;
        _services = services;
        _timer = services.Scheduler.CreateTimer(OnDeadline);
        _evaluateLoss = EvaluateLoss;
        _notifier = new InstanceNotifier(services.Scripts, services.Events, services.Logger) { Settings = settings };
        _addresses = new InstanceAddresses(services.Installer, services.Announcer, services.Interfaces, services.AddressIndex, services.Logger)
        {
            Settings = settings,
            Settled = OnAddressesSettled,
            Lost = OnAddressLost,
            OpenRestoration = () => new AddressRestoration(services.Scheduler, services.Installer, services.Logger),
        };
        ConfigureLinks(settings);
        _addresses.Configure(settings);
        _router = new VirtualRouter(settings.ToParameters(), source: null, this);
        _receiver = new AdvertisementReceiver(settings.ToReceiveRules(), _router.Statistics);
    }

    /// <summary>Configuration in force.</summary>
    public InstanceSettings Settings { get; private set; }

    /// <summary>State, counters, timers.</summary>
    public VirtualRouter Router => _router;

    /// <summary>The addresses at run time.</summary>
    public InstanceAddresses Addresses => _addresses;

    /// <summary>Wall-clock time of the last transition; null before the first.</summary>
    public DateTimeOffset? LastTransition { get; private set; }

    /// <summary>Notify scripts that have not ended yet.</summary>
    public int RunningScripts => _notifier.Running;

    /// <summary>When the state machine looks at the clock next.</summary>
    public MonotonicTime Deadline => _timer.Deadline;

    private MonotonicTime Now => _services.Scheduler.Now;

    private bool IsSilent => Now < _services.SilentUntil;

    /// <summary>What is told to scripts and FIFOs still waits for addresses.</summary>
    public bool HoldsNotices => _notifier.IsHeld;

    /// <summary>Called when nothing is held back any more.</summary>
    public Action? NoticesReleased { get; set; }

    /// <summary>Finds out which faults hold at the start; a sync group asks before any of its members starts.</summary>
    public void Prepare()
    {
        for (int i = 0; i < Settings.ConfigurationFaults; i++)
        {
            _router.AddFault(FaultReason.Configuration, Now);
        }

        SetFault(FaultReason.DuplicateVirtualRouterId, Settings.IsDuplicate);
        Follow(makesLinks: true);
    }

    /// <summary>Begins, in FAULT if the kernel or the configuration says so.</summary>
    public void Start() => _router.Start(Now);

    /// <summary>Takes changed settings of the same virtual router; what did not change goes on.</summary>
    public void Reload(InstanceSettings settings, GlobalSettings globals)
    {
        _globals = globals;
        if (settings == Settings)
        {
            return;
        }

        InstanceSettings previous = Settings;
        Settings = settings;
        _notifier.Settings = settings;
        _receiver.UpdateRules(settings.ToReceiveRules());
        if (_awaitsLinks)
        {
            ReloadBeforeBegin(settings);
            return;
        }

        // Images before parameters: a router that sends at once must not send the old content.
        ConfigureLinks(settings);
        int added = _addresses.Configure(settings);
        // A running router does without its interface for no turn, so one that is configured differently is made now.
        Follow(makesLinks: settings.VirtualLinks != previous.VirtualLinks);
        RebuildImages();
        _router.UpdateParameters(settings.ToParameters(), Now);
        MoveConfigurationFaults(settings.ConfigurationFaults - previous.ConfigurationFaults);
        SetFault(FaultReason.DuplicateVirtualRouterId, settings.IsDuplicate);
        if (added > 0)
        {
            _router.OnAddressesAdded(Now);
        }
    }

    /// <summary>Ends: priority 0 if master, addresses out, notification.</summary>
    /// <param name="keepsAddresses">Leave the addresses in the kernel (<c>-V</c>).</param>
    public void Stop(bool keepsAddresses)
    {
        _keepsAddresses = keepsAddresses;
        _router.Stop(Now);
    }

    /// <summary>Ends because the configuration no longer has it: told as DELETED or, without notify_deleted, as FAULT.</summary>
    public void Delete()
    {
        VrrpLog.Removed(_services.Logger, Settings.Name);
        _isDeleted = true;
        if (_awaitsLinks)
        {
            // It has not begun, so nobody knows of it.
            _awaitsLinks = false;
            return;
        }

        bool isSilent = _router.State == VirtualRouterState.Fault && !Settings.Notify.SaysDeleted;
        VrrpState previous = Map(_router.State);
        _router.Stop(Now);
        if (!isSilent)
        {
            VrrpState told = Settings.Notify.SaysDeleted ? VrrpState.Deleted : VrrpState.Fault;
            _notifier.StateChanged(previous, told, _router.EffectivePriority, "removed from the configuration");
        }

        RemoveVirtualLinksInTurn();
    }

    /// <summary>Closes what is open. Addresses that are still on their way out finish without it.</summary>
    public void Dispose()
    {
        _awaitsLinks = false;
        _isDisposed = true;
        _timer.Dispose();
        LeavePath();
        _notifier.Release();
        _addresses.Forget();
        _links?.Dispose();
    }

    /// <inheritdoc/>
    public void Receive(in VrrpDatagram datagram)
    {
        if (IsSilent)
        {
            return;
        }

        ReceiverContext context = _router.ReceiverContext;
        if (Settings.Hmac is not null)
        {
            context = context with { WallClock = _services.Scheduler.TimeProvider.GetUtcNow() };
        }

        ReceiveVerdict verdict = _receiver.Check(datagram, context);
        if (verdict.ToReport != ReceiveFinding.None)
        {
            ReportVerdict(datagram.Source, verdict);
        }

        if (verdict.IsAccepted)
        {
            _router.Receive(verdict.Advertisement, Now);
        }
    }

    void IAdvertisementListener.SendFailed(Errno errno)
    {
        // One line per kind of failure until the state changes.
        if (errno != _sendErrno)
        {
            _sendErrno = errno;
            VrrpLog.SendFailed(_services.Logger, Settings.Name, errno.Text());
        }
    }

    void IVirtualRouterEffects.SendAdvertisement(byte priority)
    {
        if (_path is null || IsSilent)
        {
            return;
        }

        _signer?.Sign(priority, _services.Scheduler.TimeProvider.GetUtcNow());
        foreach (AdvertisementImage image in _images)
        {
            _path.Send(image, _imageSource, priority, _identification.Next());
        }

        if (priority == 0)
        {
            VrrpLog.SentZero(_services.Logger, Settings.Name);
        }
    }

    void IVirtualRouterEffects.SetDeadline(MonotonicTime? deadline)
    {
        if (deadline is { } time)
        {
            _timer.Arm(time);
        }
        else
        {
            _timer.Disarm();
        }
    }

    void IVirtualRouterEffects.InstallAddresses()
    {
        _links?.Block();
        _addresses.Install();
        if (!_addresses.IsUnsettled)
        {
            _links?.InstallRouting(_addresses.All);
        }

        _notifier.IsHeld = IsUnsettled;
    }

    void IVirtualRouterEffects.RemoveAddresses()
    {
        if (_keepsAddresses)
        {
            _addresses.Abandon();
            return;
        }

        _links?.RemoveRouting();
        _addresses.Remove();
        if (!_addresses.IsUnsettled)
        {
            _links?.Unblock();
        }

        _notifier.IsHeld = IsUnsettled;
    }

    void IVirtualRouterEffects.Announce(int repeat, AnnouncementReason reason)
    {
        if (_services.Daemon.LogDetail > 0 && _addresses.All.Count > 0)
        {
            VrrpLog.Announcing(_services.Logger, Settings.Name, repeat, _addresses.All.Count, reason);
        }

        if (!IsSilent)
        {
            _addresses.Announce(repeat);
        }
    }

    void IVirtualRouterEffects.StateChanged(VirtualRouterState previous, VirtualRouterState current, in TransitionCause cause)
    {
        LastTransition = _services.Scheduler.TimeProvider.GetUtcNow();
        _sendErrno = Errno.None;
        // A new master's first advertisement waits neither for log nor scripts: 0.2 ms of every failover.
        _path?.Flush();
        string why = cause.ToString();
        if (current == VirtualRouterState.Init)
        {
            if (!_isDeleted)
            {
                _notifier.StateChanged(Map(previous), VrrpState.Stop, _router.EffectivePriority, why);
            }

            return;
        }

        LogTransition(previous, current, cause.Kind, why);
        AnnounceRecoveredSource(previous, current);
        _notifier.StateChanged(Map(previous), Map(current), _router.EffectivePriority, why);
    }

    void IVirtualRouterEffects.ConflictEnded(in TransitionCause cause)
    {
        string why = cause.ToString();
        VrrpLog.ConflictEnded(_services.Logger, Settings.Name, why);
        _notifier.StateChanged(VrrpState.Master, VrrpState.Master, _router.EffectivePriority, why);
    }

    void IVirtualRouterEffects.PriorityChanged(byte previous, byte current, in TransitionCause cause)
    {
        string why = cause.ToString();
        VrrpLog.Priority(_services.Logger, Settings.Name, previous, current, why);
        _notifier.PriorityChanged(Map(_router.State), previous, current, why);
    }

    void IVirtualRouterEffects.LowerPriorityReceived(in ReceivedAdvertisement advertisement) =>
        _notifier.LowerPriorityReceived(
            _router.EffectivePriority, $"advertisement from {advertisement.Source} with priority {advertisement.Priority}");

    void IVirtualRouterEffects.Report(in RouterReport report)
    {
        if (report.IsRepeated)
        {
            return;
        }

        switch (report.Kind)
        {
            case RouterReportKind.LowerPriorityDiscarded:
                VrrpLog.LowerPriorityDiscarded(_services.Logger, Settings.Name, report.Priority, report.Source);
                break;
            case RouterReportKind.NewElectionForced:
                VrrpLog.LowerPriority(_services.Logger, Settings.Name, report.Source, report.Priority, report.OwnPriority, ", forcing new election");
                break;
            case RouterReportKind.LowerPriorityIgnored:
                VrrpLog.LowerPriority(_services.Logger, Settings.Name, report.Source, report.Priority, report.OwnPriority, "");
                break;
            default:
                VrrpLog.Report(_services.Logger, Settings.Name, report.ToString());
                break;
        }
    }

    private static VrrpState Map(VirtualRouterState state) => (VrrpState)state;

    private void OnDeadline(MonotonicTime deadline) => _router.OnDeadline(Now);

    private void LogTransition(VirtualRouterState previous, VirtualRouterState current, TransitionCauseKind kind, string why)
    {
        if (kind == TransitionCauseKind.MasterDownTimeout)
        {
            VrrpLog.Timeout(_services.Logger, Settings.Name);
        }

        string suffix = previous == VirtualRouterState.Init && current == VirtualRouterState.Backup ? " (init)" : "";
        VrrpLog.Entering(_services.Logger, Settings.Name, current.ToString().ToUpperInvariant(), suffix, why);
    }

    private void OnAddressesSettled()
    {
        // Routes may prefer a virtual address as their source, so they come after all addresses.
        if (_addresses.AreWanted)
        {
            _links?.InstallRouting(_addresses.All);
        }
        else
        {
            _links?.Unblock();
        }

        OnLinksSettled();
    }

    // Several addresses, or addresses and their interface, mostly go together: judged once the news have been read.
    private void OnAddressLost()
    {
        if (!_lossPending)
        {
            _lossPending = true;
            _services.Scheduler.RunAtTurnEnd(_evaluateLoss);
        }
    }

    private void EvaluateLoss()
    {
        _lossPending = false;
        FollowKernel();
        if (_router.State == VirtualRouterState.Master && !(Settings.RestoresAddresses && _addresses.TryRestore()))
        {
            _router.OnAddressLost(Now);
        }
    }

    private void MoveConfigurationFaults(int difference)
    {
        for (; difference > 0; difference--)
        {
            _router.AddFault(FaultReason.Configuration, Now);
        }

        for (; difference < 0; difference++)
        {
            _router.ClearFault(FaultReason.Configuration, Now);
        }
    }

    private void ReportVerdict(InternetAddress source, in ReceiveVerdict verdict)
    {
        if (!verdict.IsAccepted)
        {
            VrrpLog.Dropped(_services.Logger, Settings.Name, source, verdict.DescribeDrop());
            return;
        }

        if ((verdict.ToReport & ReceiveFinding.DifferentInterval) != 0)
        {
            string text = $"its interval is {verdict.Advertisement.Interval.TotalSeconds} s, ours {Settings.AdvertisementInterval.TotalSeconds} s";
            VrrpLog.Suspicious(_services.Logger, Settings.Name, source, text);
        }

        if ((verdict.ToReport & ReceiveFinding.AddressList) != 0)
        {
            VrrpLog.Suspicious(_services.Logger, Settings.Name, source, "its virtual addresses are not the configured ones");
        }

        if ((verdict.ToReport & ReceiveFinding.ClockSkew) != 0)
        {
            VrrpLog.Suspicious(_services.Logger, Settings.Name, source, "its clock and ours differ by more than half the time window");
        }

        if ((verdict.ToReport & ReceiveFinding.OldUnicastChecksum) != 0)
        {
            VrrpLog.Suspicious(_services.Logger, Settings.Name, source, "its checksum is of the old unicast kind, which is used from now on");
            RebuildImages();
        }
    }
}
