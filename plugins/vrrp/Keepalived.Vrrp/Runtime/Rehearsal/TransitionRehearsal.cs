// The rehearsal: what a takeover will run, run once ahead on a stage, in idle moments after the start.
//
// Owns      Nothing real. The stage has a scheduler, a kernel, sockets, events and scripts of its own; of the daemon it only uses the
//           logger, inside a scope that drops the lines, and the clock.
// Thread    The loop's, in slices, one per turn, and none when an advertisement or a timeout is near.
// Never     Sends, changes the kernel, writes a log line, runs a script, publishes an event, touches a counter of a real router.
// Why       Code compiled ahead is still bound at its first call: each method, type, string and generic instance costs 5 to 50 µs then,
//           1.5 ms for the whole of a first takeover. docs/decisions/0010.
using System.Net.Sockets;
using Keepalived.Plugins;
using Keepalived.Scheduling;
using Keepalived.Vrrp.Configuration;
using Keepalived.Vrrp.Protocol;
using Microsoft.Extensions.Logging;

namespace Keepalived.Vrrp.Runtime.Rehearsal;

/// <summary>What makes one virtual router's code different from another's.</summary>
/// <param name="Version">VRRP version.</param>
/// <param name="Family">Address family.</param>
internal readonly record struct RehearsalKind(VrrpVersion Version, AddressFamily Family);

/// <summary>Runs the transitions of every configured kind of router once, so that the first real one finds warm code.</summary>
internal sealed class TransitionRehearsal : IDisposable
{
    /// <summary>No slice begins when a deadline is nearer than this: a slice takes a fraction of it.</summary>
    private static readonly TimeSpan _margin = TimeSpan.FromMilliseconds(1);

    /// <summary>From the start of the routers: by then the host has given back the memory of the start, which would only be faulted in again.</summary>
    private static readonly TimeSpan _delay = TimeSpan.FromMilliseconds(300);

    /// <summary>Moments that were not idle before the rehearsal is called off.</summary>
    private const int MostPostponements = 1000;

    // Small things first, so that no slice meets much that is cold.
    private static readonly Action<ILogger>[] Lines =
    [
        static logger => VrrpLog.Timeout(logger, "rehearsal"),
        static logger => VrrpLog.Entering(logger, "rehearsal", "MASTER", "", "rehearsal"),
        static logger => VrrpLog.SentZero(logger, "rehearsal"),
        static logger => VrrpLog.SendFailed(logger, "rehearsal", "rehearsal"),
        static logger => VrrpLog.AnnouncementFailed(logger, "rehearsal"),
    ];

    private static readonly Action<RehearsalStage>[] Scenes =
    [
        static stage => stage.Start(),
        static stage => stage.Send(),
        static stage => stage.Install(),
        static stage => stage.ReadNews(),
        static stage => stage.Remove(),
        // Three intervals and the skew without an advertisement: the takeover; then an advertisement of its own.
        static stage => stage.Scheduler.RunNextTimer(),
        static stage => stage.ReadNews(),
        static stage => stage.Scheduler.RunNextTimer(),
        static stage => stage.Hear(priority: 200),
        static stage => stage.ReadNews(),
        // The master stops politely: a takeover after the skew alone.
        static stage => stage.Hear(priority: 0),
        static stage => stage.Scheduler.RunNextTimer(),
        static stage => stage.Stop(),
    ];

    private readonly VrrpServices _real;
    private readonly IReadOnlyList<RunningInstance> _instances;
    private readonly ILoopTimer _later;
    private readonly Action _slice;
    private IEnumerator<RehearsalStage?>? _script;
    private int _postponements;

    public TransitionRehearsal(VrrpServices real, IReadOnlyList<RunningInstance> instances)
    {
        _real = real;
        _instances = instances;
        _slice = Slice;
        _later = real.Scheduler.CreateTimer(_ => Slice());
    }

    /// <summary>It is over, or was called off.</summary>
    public bool IsOver { get; private set; }

    /// <summary>Slices so far.</summary>
    public int Slices { get; private set; }

    /// <summary>The longest slice so far.</summary>
    public TimeSpan LongestSlice { get; private set; }

    /// <summary>What ended it early; null if nothing did.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Begins when the process has settled.</summary>
    public void Begin()
    {
        List<RehearsalKind> kinds = [];
        foreach (RunningInstance instance in _instances)
        {
            RehearsalKind kind = new(instance.Settings.Version, instance.Settings.Family);
            if (!kinds.Contains(kind))
            {
                kinds.Add(kind);
            }
        }

        _script = Script(kinds, SafeLogger());
        _later.Arm(_real.Scheduler.Now + _delay);
    }

    /// <summary>Calls it off.</summary>
    public void Dispose()
    {
        IsOver = true;
        _later.Dispose();
        _script?.Dispose();
        _script = null;
    }

    private void Slice()
    {
        if (_script is null)
        {
            return;
        }

        MonotonicTime begin = _real.Scheduler.ReadClock();
        MonotonicTime next = NextDeadline();
        if (next - _margin < begin)
        {
            Postpone(next);
            return;
        }

        if (!Perform())
        {
            Dispose();
            return;
        }

        TimeSpan taken = _real.Scheduler.ReadClock() - begin;
        LongestSlice = taken > LongestSlice ? taken : LongestSlice;
        Slices++;
        _real.Scheduler.Post(_slice);
    }

    private void Postpone(MonotonicTime deadline)
    {
        if (++_postponements > MostPostponements)
        {
            Dispose();
            return;
        }

        _later.Arm(MonotonicTime.Max(deadline, _real.Scheduler.Now) + (_margin / 10));
    }

    private MonotonicTime NextDeadline()
    {
        MonotonicTime next = MonotonicTime.Never;
        foreach (RunningInstance instance in _instances)
        {
            next = MonotonicTime.Min(next, instance.Deadline);
        }

        return next;
    }

    /// <returns>Whether there is more.</returns>
    private bool Perform()
    {
        // A director must not lose its routers to a rehearsal, whatever goes wrong in it.
        using IDisposable? silence = _real.Logger.BeginScope(LogRehearsal.Scope);
        try
        {
            return _script!.MoveNext();
        }
        catch (Exception exception)
        {
            Failure = exception;
            return false;
        }
    }

    private IEnumerator<RehearsalStage?> Script(List<RehearsalKind> kinds, ILogger logger)
    {
        foreach (Action<ILogger> line in Lines)
        {
            line(logger);
            yield return null;
        }

        foreach (RehearsalKind kind in kinds)
        {
            using RehearsalStage stage = new(kind, _real, logger);
            yield return stage;
            foreach (Action<RehearsalStage> scene in Scenes)
            {
                scene(stage);
                yield return stage;
                while (stage.Scheduler.RunOne())
                {
                    yield return stage;
                }
            }
        }
    }

    // A logger that does not know the scope would write the lines.
    private ILogger SafeLogger()
    {
        using IDisposable? scope = _real.Logger.BeginScope(LogRehearsal.Scope);
        return scope is null ? new SilentServices() : _real.Logger;
    }
}
