using Keepalived.Linux;
using Keepalived.Linux.Netlink;
using Keepalived.Linux.Netlink.Route;
using Keepalived.Scheduling;
using Keepalived.Vrrp.Addresses;
using Microsoft.Extensions.Logging;

namespace Keepalived.Vrrp.Routes;

/// <summary>
/// Brings the kernel's routes and rules to what instances want, some in each turn of the loop, and puts back what others remove.
/// Wishes are states, as with addresses. What comes back within <see cref="Restorations.Interval"/> of the last time waits for its end, so that
/// somebody who removes a route as often as it is put back costs one change a second and not the whole loop.
/// </summary>
internal sealed class RoutingInstaller : INetlinkReplyHandler, IRoutingMonitorHandler, IDisposable
{
    private const int ChunkSize = 8;
    private const int MostPerTurn = 64;

    private static readonly TimeSpan TurnBudget = TimeSpan.FromMilliseconds(0.5);

    private readonly IScheduler _scheduler;
    private readonly ILogger _logger;
    private readonly InterfaceTable _interfaces;
    private readonly NetlinkConnection _connection;
    private readonly RoutingClient _client;
    private readonly RoutingMonitor _monitor;
    private readonly IDescriptorWatch? _watch;
    private readonly IDescriptorWatch? _monitorWatch;
    private readonly ILoopTimer _restoreTimer;
    private readonly Action _pump;
    private readonly Queue<RoutingEntry> _work = new();
    private readonly List<RoutingEntry?> _slots = [];
    private readonly Stack<int> _freeSlots = new();
    private readonly Dictionary<RouteKey, List<ManagedRoute>> _routes = [];
    private readonly Dictionary<RuleKey, List<ManagedRule>> _rules = [];
    private readonly Dictionary<IRoutingOwner, int> _unsettled = [];
    private readonly List<RoutingEntry> _toRestore = [];
    private int _inFlight;
    private bool _pumpScheduled;
    private bool _isDisposed;

    /// <param name="scheduler">The loop.</param>
    /// <param name="logger">The log.</param>
    /// <param name="interfaces">Where interface names become numbers.</param>
    /// <param name="open">Opens a netlink socket of the route family.</param>
    /// <exception cref="LinuxException">No socket, or no news.</exception>
    public RoutingInstaller(IScheduler scheduler, ILogger logger, InterfaceTable interfaces, Func<INetlinkTransport> open)
    {
        _scheduler = scheduler;
        _logger = logger;
        _interfaces = interfaces;
        _pump = Pump;
        _connection = new NetlinkConnection(open(), ChunkSize);
        _client = new RoutingClient(_connection);
        _monitor = new RoutingMonitor(new NetlinkConnection(open()), this);
        _watch = Watch(_connection.Descriptor, Pump);
        _monitorWatch = Watch(_monitor.Descriptor, _monitor.OnReadable);
        _restoreTimer = scheduler.CreateTimer(_ => RestoreDelayed());
    }

    /// <summary>Nothing waits for the kernel.</summary>
    public bool IsIdle => _inFlight == 0 && _work.Count == 0;

    /// <summary>True while something of this owner waits for the kernel.</summary>
    public bool IsUnsettled(IRoutingOwner owner) => _unsettled.ContainsKey(owner);

    /// <summary>Knows an entry, so that its removal by others is seen.</summary>
    public void Add(RoutingEntry entry)
    {
        entry.Resolve(_interfaces);
        Index(entry);
    }

    /// <summary>Forgets an entry; it still leaves the kernel if that was asked for.</summary>
    public void Forget(RoutingEntry entry) => Unindex(entry);

    /// <summary>Asks for an entry to be there or not. The kernel is told at the end of this turn.</summary>
    public void Want(RoutingEntry entry, bool wanted)
    {
        entry.IsWanted = wanted;
        if (!entry.IsUnderWay && entry.IsPresent != wanted)
        {
            Enqueue(entry);
        }
    }

