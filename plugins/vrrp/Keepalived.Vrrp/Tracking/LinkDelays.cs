using Keepalived.Linux.Netlink.Route;
using Keepalived.Scheduling;
using Keepalived.Vrrp.Configuration;
using Microsoft.Extensions.Logging;

namespace Keepalived.Vrrp.Tracking;

/// <summary>The links whose changes are waited out. Exists only where the configuration has delays.</summary>
internal sealed class LinkDelays(IScheduler scheduler, ILogger logger, Action changed) : IDisposable
{
    private readonly Dictionary<string, Entry> _links = new(StringComparer.Ordinal);

    /// <summary>Takes the delays of a configuration; what a link counts as, stays.</summary>
    public void Take(EquatableArray<NamedInterfaceDelays> delays)
    {
        HashSet<string> gone = [.. _links.Keys];
        foreach (NamedInterfaceDelays line in delays)
        {
            gone.Remove(line.Interface);
            if (!_links.TryGetValue(line.Interface, out Entry? entry))
            {
                _links.Add(line.Interface, entry = new Entry(scheduler.CreateTimer(_ => changed())));
            }

            entry.Debounce.Delays = line.Delays;
        }

        foreach (string name in gone)
        {
            _links.Remove(name, out Entry? entry);
            entry?.Timer.Dispose();
        }
    }

    /// <summary>Whether a link counts as operational.</summary>
    /// <param name="link">The link.</param>
    /// <param name="isOperational">Whether it is at this moment.</param>
    public bool IsUp(LinkInfo link, bool isOperational)
    {
        if (!_links.TryGetValue(link.Name.ToString(), out Entry? entry))
        {
            return isOperational;
        }

        if (entry.Index != link.Index)
        {
            entry.Index = link.Index;
            entry.Debounce.Forget();
        }

        MonotonicTime before = entry.Debounce.ChangeAt;
        bool isUp = entry.Debounce.See(isOperational, scheduler.Now);
        MonotonicTime at = entry.Debounce.ChangeAt;
        if (at == MonotonicTime.Never)
        {
            entry.Timer.Disarm();
        }
        else if (at != before)
        {
            entry.Timer.Arm(at);
            TrackLog.LinkDelayed(logger, link.Name.ToString(), isUp ? "goes down" : "comes up", (at - scheduler.Now).TotalSeconds);
        }

        return isUp;
    }

    public void Dispose()
    {
        foreach (Entry entry in _links.Values)
        {
            entry.Timer.Dispose();
        }
    }

    private sealed class Entry(ILoopTimer timer)
    {
        public LinkDebounce Debounce { get; } = new();

        public ILoopTimer Timer { get; } = timer;

        public int Index { get; set; }
    }
}
