using System.Net.Sockets;

namespace Keepalived.Vrrp.Protocol;

// Beginning and ending: INIT, FAULT, and the ways in and out of them.
public sealed partial class VirtualRouter
{
    // What was said of the last fault that came with words, for a router that starts with it.
    private FaultReason _detailedFault;
    private string? _faultDetail;

    // Cause of the takeover that the running down timer will lead to.
    private TransitionCauseKind _takeoverCause;

    private void Begin(MonotonicTime now)
    {
        if (_started)
        {
            throw new InvalidOperationException($"Virtual router {Parameters.VirtualRouterId} is running already.");
        }

        _started = true;
        // An earlier life of this process may have been killed as a master and left its addresses.
        _effects.RemoveAddresses();
        if (_faults.HasFault)
        {
            FaultReason first = FirstFault();
            EnterFault(new(TransitionCauseKind.Fault) { Fault = first, Detail = first == _detailedFault ? _faultDetail : null }, now);
        }
        else if (!_faults.IsPending)
        {
            EnterBackup(new(TransitionCauseKind.Started), now);
        }
    }

    private void End(MonotonicTime now)
    {
        if (!_started)
        {
            return;
        }

        VirtualRouterState previous = State;
        if (previous == VirtualRouterState.Master)
        {
            SayGoodbye();
        }

        _started = false;
        Rest(VirtualRouterState.Init, now);
        _effects.RemoveAddresses();
        if (previous != VirtualRouterState.Init)
        {
            TellState(previous, new(TransitionCauseKind.Stopped) { OwnPriority = EffectivePriority }, now);
        }
    }

    private void InitFaultAdded(in VirtualRouterInput input)
    {
        AddFault(input);
        if (_started && _faults.HasFault)
        {
            EnterFault(new(TransitionCauseKind.Fault) { Fault = input.Fault, Detail = input.Detail }, input.Now);
        }
    }

    private void RunningFaultAdded(in VirtualRouterInput input)
    {
        AddFault(input);
        if (!_faults.HasFault)
        {
            return;
        }

        if (State == VirtualRouterState.Master)
        {
            SayGoodbye();
        }

        EnterFault(new(TransitionCauseKind.Fault) { Fault = input.Fault, Detail = input.Detail }, input.Now);
    }

    private void AddFault(in VirtualRouterInput input)
    {
        _faults.Add(input.Fault);
        if (input.Detail is not null)
        {
            _detailedFault = input.Fault;
            _faultDetail = input.Detail;
        }

        RecordFault(RouterHistoryKind.FaultBegan, input);
    }

    private void RemoveFault(in VirtualRouterInput input)
    {
        _faults.Clear(input.Fault);
        RecordFault(RouterHistoryKind.FaultEnded, input);
    }

    // A further fault changes nothing, but whoever waits for the end of the first one wants to know of it.
    private void FurtherFaultAdded(in VirtualRouterInput input)
    {
        AddFault(input);
        _effects.Report(new RouterReport(RouterReportKind.FurtherFault, null, 0, EffectivePriority, IsRepeated: false) { Fault = input.Fault, Detail = input.Detail });
    }

    private void FaultCleared(in VirtualRouterInput input)
    {
        RemoveFault(input);
        if (_started && _faults.IsClear)
        {
            EnterBackup(new(TransitionCauseKind.FaultCleared) { Fault = input.Fault, Detail = input.Detail }, input.Now);
        }
        else if (State == VirtualRouterState.Fault && input.Fault is not (FaultReason.TrackerPending or FaultReason.SyncGroupPending))
        {
            _effects.Report(new RouterReport(RouterReportKind.FaultRemains, null, 0, EffectivePriority, IsRepeated: false) { Fault = input.Fault, Detail = input.Detail });
        }
    }

    private void EnterFault(TransitionCause cause, MonotonicTime now)
    {
        VirtualRouterState previous = State;
        Rest(VirtualRouterState.Fault, now);
        if (previous == VirtualRouterState.Master)
        {
            _effects.RemoveAddresses();
        }

        TellState(previous, cause with { OwnPriority = EffectivePriority }, now);
    }

    // From INIT or FAULT, as if nothing had been heard before.
    private void EnterBackup(TransitionCause cause, MonotonicTime now)
    {
        VirtualRouterState previous = State;
        Rest(VirtualRouterState.Backup, now);
        _yieldsToSecondOwner = false;
        RefreshPriority(cause, now);
        _protocolDeadline = now + FirstTimer(previous);
        TellState(previous, cause with { OwnPriority = EffectivePriority }, now);
    }

    private TimeSpan FirstTimer(VirtualRouterState previous)
    {
        if (Parameters.StartsAsMaster && Parameters.IsOwner)
        {
            _takeoverCause = TransitionCauseKind.OwnerStart;
            return OwnerStartDelay;
        }

        return Parameters.StartsAsMaster && previous == VirtualRouterState.Init
            ? VirtualRouterTimers.StartAsMaster(Parameters.Version, Parameters.AdvertisementInterval)
            : MasterDownInterval;
    }

    // A master that leaves spares the others the wait. IPv4 headers get their source from the kernel if need be.
    private void SayGoodbye()
    {
        Statistics.ReleasedMaster++;
        if (Source is not null || Parameters.Family == AddressFamily.InterNetwork)
        {
            Send(priority: 0);
        }
    }

    // Everything that belongs to a run of BACKUP or MASTER is forgotten.
    private void Rest(VirtualRouterState state, MonotonicTime now)
    {
        CancelMasterChores();
        _protocolDeadline = MonotonicTime.Never;
        _preemptionTime = null;
        _takeoverCause = TransitionCauseKind.MasterDownTimeout;
        _lastAccepted = null;
        _lastLateness = TimeSpan.Zero;
        LastMaster = null;
        LastMasterPriority = 0;
        MasterInterval = Parameters.AdvertisementInterval;
        WantsMaster = false;
        Enter(state, now);
    }

    private FaultReason FirstFault()
    {
        for (FaultReason reason = FaultReason.InterfaceDown; reason < FaultReason.SyncGroup; reason++)
        {
            if (reason != FaultReason.TrackerPending && _faults.Holds(reason))
            {
                return reason;
            }
        }

        return FaultReason.SyncGroup;
    }
}
