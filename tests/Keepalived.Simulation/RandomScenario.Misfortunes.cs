using Keepalived.Vrrp.Protocol;

namespace Keepalived.Simulation;

// What goes wrong.
public sealed partial class RandomScenario
{
    private void Misfortune()
    {
        SimulatedMachine machine = Network.Machines[_dice.Below(Network.Machines.Count)];
        SimulatedLan lan = Network.Lans[_dice.Below(Network.Lans.Count)];
        switch (_dice.Below(28))
        {
            case 0: machine.Kill(); break;
            case 1: machine.PowerOff(); break;
            case 2 or 3: machine.Stop(); break;
            case 4 or 5 or 6: StartOneThatIsDown(machine); break;
            case 7: machine.Pause(); break;
            case 8: PauseBriefly(machine); break;
            case 9 or 10: machine.Resume(); break;
            case 11: FlapLink(machine); break;
            case 12: CutOneWay(lan); break;
            case 13: lan.SetTrunk(isUp: false); break;
            case 14: lan.Lose(_dice.Unit() / 2); break;
            case 15: lan.Duplicate(_dice.Unit() / 2); break;
            case 16: lan.Slow(_dice.PartOf(Interval)); break;
            case 17 or 18: FlapTracker(machine); break;
            case 19: StepClock(machine); break;
            case 20: machine.Reload(); break;
            case 21: ReloadChanged(machine); break;
            case 22: RollOutInterval(); break;
            case 23: machine.Routers[_dice.Below(machine.Routers.Count)].LoseAddress(); break;
            case 24: RollOutAddresses(); break;
            case 25: RollOutGroups(); break;
            default: lan.Heal(); break;
        }
    }

    private void StartOneThatIsDown(SimulatedMachine machine)
    {
        machine.Start();
        foreach (SimulatedMachine other in Network.Machines)
        {
            if (!other.IsRunning)
            {
                other.Start();
                return;
            }
        }
    }

    // Where advertisements are signed the clocks stay within what the time window allows, forward and back.
    private void StepClock(SimulatedMachine machine)
    {
        TimeSpan step = !_isSigned ? TimeSpan.FromSeconds(_dice.Between(-100_000, 100_000))
            : _dice.OneIn(2) ? _dice.PartOf((_window / 2) - machine.WallClockOffset)
            : -_dice.PartOf(machine.WallClockOffset);
        machine.StepClock(step, _isSigned);
    }

    // A loop that was late: shorter than a down timer.
    private void PauseBriefly(SimulatedMachine machine)
    {
        machine.Pause();
        Later(_dice.PartOf(Interval * 3), machine.Resume);
    }

    private void FlapLink(SimulatedMachine machine)
    {
        SimulatedInterface port = machine.Interfaces[_dice.Below(machine.Interfaces.Count)];
        machine.Connect(port, isConnected: false);
        Later(_dice.PartOf(Interval * (_dice.OneIn(2) ? 1 : 10)), () => machine.Connect(port, isConnected: true));
    }

    private void FlapTracker(SimulatedMachine machine)
    {
        if (machine.Trackers.Count > 0)
        {
            SimulatedTracker tracker = machine.Trackers[_dice.Below(machine.Trackers.Count)];
            machine.SetTracker(tracker, !tracker.IsUp);
            if (!_dice.OneIn(3))
            {
                Later(_dice.PartOf(Interval * 4), () => machine.SetTracker(tracker, !tracker.IsUp));
            }
        }
    }

    private void CutOneWay(SimulatedLan lan)
    {
        NetworkPort from = lan.Ports[_dice.Below(lan.Ports.Count)];
        NetworkPort to = lan.Ports[_dice.Below(lan.Ports.Count)];
        if (from != to)
        {
            lan.Block(from, to);
        }
    }

    private void ReloadChanged(SimulatedMachine machine)
    {
        int change = _dice.Below(5);
        byte priority = RandomPriority();
        foreach (SimulatedRouter router in machine.Routers)
        {
            // The members of a group change alike: see BuildMachine.
            router.Configured = _isGroupable
                ? Changed(router.Configured, change, priority)
                : Changed(router.Configured, _dice.Below(5), RandomPriority());
        }

        machine.Reload();
    }

    private VirtualRouterParameters Changed(VirtualRouterParameters p, int change, byte priority)
    {
        if (p.IsOwner)
        {
            return p with { Announcements = RandomAnnouncements() };
        }

        return change switch
        {
            0 => p with { BasePriority = priority },
            1 => p with { DownTimerAdvertisements = _dice.Between(2, 4) },
            2 => p with { SilentToLowerPriority = !p.SilentToLowerPriority, AdvertisesBeforeYielding = !p.AdvertisesBeforeYielding },
            3 => p with { Preempts = p.StartsAsMaster || !p.Preempts, PreemptDelay = TimeSpan.Zero, Announcements = RandomAnnouncements() },
            _ => p with { Preempts = true, StartsAsMaster = false, PreemptDelay = Interval * _dice.Between(0, 5) },
        };
    }

    // An address more or less, from machine to machine.
    private void RollOutAddresses()
    {
        bool hasSecond = _dice.OneIn(2);
        RollOut(router => router.HasSecondAddress = hasSecond, null);
    }

    // A sync group made or disbanded, from machine to machine.
    private void RollOutGroups()
    {
        if (_isGroupable)
        {
            bool isGrouped = _rolledOutGroup = !_rolledOutGroup;
            RollOut(null, machine => machine.IsGrouped = isGrouped);
        }
    }

    private void RollOut(Action<SimulatedRouter>? changeRouter, Action<SimulatedMachine>? changeMachine)
    {
        TimeSpan wait = TimeSpan.Zero;
        foreach (SimulatedMachine machine in Network.Machines)
        {
            wait += _dice.PartOf(Interval * 2);
            Later(wait, () =>
            {
                changeMachine?.Invoke(machine);
                foreach (SimulatedRouter router in machine.Routers)
                {
                    changeRouter?.Invoke(router);
                }

                machine.Reload();
            });
        }
    }

    // A change of the interval, from machine to machine as an operator would do it.
    private void RollOutInterval()
    {
        // Should one overtake another, they agree in the end.
        _rolledOutInterval = RandomInterval();
        TimeSpan wait = TimeSpan.Zero;
        foreach (SimulatedMachine machine in Network.Machines)
        {
            wait += _dice.PartOf(Interval * 2);
            Later(wait, () =>
            {
                foreach (SimulatedRouter router in machine.Routers)
                {
                    router.Configured = router.Configured with { AdvertisementInterval = _rolledOutInterval };
                }

                machine.Reload();
            });
        }
    }
}
