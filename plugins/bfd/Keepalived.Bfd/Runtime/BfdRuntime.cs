using Keepalived.Bfd.Network;
using Keepalived.Bfd.Protocol;

namespace Keepalived.Bfd.Runtime;

/// <summary>All sessions of the BFD process: starts, reloads and stops them, and hands them what arrives.</summary>
internal sealed class BfdRuntime : IBfdDatagramHandler, IDisposable
{
    private readonly BfdServices _services;
    private readonly List<RunningSession> _sessions = [];
    private readonly Dictionary<BfdSession, RunningSession> _byCore = [];
    private ulong _droppedReasons;

    public BfdRuntime(BfdServices services)
    {
        _services = services;
        services.Network.Handler = this;
    }

    /// <summary>In the order of the configuration.</summary>
    public IReadOnlyList<RunningSession> Sessions => _sessions;

    /// <summary>Packets that belong to no session.</summary>
    public BfdDropCounters Dropped => _services.Table.Dropped;

    /// <summary>
    /// Takes a configuration, the first or another one. A session with the same neighbour goes on, whatever else has changed; one whose neighbour is
    /// configured no more ends without a word to it, as keepalived's do.
    /// </summary>
    public void Apply(BfdConfiguration configuration)
    {
        List<RunningSession> old = [.. _sessions];
        List<RunningSession?> kept = [.. configuration.Sessions.Select(settings => old.Find(running => running.Settings.Neighbor.Equals(settings.Neighbor)))];
        _sessions.Clear();
        foreach (RunningSession gone in old.Where(running => !kept.Contains(running)))
        {
            BfdLog.Removed(_services.Logger, gone.Settings.Name);
            _byCore.Remove(gone.Core);
            gone.Remove();
        }

        for (int i = 0; i < configuration.Sessions.Count; i++)
        {
            if (kept[i] is { } running)
            {
                _sessions.Add(running);
                running.Reload(configuration.Sessions[i]);
            }
            else
            {
                Add(configuration.Sessions[i]);
            }
        }

        _services.Publisher.Begin();
    }

    public void Dispose()
    {
        _sessions.ForEach(static session => session.Dispose());
        _sessions.Clear();
        _byCore.Clear();
        _services.Network.Dispose();
    }

    void IBfdDatagramHandler.Received(ReadOnlySpan<byte> payload, NeighborPath source, BfdArrival arrival)
    {
        BfdReceipt receipt = _services.Table.Receive(payload, source, arrival, _services.Scheduler.Now);
        if (!receipt.IsAccepted)
        {
            Explain(receipt, source);
        }
    }

    void IBfdDatagramHandler.EchoReceived(ReadOnlySpan<byte> payload) => _services.Table.ReceiveEcho(payload, _services.Scheduler.Now);

    bool IBfdDatagramHandler.ReturnsEchoOf(NeighborPath neighbor) => _services.Table.Find(neighbor) is { Options.MinimumEchoReceive.Ticks: > 0, State: BfdState.Up };

    private void Add(BfdSessionSettings settings)
    {
        RunningSession added = new(settings, _services);
        _sessions.Add(added);
        _byCore.Add(added.Core, added);
        added.Start();
    }

    private void Explain(in BfdReceipt receipt, NeighborPath source)
    {
        if (receipt.Session is { } session)
        {
            if (_byCore.TryGetValue(session, out RunningSession? running))
            {
                running.Dropped(receipt.Dropped);
            }

            return;
        }

        ulong bit = 1UL << (int)receipt.Dropped;
        if ((_droppedReasons & bit) == 0)
        {
            _droppedReasons |= bit;
            BfdLog.DroppedUnknown(_services.Logger, source.ToString(), receipt.Dropped.Describe());
        }
    }
}
