using Keepalived.Events;
using Keepalived.Scripts;
using Keepalived.Vrrp.Configuration;
using Keepalived.Vrrp.Protocol;
using Microsoft.Extensions.Logging;

namespace Keepalived.Vrrp.Runtime;

/// <summary>
/// Tells the world about one instance: first its specific script, then its general one, then the event bus, where FIFO, mail and the
/// rest listen. What is told while addresses are still being changed waits until they are, so that a script finds them there.
/// </summary>
internal sealed class InstanceNotifier(IScriptRunner scripts, IEventBus events, ILogger logger)
{
    /// <summary>Time that scripts have when VRRP stops; the process ends with them or after it.</summary>
    public static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(1);

    private readonly Queue<Notice> _waiting = new();

    /// <summary>Name and scripts of the instance; a reload replaces them.</summary>
    public required InstanceSettings Settings { get; set; }

    /// <summary>Scripts that have not ended yet.</summary>
    public int Running { get; private set; }

    /// <summary>Hold back until <see cref="Release"/>.</summary>
    public bool IsHeld { get; set; }

    /// <summary>The instance is in another state.</summary>
    public void StateChanged(VrrpState previous, VrrpState state, byte priority, string cause) => Tell(
        new(ScriptOf(Settings.Notify, state), NameOf(state), priority, new VrrpInstanceStateChanged(Settings.Name, previous, state, priority, cause)
        {
            SmtpAlert = Settings.SmtpAlert ? true : null,
        }));

    /// <summary>The instance, a master, heard a lower priority.</summary>
    public void LowerPriorityReceived(byte priority, string cause) => Tell(
        new(Settings.Notify.LowerPriority, "MASTER_RX_LOWER_PRI", priority, new VrrpLowerPriorityReceived(Settings.Name, priority, cause)));

    /// <summary>The effective priority is another; scripts are told only if configured.</summary>
    public void PriorityChanged(VrrpState state, byte previous, byte priority, string cause)
    {
        VrrpPriorityChanged happened = new(Settings.Name, state, previous, priority, cause) { IsNotified = Settings.NotifiesPriorityChanges };
        string? type = Settings.NotifiesPriorityChanges && state is VrrpState.Master or VrrpState.Backup ? NameOf(state) + "_PRIORITY" : null;
        Tell(new(null, type, priority, happened));
    }

    /// <summary>Tells what was held back, in order.</summary>
    public void Release()
    {
        IsHeld = false;
        while (_waiting.TryDequeue(out Notice notice))
        {
            Deliver(notice);
        }
    }

    /// <summary>The word that scripts and FIFOs are told a state by.</summary>
    internal static string NameOf(VrrpState state) => state switch
    {
        VrrpState.Init => "INIT",
        VrrpState.Backup => "BACKUP",
        VrrpState.Master => "MASTER",
        VrrpState.Fault => "FAULT",
        VrrpState.Deleted => "DELETED",
        VrrpState.Stop => "STOP",
        _ => state.ToString(),
    };

    /// <summary>The script for entering a state.</summary>
    internal static ScriptCommand? ScriptOf(NotifyScripts scripts, VrrpState state) => state switch
    {
        VrrpState.Master => scripts.Master,
        VrrpState.Backup => scripts.Backup,
        VrrpState.Fault => scripts.Fault,
        VrrpState.Stop => scripts.Stop,
        VrrpState.Deleted => scripts.Deleted,
        _ => null,
    };

    private void Tell(in Notice notice)
    {
        if (IsHeld)
        {
            _waiting.Enqueue(notice);
        }
        else
        {
            Deliver(notice);
        }
    }

    private void Deliver(in Notice notice)
    {
        TimeSpan limit = notice.Event is VrrpInstanceStateChanged { State: VrrpState.Stop } ? StopLimit : Timeout.InfiniteTimeSpan;
        if (notice.Specific is { } specific)
        {
            Run(specific, [], limit);
        }

        if (notice.Type is { } type && Settings.Notify.Any is { } any)
        {
            Run(any, ["INSTANCE", Settings.Name, type, notice.Priority.ToString()], limit);
        }

        events.Publish(notice.Event);
    }

    private void Run(ScriptCommand command, ReadOnlySpan<string> arguments, TimeSpan limit)
    {
        string instance = Settings.Name;
        Running++;
        scripts.Run(command, arguments, limit, result =>
        {
            Running--;
            events.Publish(NotifyScriptEnded.Of($"VRRP instance {instance}", command, in result));

            // Who runs scripts has said why one was not run; in a flood that is a count, not a line for each.
            if (result is { IsSuccess: false, Failure: null })
            {
                string outcome = result.TimedOut ? "ran into its time limit" : $"ended with {result.Exit}";
                VrrpLog.ScriptFailed(logger, instance, command.ToString(), outcome);
            }
        });
    }

    private readonly record struct Notice(ScriptCommand? Specific, string? Type, byte Priority, DaemonEvent Event);
}
