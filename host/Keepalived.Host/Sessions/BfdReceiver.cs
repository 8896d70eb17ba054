using Keepalived.Events;
using Keepalived.Linux;
using Keepalived.Linux.Sockets;
using Keepalived.Scheduling;
using Microsoft.Extensions.Logging;

namespace Keepalived.Host.Sessions;

/// <summary>The other end: keeps what has been heard of each session, and tells those who follow it of changes.</summary>
internal sealed class BfdReceiver : IDisposable
{
    private readonly byte[] _buffer = new byte[BfdMessage.MaximumLength];
    private readonly Dictionary<string, BfdSessionState> _states = new(StringComparer.Ordinal);
    private readonly HashSet<string> _confirmed = new(StringComparer.Ordinal);
    private readonly List<Following> _followings = [];
    private readonly IScheduler _scheduler;
    private readonly ILogger _log;
    private readonly Action<string, Exception> _ownerFailed;
    private readonly ILoopTimer _silence;
    private LinuxSocket? _socket;
    private IDescriptorWatch? _watch;
    private ulong _sequence;
    private int _depth;

    /// <summary>Hears nothing until it is connected.</summary>
    /// <param name="scheduler">The loop.</param>
    /// <param name="log">The log.</param>
    /// <param name="ownerFailed">Told of a plugin whose handler threw.</param>
    public BfdReceiver(IScheduler scheduler, ILogger log, Action<string, Exception> ownerFailed)
    {
        _scheduler = scheduler;
        _log = log;
        _ownerFailed = ownerFailed;
        _silence = scheduler.CreateTimer(_ => OnSilence());
    }

    /// <summary>The sessions as one plugin sees them.</summary>
    internal IBfdSessions ForOwner(string owner) => new OwnerView(this, owner);

    /// <summary>A BFD process tells from now on; what the one before has said and nobody has read yet is read first.</summary>
    /// <param name="socket">Comes from there; owned from now on.</param>
    internal void Connect(LinuxSocket socket)
    {
        if (_socket is not null)
        {
            ReadAll();
            Disconnect();
        }

        _socket = socket;
        _sequence = 0;
        _watch = _scheduler.Watch(socket.Descriptor, Readiness.Read, _ => ReadAll());
    }

    /// <summary>Drops the followings of a plugin that was retired.</summary>
    internal void Retire(string owner)
    {
        foreach (Following following in _followings.FindAll(candidate => candidate.Owner == owner))
        {
            following.Dispose();
        }
    }

    public void Dispose()
    {
        Disconnect();
        _silence.Dispose();
    }

    private void Disconnect()
    {
        _watch?.Dispose();
        _socket?.Dispose();
        (_watch, _socket) = (null, null);
    }

    private void ReadAll()
    {
        while (_socket is { } socket)
        {
            switch (socket.Receive(_buffer, out int length))
            {
                case Errno.EAGAIN:
                    return;
                case Errno.None when length > 0:
                    Read(_buffer.AsSpan(0, length));
                    break;
                default:
                    Disconnect();
                    _silence.Arm(_scheduler.Now + IBfdSessions.LongestSilence);
                    return;
            }
        }
    }

    private void Read(ReadOnlySpan<byte> bytes)
    {
        if (!BfdMessage.TryRead(bytes, out BfdMessage message, out ulong sequence))
        {
            return;
        }

        if (sequence != _sequence + 1)
        {
            _log.LogError("BFD message {Sequence} came after {Previous}: report this", sequence, _sequence);
        }

        _sequence = sequence;
        switch (message.Kind)
        {
            case BfdMessageKind.Begin:
                _confirmed.Clear();
                break;
            case BfdMessageKind.State:
                _confirmed.Add(message.Session);
                Take(message, sequence);
                break;
            case BfdMessageKind.End:
                _silence.Disarm();
                ForgetUnconfirmed();
                break;
            case BfdMessageKind.Withdrawn:
                _states.Remove(message.Session);
                break;
        }
    }

    private void Take(in BfdMessage message, ulong sequence)
    {
        BfdSessionState? previous = StateOf(message.Session);
        bool knowsBetter = message.IsProvisional && previous == BfdSessionState.Up;
        if (previous == message.State || knowsBetter)
        {
            return;
        }

        _states[message.Session] = message.State;
        TimeSpan delay = _scheduler.ReadClock() - message.Reported;
        _log.LogInformation(
            "Received BFD event: instance {Session} is in state {State} (delivered in {Delay} usec)", message.Session, message.State, (long)delay.TotalMicroseconds);
        Tell(new(message.Session, message.State, message.Since, sequence) { Cause = message.Cause });
    }

    // A session that is told of no more has not gone down; who follows it is about to be told by its own configuration.
    private void ForgetUnconfirmed()
    {
        foreach (string session in _states.Keys)
        {
            if (!_confirmed.Contains(session))
            {
                _states.Remove(session);
            }
        }
    }

    private void OnSilence()
    {
        MonotonicTime now = _scheduler.Now;
        foreach (string session in (string[])[.. _states.Keys])
        {
            if (_states[session] == BfdSessionState.Up && _followings.Exists(following => following.Handler is not null && following.Session == session))
            {
                _log.LogWarning(
                    "There has been no BFD process for {Limit} s: instance {Session} counts as down", IBfdSessions.LongestSilence.TotalSeconds, session);
                _states[session] = BfdSessionState.Down;
                Tell(new(session, BfdSessionState.Down, now, 0) { Cause = "there is no BFD process" });
            }
        }

        _states.Clear();
    }

    private BfdSessionState? StateOf(string session) => _states.TryGetValue(session, out BfdSessionState state) ? state : null;

    // A handler may end its own or other followings, or begin some: those wait for the next change.
    private void Tell(in BfdSessionNews news)
    {
        _depth++;
        int count = _followings.Count;
        for (int i = 0; i < count; i++)
        {
            Following following = _followings[i];
            if (following.Session != news.Session || following.Handler is not { } handler)
            {
                continue;
            }

            try
            {
                handler(in news);
            }
            catch (Exception exception)
            {
                _ownerFailed(following.Owner, exception);
            }
        }

        if (--_depth == 0)
        {
            _followings.RemoveAll(static following => following.Handler is null);
        }
    }

    private sealed class Following(string owner, string session, BfdSessionHandler handler) : IDisposable
    {
        public string Owner { get; } = owner;

        public string Session { get; } = session;

        public BfdSessionHandler? Handler { get; private set; } = handler;

        public void Dispose() => Handler = null;
    }

    private sealed class OwnerView(BfdReceiver receiver, string owner) : IBfdSessions
    {
        public BfdSessionState? StateOf(string session) => receiver.StateOf(session);

        public IDisposable Follow(string session, BfdSessionHandler handler)
        {
            ArgumentException.ThrowIfNullOrEmpty(session);
            ArgumentNullException.ThrowIfNull(handler);
            receiver._followings.RemoveAll(following => receiver._depth == 0 && following.Handler is null);
            Following following = new(owner, session, handler);
            receiver._followings.Add(following);
            return following;
        }
    }
}