    /// <summary>Looks interfaces up again; what the kernel dropped with one comes back with it.</summary>
    public void Follow(RoutingEntry entry)
    {
        if (!entry.HasChanged(_interfaces))
        {
            return;
        }

        Unindex(entry);
        entry.Resolve(_interfaces);
        Index(entry);
        if (entry.IsWanted)
        {
            entry.IsPresent = false;
            Want(entry, true);
        }
    }

    /// <summary>Does all that is left, now: for the end of the daemon, where there may be no further turn.</summary>
    public void Finish()
    {
        while (!IsIdle)
        {
            int before = _work.Count;
            PumpChunk();
            if (_inFlight > 0 || _work.Count >= before)
            {
                break;
            }
        }
    }

    public void Dispose()
    {
        _isDisposed = true;
        _restoreTimer.Dispose();
        _watch?.Dispose();
        _monitorWatch?.Dispose();
        _connection.Dispose();
        _monitor.Dispose();
    }

    void INetlinkReplyHandler.Reply(long token, in NetlinkMessage message)
    {
        // Changes are only acknowledged.
    }

    void INetlinkReplyHandler.Completed(long token, in NetlinkResult result)
    {
        int slot = (int)(token >> 1);
        RoutingEntry entry = _slots[slot]!;
        bool wasAdd = (token & 1) != 0;
        _slots[slot] = null;
        _freeSlots.Push(slot);
        _inFlight--;
        entry.IsUnderWay = false;
        bool failed = wasAdd
            ? result.Errno is not (Errno.None or Errno.EEXIST)
            : result.Failure != NetlinkFailure.Absent && !result.Succeeded && entry.IsPresent == true;
        entry.IsPresent = wasAdd && !failed;
        if (failed)
        {
            string reason = result.KernelText is { } text ? $"{result.Errno.Text()}: {text}" : result.Errno.Text();
            VrrpLog.RoutingFailed(_logger, entry.Owner.Title, wasAdd ? "add" : "remove", entry.ToString()!, reason);
        }

        if (entry.IsWanted != wasAdd)
        {
            Want(entry, entry.IsWanted);
        }

        Settle(entry.Owner);
    }

    void IRoutingMonitorHandler.RouteRemoved(in RouteKey key, uint senderPort)
    {
        if (_routes.TryGetValue(key, out List<ManagedRoute>? routes))
        {
            foreach (ManagedRoute route in routes)
            {
                Lost(route, senderPort);
            }
        }
    }

    void IRoutingMonitorHandler.RuleRemoved(in RuleKey key, uint senderPort)
    {
        if (_rules.TryGetValue(key, out List<ManagedRule>? rules))
        {
            foreach (ManagedRule rule in rules)
            {
                Lost(rule, senderPort);
            }
        }
    }

    void IRoutingMonitorHandler.Overrun()
    {
        // Asking for what is there already costs an answer and changes nothing.
        foreach (RoutingEntry entry in _routes.Values.SelectMany(list => list).Concat<RoutingEntry>(_rules.Values.SelectMany(list => list)))
        {
            Lost(entry, senderPort: 0);
        }
    }

    private void Lost(RoutingEntry entry, uint senderPort)
    {
        if (!entry.IsWanted || entry.IsUnderWay || entry.IsPresent != true)
        {
            return;
        }

        entry.IsPresent = false;
        if (entry.IsUntracked || entry.IsBlocked)
        {
            return;
        }

        MonotonicTime now = _scheduler.Now;
        entry.RemovedBy = senderPort;
        if (entry.Restorations.Earliest(now) > now)
        {
            _toRestore.Add(entry);
            _restoreTimer.Arm(now + Restorations.Interval);
            return;
        }

        Restore(entry, now);
    }

    private void Restore(RoutingEntry entry, MonotonicTime now)
    {
        if (entry.Restorations.Count(now))
        {
            VrrpLog.Restoring(_logger, entry.Owner.Title, RemovalAuthor.Describe(entry.RemovedBy), entry.ToString()!, entry.Restorations.ToString());
        }

        Want(entry, true);
    }

