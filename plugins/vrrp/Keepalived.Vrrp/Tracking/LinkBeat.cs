using Keepalived.Linux;
using Keepalived.Linux.Links;
using Keepalived.Linux.Netlink.Route;
using Keepalived.Scheduling;
using Keepalived.Vrrp.Configuration;
using Microsoft.Extensions.Logging;

namespace Keepalived.Vrrp.Tracking;

/// <summary>Asks a driver for the state of a link; the seam for tests.</summary>
internal interface ILinkQuestions : IDisposable
{
    /// <summary>Asks once; see <see cref="LinkQuery.TryAsk"/>.</summary>
    Errno TryAsk(KernelName name, LinkQueryMethod method, out bool isUp);
}

/// <summary>By ioctl.</summary>
internal sealed class KernelLinkQuestions : ILinkQuestions
{
    private readonly LinkQuery _query = LinkQuery.Open();

    public Errno TryAsk(KernelName name, LinkQueryMethod method, out bool isUp) => _query.TryAsk(name, method, out isUp);

    public void Dispose() => _query.Dispose();
}

/// <summary>
/// The links whose drivers are asked every second, since they do not say when a link is lost (<c>linkbeat_use_polling</c>,
/// <c>linkbeat_interfaces</c>). Exists only where the configuration has any. A polled link counts as up while it is wanted up and its
/// driver says that there is a link, whatever the kernel's own flag says. A driver that does not know the question in one way is asked in
/// another: by the transceiver's register, by ethtool, by the interface's flags.
/// </summary>
internal sealed class LinkBeat : IDisposable
{
    /// <summary>How often links are asked for.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private static readonly LinkQueryMethod[] _order = [LinkQueryMethod.Mii, LinkQueryMethod.Ethtool, LinkQueryMethod.Flags];

    private readonly IScheduler _scheduler;
    private readonly ILogger _logger;
    private readonly Action _changed;
    private readonly ILinkQuestions _questions;
    private readonly ILoopTimer _timer;
    private readonly Dictionary<KernelName, LinkPolling> _wanted = [];
    private readonly Dictionary<int, Entry> _links = [];
    private readonly List<Entry> _all = [];
    private bool _pollsAll;

    /// <param name="scheduler">The loop.</param>
    /// <param name="logger">Hears of methods that do not work.</param>
    /// <param name="changed">Called when a link that counted as up does not any more, or the other way round.</param>
    /// <param name="questions">Closed with this.</param>
    public LinkBeat(IScheduler scheduler, ILogger logger, Action changed, ILinkQuestions questions)
    {
        (_scheduler, _logger, _changed, _questions) = (scheduler, logger, changed, questions);
        _timer = scheduler.CreateTimer(Poll);
    }

    /// <summary>Whether a configuration asks for it.</summary>
    public static bool IsNeeded(VrrpConfiguration configuration) => configuration.PollsAllInterfaces || configuration.PolledInterfaces.Count > 0;

    /// <summary>Takes the interfaces of a configuration; null polls none.</summary>
    public void Take(VrrpConfiguration? configuration)
    {
        _pollsAll = configuration is { PollsAllInterfaces: true };
        _wanted.Clear();
        foreach (PolledInterface line in configuration?.PolledInterfaces ?? [])
        {
            _wanted[new KernelName(line.Interface)] = line.Method;
        }

        for (int i = _all.Count - 1; i >= 0; i--)
        {
            if (MethodOf(_all[i].Name) != _all[i].Wanted)
            {
                _links.Remove(_all[i].Index);
                _all.RemoveAt(i);
            }
        }

        // Links that are polled from now on are found when somebody looks at them.
        _changed();
    }

    /// <summary>Whether packets can flow over a link, by its driver if that is polled.</summary>
    public bool IsUp(LinkInfo link)
    {
        if (!_links.TryGetValue(link.Index, out Entry? entry) || entry.Name != link.Name)
        {
            if (MethodOf(link.Name) is not { } method)
            {
                return link.IsOperational;
            }

            entry = Begin(link, method);
        }

        return link.IsUp && entry.IsUp;
    }

    public void Dispose()
    {
        _timer.Dispose();
        _questions.Dispose();
    }

    private LinkPolling? MethodOf(KernelName name) => _wanted.TryGetValue(name, out LinkPolling method) ? method : _pollsAll ? LinkPolling.Any : null;

    private Entry Begin(LinkInfo link, LinkPolling method)
    {
        if (_links.Remove(link.Index, out Entry? renamed))
        {
            _all.Remove(renamed);
        }

        Entry entry = new(link.Index, link.Name, method);
        _links.Add(link.Index, entry);
        _all.Add(entry);
        Choose(entry);
        if (_timer.Deadline == MonotonicTime.Never)
        {
            _timer.Arm(_scheduler.Now + Period);
        }

        return entry;
    }

    private void Choose(Entry entry)
    {
        LinkQueryMethod? first = entry.Wanted switch
        {
            LinkPolling.Mii => LinkQueryMethod.Mii,
            LinkPolling.Ethtool => LinkQueryMethod.Ethtool,
            LinkPolling.Ioctl => LinkQueryMethod.Flags,
            _ => null,
        };
        if (first is { } method)
        {
            Errno errno = _questions.TryAsk(entry.Name, entry.Method = method, out bool isUp);
            entry.IsUp = isUp;
            if (errno == Errno.None)
            {
                TrackLog.LinkPolled(_logger, entry.Name.ToString(), Word(method));
                return;
            }

            TrackLog.LinkMethodFails(_logger, entry.Name.ToString(), Word(method), errno.Text());
        }

        foreach (LinkQueryMethod other in _order)
        {
            if (other != first && _questions.TryAsk(entry.Name, entry.Method = other, out bool isUp) == Errno.None)
            {
                entry.IsUp = isUp;
                break;
            }
        }

        TrackLog.LinkPolled(_logger, entry.Name.ToString(), Word(entry.Method));
    }

    private static string Word(LinkQueryMethod method) => method switch
    {
        LinkQueryMethod.Mii => "MII",
        LinkQueryMethod.Ethtool => "ETHTOOL",
        _ => "IOCTL",
    };

    private void Poll(MonotonicTime deadline)
    {
        bool hasChanged = false;
        for (int i = _all.Count - 1; i >= 0; i--)
        {
            Entry entry = _all[i];
            Errno errno = _questions.TryAsk(entry.Name, entry.Method, out bool isUp);
            if (errno == Errno.ENODEV)
            {
                // The kernel tells of that itself; an interface of the same name is another one.
                _links.Remove(entry.Index);
                _all.RemoveAt(i);
                continue;
            }

            if (isUp != entry.IsUp)
            {
                entry.IsUp = isUp;
                hasChanged = true;
                TrackLog.LinkBeat(_logger, entry.Name.ToString(), isUp ? "has a link" : "has lost its link");
            }
        }

        if (_all.Count > 0)
        {
            _timer.Arm(_scheduler.Now + Period);
        }

        if (hasChanged)
        {
            _changed();
        }
    }

    private sealed class Entry(int index, KernelName name, LinkPolling wanted)
    {
        public LinkPolling Wanted { get; } = wanted;

        public int Index { get; } = index;

        public KernelName Name { get; } = name;

        public LinkQueryMethod Method { get; set; }

        public bool IsUp { get; set; }
    }
}
