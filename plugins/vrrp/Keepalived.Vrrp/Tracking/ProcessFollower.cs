using Keepalived.Linux.Processes;
using Keepalived.Scheduling;
using Microsoft.Extensions.Logging;

namespace Keepalived.Vrrp.Tracking;

/// <summary>
/// Counts the processes that trackers ask for: once by looking at all, and from then on by the kernel's news. Where the kernel tells
/// nothing (a container, a namespace without the right) it looks at all every second, on another thread, for that takes long.
/// </summary>
internal sealed class ProcessFollower : IProcessEventHandler, IDisposable
{
    /// <summary>Time between two looks where there is no news.</summary>
    public static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);

    private const int LongestCommandLine = 4096;
    private static readonly FollowedProcess[] _none = [];

    private readonly IProcessSource _source;
    private readonly IScheduler _scheduler;
    private readonly ILogger _logger;
    private readonly IDescriptorWatch? _watch;
    private readonly ILoopTimer? _poll;
    private readonly List<FollowedProcess> _followed = [];
    private readonly byte[] _buffer = new byte[LongestCommandLine];
    private Dictionary<int, FollowedProcess[]> _processes = [];
    private bool _isLooking;
    private bool _isDisposed;

    public ProcessFollower(IProcessSource source, IScheduler scheduler, ILogger logger)
    {
        _source = source;
        _scheduler = scheduler;
        _logger = logger;
        // Before anybody looks: what changes in between is told.
        int? descriptor = source.TryListen(out string reason);
        if (descriptor is null)
        {
            TrackLog.NoProcessEvents(logger, reason, PollInterval.TotalSeconds);
            _poll = scheduler.CreateTimer(_ => BeginPoll());
        }
        else if (descriptor >= 0)
        {
            _watch = scheduler.Watch(descriptor.Value, Readiness.Read, _ => source.OnReadable(this));
        }
    }

    /// <summary>Counts for a tracker from now on; it is told its number by <see cref="Count"/>, once for all that are new.</summary>
    public void Add(FollowedProcess process) => _followed.Add(process);

    /// <summary>Counts for a tracker no longer.</summary>
    public void Remove(FollowedProcess process) => _followed.Remove(process);

    /// <summary>Looks at all processes now.</summary>
    public void Count()
    {
        if (_followed.Count > 0)
        {
            Take(Look([.. _followed], _buffer));
            _poll?.Arm(_scheduler.Now + PollInterval);
        }
    }

    /// <inheritdoc/>
    public void Forked(int parent, int child)
    {
        if (_processes.TryGetValue(parent, out FollowedProcess[]? fits))
        {
            Set(child, fits);
        }
    }

    /// <inheritdoc/>
    public void Executed(int processId) => Set(processId, Fitting(processId, _followed, _buffer));

    /// <inheritdoc/>
    public void Renamed(int processId) => Executed(processId);

    /// <inheritdoc/>
    public void Exited(int processId) => Set(processId, _none);

    /// <inheritdoc/>
    public void Overrun()
    {
        TrackLog.ProcessOverrun(_logger);
        Count();
    }

    public void Dispose()
    {
        _isDisposed = true;
        _watch?.Dispose();
        _poll?.Dispose();
        _source.Dispose();
    }

    private void Set(int processId, FollowedProcess[] fits)
    {
        FollowedProcess[] before = _processes.GetValueOrDefault(processId, _none);
        if (fits.Length == 0 && before.Length == 0)
        {
            return;
        }

        if (fits.Length == 0)
        {
            _processes.Remove(processId);
        }
        else
        {
            _processes[processId] = fits;
        }

        Tell(before, fits, -1);
        Tell(fits, before, 1);
    }

    private static void Tell(FollowedProcess[] those, FollowedProcess[] but, int difference)
    {
        foreach (FollowedProcess process in those)
        {
            if (Array.IndexOf(but, process) < 0)
            {
                process.See(process.Quorum.Count + difference);
            }
        }
    }

    private void Take(Dictionary<int, FollowedProcess[]> processes)
    {
        _processes = processes;
        foreach (FollowedProcess process in _followed)
        {
            process.See(processes.Values.Count(fits => Array.IndexOf(fits, process) >= 0));
        }
    }

    private Dictionary<int, FollowedProcess[]> Look(FollowedProcess[] followed, byte[] buffer)
    {
        Dictionary<int, FollowedProcess[]> found = [];
        foreach (int processId in _source.All())
        {
            FollowedProcess[] fits = Fitting(processId, followed, buffer);
            if (fits.Length > 0)
            {
                found.Add(processId, fits);
            }
        }

        return found;
    }

    // Most processes fit nobody, and for those nothing is made.
    private FollowedProcess[] Fitting(int processId, IReadOnlyList<FollowedProcess> followed, byte[] buffer)
    {
        FollowedProcess[] fits = _none;
        for (int i = 0; i < followed.Count; i++)
        {
            ProcessPattern pattern = followed[i].Pattern;
            bool isFit = pattern.UsesCommandLine
                ? pattern.FitsCommandLine(_source.ReadCommandLine(processId, buffer))
                : pattern.FitsName(_source.ReadName(processId, buffer));
            if (isFit)
            {
                fits = [.. fits, followed[i]];
            }
        }

        return fits;
    }

    private void BeginPoll()
    {
        if (_isLooking || _followed.Count == 0)
        {
            return;
        }

        _isLooking = true;
        FollowedProcess[] followed = [.. _followed];
        ThreadPool.UnsafeQueueUserWorkItem(
            _ =>
            {
                Dictionary<int, FollowedProcess[]> found = Look(followed, new byte[LongestCommandLine]);
                _scheduler.Post(() => EndPoll(found));
            },
            null);
    }

    private void EndPoll(Dictionary<int, FollowedProcess[]> found)
    {
        _isLooking = false;
        if (!_isDisposed)
        {
            Take(found);
            _poll?.Arm(_scheduler.Now + PollInterval);
        }
    }
}