    private void RestoreDelayed()
    {
        List<RoutingEntry> due = [.. _toRestore];
        _toRestore.Clear();
        foreach (RoutingEntry entry in due)
        {
            if (entry.IsWanted && entry.IsPresent == false && !entry.IsUnderWay)
            {
                Restore(entry, _scheduler.Now);
            }
        }
    }

    private void Enqueue(RoutingEntry entry)
    {
        entry.IsUnderWay = true;
        _work.Enqueue(entry);
        _unsettled[entry.Owner] = _unsettled.GetValueOrDefault(entry.Owner) + 1;
        if (!_pumpScheduled)
        {
            _pumpScheduled = true;
            _scheduler.RunAtTurnEnd(_pump);
        }
    }

    private void Pump()
    {
        _pumpScheduled = false;
        if (_isDisposed)
        {
            // Finished by hand at the daemon's end, before its turn came.
            return;
        }

        MonotonicTime end = _scheduler.ReadClock() + TurnBudget;
        _connection.OnReadable();
        for (int issued = 0; _inFlight == 0 && _work.Count > 0; issued += ChunkSize)
        {
            if (issued >= MostPerTurn || (issued > 0 && _scheduler.ReadClock() >= end))
            {
                _pumpScheduled = true;
                _scheduler.Post(_pump);
                return;
            }

            PumpChunk();
        }
    }

    private void PumpChunk()
    {
        for (int i = 0; i < ChunkSize && _work.TryDequeue(out RoutingEntry? entry); i++)
        {
            Issue(entry);
        }

        // The kernel has worked the chunk through inside the send, so its answers are there already.
        _connection.Flush();
        _connection.OnReadable();
    }

    private void Issue(RoutingEntry entry)
    {
        bool cannot = entry.IsAbsent || (entry.IsWanted && entry.IsBlocked);
        if (cannot || entry.IsWanted == entry.IsPresent)
        {
            entry.IsUnderWay = false;
            entry.IsPresent = cannot ? false : entry.IsPresent;
            Settle(entry.Owner);
            return;
        }

        if (!_freeSlots.TryPop(out int slot))
        {
            slot = _slots.Count;
            _slots.Add(null);
        }

        _slots[slot] = entry;
        _inFlight++;
        if (entry.IsWanted)
        {
            entry.QueueAdd(_client, this, ((long)slot << 1) | 1);
        }
        else
        {
            entry.QueueDelete(_client, this, (long)slot << 1);
        }
    }

    private void Settle(IRoutingOwner owner)
    {
        int count = _unsettled[owner] - 1;
        if (count > 0)
        {
            _unsettled[owner] = count;
            return;
        }

        _unsettled.Remove(owner);
        owner.RoutingSettled();
    }

    private void Index(RoutingEntry entry)
    {
        switch (entry)
        {
            case ManagedRoute route:
                Put(_routes, RouteKey.Of(route.Info), route);
                break;
            case ManagedRule rule:
                Put(_rules, RuleKey.Of(rule.Info), rule);
                break;
        }
    }

    private void Unindex(RoutingEntry entry)
    {
        switch (entry)
        {
            case ManagedRoute route:
                Take(_routes, RouteKey.Of(route.Info), route);
                break;
            case ManagedRule rule:
                Take(_rules, RuleKey.Of(rule.Info), rule);
                break;
        }
    }

    private static void Put<TKey, TEntry>(Dictionary<TKey, List<TEntry>> index, TKey key, TEntry entry)
        where TKey : notnull
    {
        if (!index.TryGetValue(key, out List<TEntry>? list))
        {
            index.Add(key, list = []);
        }

        list.Add(entry);
    }

    private static void Take<TKey, TEntry>(Dictionary<TKey, List<TEntry>> index, TKey key, TEntry entry)
        where TKey : notnull
    {
        if (index.TryGetValue(key, out List<TEntry>? list) && list.Remove(entry) && list.Count == 0)
        {
            index.Remove(key);
        }
    }

    private IDescriptorWatch? Watch(int descriptor, Action read) => descriptor < 0 ? null : _scheduler.Watch(descriptor, Readiness.Read, _ => read());
}
