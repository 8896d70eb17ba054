using Keepalived.Vrrp.Protocol;

namespace Keepalived.Simulation;

// What a process can be put through.
public sealed partial class SimulatedMachine
{
    /// <summary>Starts the process, and the machine if need be.</summary>
    public void Start()
    {
        if (IsRunning)
        {
            return;
        }

        _network.Disturb($"{Name} starts");
        HasPower = true;
        PowerChanged();
        IsRunning = true;
        IsPaused = false;
        _isReloadPending = false;
        _life++;
        foreach (SimulatedInterface port in _interfaces)
        {
            port.Forget();
        }

        LookAtLinks();
        foreach (SimulatedRouter router in _routers)
        {
            router.Prepare();
        }

        PrepareTrackers();
        // Bound when the faults at start are known, and before anybody starts.
        _group = IsGrouped ? new MachineGroup(this, madeAtReload: false) : null;
        _group?.Begin(_network.Queue.Now);
        foreach (SimulatedRouter router in _routers)
        {
            router.Begin();
        }
    }

    /// <summary>Ends the process politely.</summary>
    public void Stop()
    {
        if (!IsAwake)
        {
            return;
        }

        _network.Disturb($"{Name} stops");
        _group?.Suspend();
        foreach (SimulatedRouter router in _routers)
        {
            router.Stop();
        }

        End();
    }

    /// <summary>Kills the process; the kernel keeps what it has.</summary>
    public void Kill()
    {
        if (IsRunning)
        {
            _network.Disturb($"{Name} is killed");
            End();
        }
    }

    /// <summary>Takes the power away.</summary>
    public void PowerOff()
    {
        if (HasPower)
        {
            _network.Disturb($"{Name} loses power");
            HasPower = false;
            foreach (SimulatedRouter router in _routers)
            {
                router.LosePower();
            }

            End();
            PowerChanged();
        }
    }

    /// <summary>Stops the process as SIGSTOP does: packets wait in the socket, timers pass.</summary>
    public void Pause()
    {
        if (IsAwake)
        {
            _network.Disturb($"{Name} is paused");
            IsPaused = true;
            foreach (SimulatedRouter router in _routers)
            {
                router.Oracle.Forget();
            }
        }
    }

    /// <summary>Continues the process. Whether it first sees its timers or its packets is chance.</summary>
    public void Resume()
    {
        if (!IsPaused)
        {
            return;
        }

        _network.Disturb($"{Name} goes on");
        IsPaused = false;
        if (_network.Dice.OneIn(2))
        {
            LookAtClock();
        }

        foreach ((SimulatedInterface port, Frame frame) in _unread)
        {
            Read(port, frame);
        }

        _unread.Clear();
        _trackers.ForEach(static tracker => tracker.Missed());
        ReadNews();
        LookAtClock();
        if (_isReloadPending)
        {
            Reload();
        }
    }

    /// <summary>
    /// Reads the configuration again (SIGHUP), now or when the process goes on. What did not change must not have the smallest
    /// effect.
    /// </summary>
    public void Reload()
    {
        _isReloadPending = IsPaused;
        if (!IsAwake)
        {
            return;
        }

        bool isChanged = IsGrouped != HasGroup;
        int before = 0;
        int after = 0;
        foreach (SimulatedRouter router in _routers)
        {
            isChanged |= router.IsReconfigured;
            before += router.EffectCount;
        }

        _network.Note($"{Name} reloads {(isChanged ? "a changed" : "the same")} configuration");
        if (isChanged)
        {
            _network.Disturb($"{Name} has a new configuration");
        }

        foreach (SimulatedRouter router in _routers)
        {
            router.Reload();
        }

        TakeGroup();
        foreach (SimulatedRouter router in _routers)
        {
            after += router.EffectCount;
        }

        if (!isChanged && before != after)
        {
            _network.Watch.Violate($"{Name}: a reload without changes had {after - before} effects");
        }
    }

    // As the daemon does it: who leaves keeps its state, and a group whose members differ begins in BACKUP.
    private void TakeGroup()
    {
        if (IsGrouped == HasGroup)
        {
            _group?.Begin(_network.Queue.Now);
            return;
        }

        foreach (SimulatedRouter router in _routers)
        {
            router.Oracle.Forget();
        }

        if (IsGrouped)
        {
            _network.Note($"{Name}: its routers join a sync group");
            _group = new MachineGroup(this, madeAtReload: true);
            _group.Begin(_network.Queue.Now);
        }
        else
        {
            _network.Note($"{Name}: its routers leave their sync group");
            _group?.Disband(_network.Queue.Now);
            _group = null;
        }
    }

    private void LookAtClock()
    {
        foreach (SimulatedRouter router in _routers)
        {
            router.LookAtClock();
        }
    }

    private void End()
    {
        IsRunning = false;
        IsPaused = false;
        foreach ((_, Frame frame) in _unread)
        {
            _network.Frames.Release(frame);
        }

        _unread.Clear();
        foreach (SimulatedRouter router in _routers)
        {
            router.End();
        }
    }
}
