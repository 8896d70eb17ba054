using System.Diagnostics;

namespace Keepalived.Vrrp.Protocol;

// What each state does with each input.
public sealed partial class VirtualRouter
{
    // RFC 9568 section 6.4, cell by cell. What cannot matter in a state is listed as such: there is no wildcard, so a new
    // input or state does not silently fall into an old arm.
    private void Dispatch(in VirtualRouterInput input)
    {
        switch (State, input.Kind)
        {
            // Section 6.4.1, Initialize; also a router held back by a pending tracker.
            case (VirtualRouterState.Init, VirtualRouterInputKind.Start): Begin(input.Now); break;
            case (VirtualRouterState.Init, VirtualRouterInputKind.Stop): End(input.Now); break;
            case (VirtualRouterState.Init, VirtualRouterInputKind.FaultAdded): InitFaultAdded(input); break;
            case (VirtualRouterState.Init, VirtualRouterInputKind.FaultCleared): FaultCleared(input); break;

            // Section 6.4.2, Backup.
            case (VirtualRouterState.Backup, VirtualRouterInputKind.Stop): End(input.Now); break;
            case (VirtualRouterState.Backup, VirtualRouterInputKind.Advertisement): BackupReceive(input.Advertisement, input.Now); break;
            case (VirtualRouterState.Backup, VirtualRouterInputKind.Clock): BackupClock(input.Now); break;
            case (VirtualRouterState.Backup, VirtualRouterInputKind.FaultAdded): RunningFaultAdded(input); break;
            case (VirtualRouterState.Backup, VirtualRouterInputKind.SwitchToMaster):
                BecomeMaster(new(TransitionCauseKind.SyncGroup) { OwnPriority = EffectivePriority, Detail = input.Detail }, input.Now, input.Now);
                break;

            // Section 6.4.3, Active.
            case (VirtualRouterState.Master, VirtualRouterInputKind.Stop): End(input.Now); break;
            case (VirtualRouterState.Master, VirtualRouterInputKind.Advertisement): MasterReceive(input.Advertisement, input.Now); break;
            case (VirtualRouterState.Master, VirtualRouterInputKind.Clock): MasterClock(input.Now); break;
            case (VirtualRouterState.Master, VirtualRouterInputKind.FaultAdded): RunningFaultAdded(input); break;
            case (VirtualRouterState.Master, VirtualRouterInputKind.AddressLost): MasterAddressLost(input.Now); break;
            case (VirtualRouterState.Master, VirtualRouterInputKind.AddressesAdded): AnnounceAdded(input.Now); break;
            case (VirtualRouterState.Master, VirtualRouterInputKind.SwitchToBackup):
                StepDown(new(TransitionCauseKind.SyncGroup) { OwnPriority = EffectivePriority, Detail = input.Detail }, MasterDownInterval, input.Now);
                break;
            case (VirtualRouterState.Master, VirtualRouterInputKind.ReclaimAddresses): Reclaim(input.Now); break;

            // Not in the RFC: Fault.
            case (VirtualRouterState.Fault, VirtualRouterInputKind.Stop): End(input.Now); break;
            case (VirtualRouterState.Fault, VirtualRouterInputKind.FaultAdded): FurtherFaultAdded(input); break;
            case (VirtualRouterState.Fault, VirtualRouterInputKind.FaultCleared): FaultCleared(input); break;

            // The same in every state: remembered, and used when it is time.
            case (VirtualRouterState.Init or VirtualRouterState.Backup or VirtualRouterState.Master or VirtualRouterState.Fault,
                  VirtualRouterInputKind.PriorityAdjusted):
                _adjustment = input.Adjustment;
                RefreshPriority(new(TransitionCauseKind.Tracking) { Value = _adjustment, Detail = input.Detail }, input.Now);
                break;
            case (VirtualRouterState.Init or VirtualRouterState.Backup or VirtualRouterState.Master or VirtualRouterState.Fault,
                  VirtualRouterInputKind.SourceChanged):
                Source = input.Source;
                break;
            case (VirtualRouterState.Init or VirtualRouterState.Backup or VirtualRouterState.Master or VirtualRouterState.Fault,
                  VirtualRouterInputKind.ParametersChanged):
                TakeParameters(input.Parameters!, input.Now);
                break;
            case (VirtualRouterState.Backup or VirtualRouterState.Master, VirtualRouterInputKind.FaultCleared):
                // Only a pending tracker can hold here, added by a reload; it stops nobody who runs.
                RemoveFault(input);
                break;

            // Happens, and means nothing: packets and late clock calls reach a router that does not run, a group moves
            // members that are there already, and the kernel tells of addresses that we removed ourselves.
            case (VirtualRouterState.Init or VirtualRouterState.Fault,
                  VirtualRouterInputKind.Advertisement or VirtualRouterInputKind.Clock):
            case (VirtualRouterState.Init or VirtualRouterState.Fault,
                  VirtualRouterInputKind.SwitchToMaster or VirtualRouterInputKind.SwitchToBackup):
            case (VirtualRouterState.Backup, VirtualRouterInputKind.SwitchToBackup):
            case (VirtualRouterState.Master, VirtualRouterInputKind.SwitchToMaster):
            case (VirtualRouterState.Init or VirtualRouterState.Backup or VirtualRouterState.Fault,
                  VirtualRouterInputKind.AddressLost or VirtualRouterInputKind.AddressesAdded or VirtualRouterInputKind.ReclaimAddresses):
                break;

            // Cannot happen: whoever starts a router knows whether it did so.
            case (VirtualRouterState.Backup or VirtualRouterState.Master or VirtualRouterState.Fault, VirtualRouterInputKind.Start):
                throw new InvalidOperationException($"Virtual router {Parameters.VirtualRouterId} is running already.");

            default:
                throw new UnreachableException($"No cell for {State} and {input.Kind}.");
        }
    }
}
