using Keepalived.Linux;
using Keepalived.Linux.Sockets;
using Keepalived.Plugins;
using Keepalived.Scheduling;

namespace Keepalived.Host.Sessions;

/// <summary>
/// One process that listens to the BFD process. Messages leave in order; those that the socket does not take now wait until it does. When
/// more wait than there is sense in keeping, they are dropped and everything is said afresh, which brings the listener to the same end.
/// </summary>
internal sealed class BfdAudience : IDisposable
{
    /// <summary>Most messages that wait.</summary>
    internal const int LongestBacklog = 4096;

    private readonly byte[] _buffer = new byte[BfdMessage.MaximumLength];
    private readonly Queue<BfdMessage> _backlog = [];
    private readonly LinuxSocket _socket;
    private readonly IDescriptorWatch _watch;
    private readonly Action<BfdAudience> _restart;
    private readonly Action<BfdAudience, string> _gone;
    private ulong _sequence;
    private bool _isOverdue;
    private bool _isDisposed;

    /// <summary>Takes ownership of the socket.</summary>
    /// <param name="role">The process that listens.</param>
    /// <param name="socket">Leads there.</param>
    /// <param name="scheduler">The loop.</param>
    /// <param name="restart">Says everything afresh.</param>
    /// <param name="gone">The listener is no more, and why; not called on disposal.</param>
    public BfdAudience(PluginRoles role, LinuxSocket socket, IScheduler scheduler, Action<BfdAudience> restart, Action<BfdAudience, string> gone)
    {
        Role = role;
        _socket = socket;
        _restart = restart;
        _gone = gone;
        _watch = scheduler.Watch(socket.Descriptor, Readiness.Read, OnReady);
    }

    public PluginRoles Role { get; }

    /// <summary>Messages that wait for room.</summary>
    internal int Waiting => _backlog.Count;

    /// <summary>Sends a message, now or as soon as there is room.</summary>
    public void Say(in BfdMessage message)
    {
        if (_isDisposed || _isOverdue)
        {
            return;
        }

        if (_backlog.Count > 0 || !TrySend(message))
        {
            if (_isDisposed)
            {
                return;
            }

            _watch.Interest = Readiness.Read | Readiness.Write;
            _backlog.Enqueue(message);
            if (_backlog.Count > LongestBacklog)
            {
                _backlog.Clear();
                _isOverdue = true;
            }
        }
    }

    public void Dispose()
    {
        if (!_isDisposed)
        {
            _isDisposed = true;
            _watch.Dispose();
            _socket.Dispose();
        }
    }

    private void OnReady(Readiness readiness)
    {
        if ((readiness & (Readiness.Read | Readiness.HangUp | Readiness.Error)) != 0 && HasEnded())
        {
            End("it has ended");
            return;
        }

        while (!_isDisposed && _backlog.TryPeek(out BfdMessage message) && TrySend(message))
        {
            _backlog.Dequeue();
        }

        if (_isDisposed || _backlog.Count > 0)
        {
            return;
        }

        _watch.Interest = Readiness.Read;
        if (_isOverdue)
        {
            _isOverdue = false;
            _restart(this);
        }
    }

    // A listener says nothing; what can be read is the end.
    private bool HasEnded()
    {
        Errno error = _socket.Receive(_buffer, out int count);
        return error == Errno.None ? count == 0 : error != Errno.EAGAIN;
    }

    private bool TrySend(in BfdMessage message)
    {
        int length = message.Write(_buffer, _sequence + 1);
        Errno error = _socket.Send(_buffer.AsSpan(0, length), out _);
        switch (error)
        {
            case Errno.None:
                _sequence++;
                return true;
            case Errno.EAGAIN or Errno.ENOBUFS or Errno.EINTR:
                return false;
            default:
                End(error.ToString());
                return false;
        }
    }

    private void End(string reason)
    {
        Dispose();
        _gone(this, reason);
    }
}
