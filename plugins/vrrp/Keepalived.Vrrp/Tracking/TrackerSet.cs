using Keepalived.Tracking;
using Keepalived.Vrrp.Configuration;
using Keepalived.Vrrp.Runtime;

namespace Keepalived.Vrrp.Tracking;

/// <summary>
/// Everything that instances track. Exists only where the configuration has had something to track. An object is made once for all who
/// track it, and goes on through a reload that leaves it as it is: its results are not forgotten, and nobody notices.
/// </summary>
internal sealed class TrackerSet(VrrpServices services) : IDisposable
{
    private readonly Dictionary<RunningInstance, InstanceTracking> _instances = [];
    private readonly Dictionary<string, TrackedScript> _scripts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TrackedInterface> _interfaces = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FollowedFile> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FollowedProcess> _processes = new(StringComparer.Ordinal);
    // Few configurations have any, and those of the others do not pay for it.
    private Dictionary<string, TrackedBfdSession>? _sessions;
    private FileFollower? _fileFollower;
    private ProcessFollower? _processFollower;
    private bool _hasNewProcesses;

    /// <summary>The scripts that run.</summary>
    public IReadOnlyCollection<TrackedScript> Scripts => _scripts.Values;

    /// <summary>The files that are followed.</summary>
    public IReadOnlyCollection<FollowedFile> Files => _files.Values;

    /// <summary>The processes that are counted.</summary>
    public IReadOnlyCollection<FollowedProcess> Processes => _processes.Values;

    /// <summary>The BFD sessions that are followed.</summary>
    public IReadOnlyCollection<TrackedBfdSession> Sessions => _sessions is { } sessions ? sessions.Values : [];

