using Keepalived.Events;
using Keepalived.Scripts;
using Keepalived.Vrrp.Configuration;
using Keepalived.Vrrp.Protocol;
using Keepalived.Vrrp.Runtime;

namespace Keepalived.Vrrp.Groups;

/// <summary>A sync group of the configuration, running: carries what its core decides to log, scripts and events.</summary>
internal sealed class RunningGroup : ISyncGroupEffects
{
    private readonly VrrpServices _services;
    private readonly List<RunningInstance> _members = [];
    private readonly Queue<(VrrpState State, string Cause)> _waiting = new();
    private int _runningScripts;

    public RunningGroup(SyncGroupSettings settings, VrrpServices services)
    {
        Settings = settings;
        _services = services;
        Core = new SyncGroup(this);
    }

    /// <summary>Configuration in force.</summary>
    public SyncGroupSettings Settings { get; private set; }

    /// <summary>State and counters.</summary>
    public SyncGroup Core { get; }

    /// <summary>In the order of the configuration.</summary>
    public IReadOnlyList<RunningInstance> Members => _members;

    /// <summary>Notify scripts that have not ended yet.</summary>
    public int RunningScripts => _runningScripts;

    /// <summary>Takes new settings and members; who stays is not touched.</summary>
    public void Take(SyncGroupSettings settings, List<RunningInstance> members)
    {
        Settings = settings;
        foreach (RunningInstance gone in _members.Except(members).ToArray())
        {
            Release(gone);
        }

        foreach (RunningInstance member in members)
        {
            if (!Core.Has(member.Router))
            {
                Core.Join(member.Settings.Name, member.Router);
                member.NoticesReleased = Deliver;
            }
        }

        _members.Clear();
        _members.AddRange(members);
        Core.Begin(_services.Scheduler.Now);
    }

    /// <summary>Lets a member go.</summary>
    public void Release(RunningInstance member)
    {
        if (_members.Remove(member))
        {
            member.NoticesReleased = null;
            Core.Leave(member.Router, _services.Scheduler.Now);
        }
    }

    /// <summary>Whether a member has something to tell that is held back.</summary>
    public bool HoldsNotices => _members.Exists(static member => member.HoldsNotices);

    /// <summary>All members have been stopped: told by <see cref="Deliver()"/>.</summary>
    /// <param name="released">Called instead when a member has told what it held back.</param>
    public void Stop(Action released)
    {
        _waiting.Enqueue((VrrpState.Stop, "stopped"));
        foreach (RunningInstance member in _members)
        {
            member.NoticesReleased = released;
        }
    }

    /// <summary>Tells what is still held back, in order, unless a member has not told its own yet.</summary>
    public void Deliver()
    {
        if (HoldsNotices)
        {
            return;
        }

        while (_waiting.TryDequeue(out (VrrpState State, string Cause) notice))
        {
            Deliver(notice.State, notice.Cause);
        }
    }

    void ISyncGroupEffects.Syncing(VirtualRouterState state, string cause) =>
        GroupLog.Syncing(_services.Logger, Settings.Name, InstanceNotifier.NameOf((VrrpState)state), cause);

    void ISyncGroupEffects.StateChanged(VirtualRouterState previous, VirtualRouterState current, string cause)
    {
        if (current != VirtualRouterState.Init)
        {
            Tell((VrrpState)current, cause);
        }
    }

    private void Tell(VrrpState state, string cause)
    {
        _waiting.Enqueue((state, cause));
        Deliver();
    }

    private void Deliver(VrrpState state, string cause)
    {
        TimeSpan limit = state == VrrpState.Stop ? InstanceNotifier.StopLimit : Timeout.InfiniteTimeSpan;
        if (InstanceNotifier.ScriptOf(Settings.Notify, state) is { } specific)
        {
            Run(specific, [], limit);
        }

        if (Settings.Notify.Any is { } any)
        {
            // A group has no priority; scripts get a zero in its place.
            Run(any, ["GROUP", Settings.Name, InstanceNotifier.NameOf(state), "0"], limit);
        }

        _services.Events.Publish(new VrrpGroupStateChanged(Settings.Name, state, cause) { SmtpAlert = Settings.SmtpAlert ? true : null });
    }

    private void Run(ScriptCommand command, ReadOnlySpan<string> arguments, TimeSpan limit)
    {
        _runningScripts++;
        _services.Scripts.Run(command, arguments, limit, result =>
        {
            _runningScripts--;
            _services.Events.Publish(NotifyScriptEnded.Of($"VRRP sync group {Settings.Name}", command, in result));

            // As with instances: why one was not run has been said.
            if (result is { IsSuccess: false, Failure: null })
            {
                string outcome = result.TimedOut ? "ran into its time limit" : $"ended with {result.Exit}";
                GroupLog.ScriptFailed(_services.Logger, Settings.Name, command.ToString(), outcome);
            }
        });
    }
}
