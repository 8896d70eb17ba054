// The road of BFD events between processes. The parent makes a pair of sockets for the BFD process and each process that follows sessions,
// and makes it anew when one of the two is started again; it carries nothing itself.
//
// Owns      BfdPublisher (in the BFD process: what has been said of each session, a BfdAudience for each listener), BfdReceiver (in the VRRP
//           and the checker process: what has been heard, who wants to know), BfdMessage (the form on the socket).
// Thread    The loop of its process.
// Never     Loses a change: what the socket does not take waits in order, and a listener that is far behind is told everything afresh.
//           Asks: nobody polls. Exists where the configuration has no bfd_instance.
using System.Runtime.InteropServices;
using Keepalived.Events;
using Keepalived.Linux.Sockets;
using Keepalived.Plugins;
using Keepalived.Scheduling;
using Microsoft.Extensions.Logging;

namespace Keepalived.Host.Sessions;

/// <summary>The BFD process's end: keeps what has been said of each session, and says it to whoever is connected or connects later.</summary>
internal sealed class BfdPublisher(IScheduler scheduler, ILogger log) : IBfdSessionPublisher, IDisposable
{
    private readonly Dictionary<string, Statement> _statements = new(StringComparer.Ordinal);
    private readonly List<BfdAudience> _audiences = [];
    private bool _hasBegun;

    // A listener that turns out to be gone leaves the list meanwhile.
    private BfdAudience[] Listeners => _hasBegun ? _audiences.ToArray() : [];

    /// <summary>Listeners that are connected.</summary>
    internal int Audiences => _audiences.Count;

    /// <summary>Another process listens; it replaces one of the same role.</summary>
    /// <param name="role">The process.</param>
    /// <param name="socket">Leads there; owned from now on.</param>
    internal void Connect(PluginRoles role, LinuxSocket socket)
    {
        _audiences.Find(audience => audience.Role == role)?.Dispose();
        _audiences.RemoveAll(audience => audience.Role == role);
        BfdAudience added = new(role, socket, scheduler, SayAll, Forget);
        _audiences.Add(added);
        if (_hasBegun)
        {
            SayAll(added);
        }
    }

    /// <inheritdoc/>
    public void Begin()
    {
        if (!_hasBegun)
        {
            _hasBegun = true;
            Array.ForEach(_audiences.ToArray(), SayAll);
        }
    }

    /// <inheritdoc/>
    public void Publish(string session, PluginRoles audience, BfdSessionState state, bool isProvisional = false, string? cause = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(session);
        if (state is not (BfdSessionState.Up or BfdSessionState.Down))
        {
            throw new ArgumentOutOfRangeException(nameof(state), state, "Others are told of up and down only.");
        }

        MonotonicTime now = scheduler.ReadClock();
        ref Statement? entry = ref CollectionsMarshal.GetValueRefOrAddDefault(_statements, session, out _);
        Statement? previous = entry;
        MonotonicTime since = previous is not null && previous.State == state ? previous.Since : now;
        Statement next = new(audience, state, isProvisional, since, cause);
        entry = next;
        foreach (BfdAudience listener in Listeners)
        {
            Say(listener, session, previous, next, now);
        }
    }

    /// <inheritdoc/>
    public void Withdraw(string session)
    {
        if (_statements.Remove(session, out Statement? previous))
        {
            foreach (BfdAudience listener in Listeners)
            {
                if ((listener.Role & previous.Audience) != 0)
                {
                    listener.Say(new(BfdMessageKind.Withdrawn, session));
                }
            }
        }
    }

    public void Dispose()
    {
        _audiences.ForEach(static audience => audience.Dispose());
        _audiences.Clear();
    }

    private static void Say(BfdAudience listener, string session, Statement? previous, Statement next, MonotonicTime now)
    {
        bool knew = previous is not null && (previous.Audience & listener.Role) != 0;
        bool knows = (next.Audience & listener.Role) != 0;
        if (knew && !knows)
        {
            listener.Say(new(BfdMessageKind.Withdrawn, session));
        }
        else if (knows && (!knew || previous!.State != next.State || previous.IsProvisional != next.IsProvisional))
        {
            listener.Say(next.ToMessage(session, now));
        }
    }

    private void SayAll(BfdAudience listener)
    {
        MonotonicTime now = scheduler.ReadClock();
        listener.Say(new(BfdMessageKind.Begin));
        foreach ((string session, Statement statement) in _statements)
        {
            if ((statement.Audience & listener.Role) != 0)
            {
                listener.Say(statement.ToMessage(session, now));
            }
        }

        listener.Say(new(BfdMessageKind.End));
    }

    private void Forget(BfdAudience listener, string reason)
    {
        _audiences.Remove(listener);
        log.LogDebug("The {Role} process no longer listens to BFD sessions: {Reason}", Processes.RoleNames.Display(listener.Role), reason);
    }

    /// <summary>What was said last of a session.</summary>
    private sealed record Statement(PluginRoles Audience, BfdSessionState State, bool IsProvisional, MonotonicTime Since, string? Cause)
    {
        public BfdMessage ToMessage(string session, MonotonicTime now) => new(BfdMessageKind.State, session, State, IsProvisional, Since, now) { Cause = Cause };
    }
}