    /// <summary>True when an instance of the configuration tracks anything.</summary>
    public static bool IsNeeded(EquatableArray<InstanceSettings> instances)
    {
        foreach (InstanceSettings settings in instances)
        {
            if (settings.Tracking is { Interfaces.Count: > 0 } or { Scripts.Count: > 0 } or { Files.Count: > 0 } or { Processes.Count: > 0 } or { BfdInstances.Count: > 0 })
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>What an instance tracks; null when it tracks nothing.</summary>
    public InstanceTracking? Of(RunningInstance instance) => _instances.GetValueOrDefault(instance);

    /// <summary>
    /// Takes what the instances of a configuration track, and tells each instance what that means for it now. Scripts begin later, by
    /// <see cref="Start"/>; until their first result those who track them are held.
    /// </summary>
    public void Take(IReadOnlyList<RunningInstance> instances)
    {
        ForgetPoints();
        List<(InstanceTracking Tracking, List<TrackPoint> Points)> all = FindAll(instances);
        if (_hasNewProcesses)
        {
            // One look at all processes for all who are new, before anybody is told.
            _hasNewProcesses = false;
            _processFollower?.Count();
        }

        HashSet<TrackedObject> used = [];
        foreach ((InstanceTracking tracking, List<TrackPoint> points) in all)
        {
            foreach (TrackPoint point in points)
            {
                point.Tracked.Add(point);
                used.Add(point.Tracked);
            }

            tracking.Take(points);
        }

        Retire(_scripts, used);
        Retire(_interfaces, used);
        Retire(_files, used);
        Retire(_processes, used);
        if (_sessions is not null)
        {
            Retire(_sessions, used);
        }
    }

    /// <summary>Begins to run what is to be run.</summary>
    public void Start()
    {
        foreach (TrackedScript script in _scripts.Values)
        {
            script.Start();
        }
    }

    /// <summary>The kernel's links are other than before.</summary>
    public void FollowKernel()
    {
        foreach (TrackedInterface link in _interfaces.Values)
        {
            link.Follow();
        }
    }

    public void Dispose()
    {
        foreach (TrackedObject tracked in Objects())
        {
            tracked.Dispose();
        }

        _fileFollower?.Dispose();
        _processFollower?.Dispose();
    }

    private static void Retire<T>(Dictionary<string, T> objects, HashSet<TrackedObject> used)
        where T : TrackedObject
    {
        foreach ((string name, T tracked) in objects)
        {
            if (!used.Contains(tracked))
            {
                tracked.Dispose();
                objects.Remove(name);
            }
        }
    }

    private List<(InstanceTracking Tracking, List<TrackPoint> Points)> FindAll(IReadOnlyList<RunningInstance> instances)
    {
        List<(InstanceTracking, List<TrackPoint>)> all = [];
        List<RunningInstance> gone = [.. _instances.Keys];
        foreach (RunningInstance instance in instances)
        {
            gone.Remove(instance);
            TrackingSettings settings = instance.Settings.Tracking;
            if (!_instances.TryGetValue(instance, out InstanceTracking? tracking))
            {
                if (settings == TrackingSettings.None)
                {
                    continue;
                }

                _instances.Add(instance, tracking = new InstanceTracking(instance.Router, services.Scheduler));
            }

            all.Add((tracking, Find(settings).ConvertAll(found => new TrackPoint(tracking, found.Tracked, found.Weight))));
        }

        gone.ForEach(instance => _instances.Remove(instance));
        return all;
    }

    private List<(TrackedObject Tracked, TrackWeight Weight)> Find(TrackingSettings settings)
    {
        List<(TrackedObject, TrackWeight)> found = [];
        foreach (InterfaceReference reference in settings.Interfaces)
        {
            found.Add((Interface(reference.Interface), reference.Weight));
        }

        foreach (TrackReference<ScriptTracker> reference in settings.Scripts)
        {
            found.Add((Script(reference.Tracker), reference.Weight));
        }

        foreach (TrackReference<TrackedFile> reference in settings.Files)
        {
            found.Add((File(reference.Tracker), reference.Weight));
        }

        foreach (TrackReference<ProcessTracker> reference in settings.Processes)
        {
            found.Add((Process(reference.Tracker), reference.Weight));
        }

        foreach (TrackReference<TrackedBfdInstance> reference in settings.BfdInstances)
        {
            found.Add((Session(reference.Tracker.Name), reference.Weight));
        }

        return found;
    }

    private TrackedInterface Interface(string name)
    {
        if (!_interfaces.TryGetValue(name, out TrackedInterface? link))
        {
            _interfaces.Add(name, link = new TrackedInterface(name, services));
        }

        return link;
    }

    private TrackedScript Script(ScriptTracker settings)
    {
        if (_scripts.TryGetValue(settings.Name, out TrackedScript? script) && script.IsSame(settings))
        {
            if (script.Settings != settings)
            {
                script.Take(settings);
            }

            return script;
        }

        script?.Dispose();
        return _scripts[settings.Name] = new TrackedScript(settings, services.Scheduler, services.Scripts, services.Logger);
    }

    private FollowedFile File(TrackedFile settings)
    {
        if (_files.TryGetValue(settings.Name, out FollowedFile? file) && file.IsSame(settings))
        {
            file.Settings = settings;
            return file;
        }

        file?.Dispose();
        _fileFollower ??= new FileFollower(services.OpenFiles(), services.Scheduler, services.Logger);
        return _files[settings.Name] = new FollowedFile(settings, _fileFollower);
    }

    private FollowedProcess Process(ProcessTracker settings)
    {
        if (_processes.TryGetValue(settings.Name, out FollowedProcess? process) && process.IsSame(settings))
        {
            if (process.Settings != settings)
            {
                process.Take(settings);
            }

            return process;
        }

        process?.Dispose();
        _hasNewProcesses = true;
        _processFollower ??= new ProcessFollower(services.OpenProcesses(), services.Scheduler, services.Logger);
        return _processes[settings.Name] = new FollowedProcess(settings, _processFollower, services.Scheduler, services.Logger);
    }

    private TrackedBfdSession Session(string name)
    {
        _sessions ??= new(StringComparer.Ordinal);
        if (!_sessions.TryGetValue(name, out TrackedBfdSession? session))
        {
            _sessions.Add(name, session = new TrackedBfdSession(name, services.OpenBfdSessions(), services.Logger));
        }

        return session;
    }

    private void ForgetPoints()
    {
        foreach (TrackedObject tracked in Objects())
        {
            tracked.ForgetPoints();
        }
    }

    private IEnumerable<TrackedObject> Objects() => 
        [.. _scripts.Values, .. _interfaces.Values, .. _files.Values, .. _processes.Values, .. Sessions];
}
