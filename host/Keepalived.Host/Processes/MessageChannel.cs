using Keepalived.Linux;
using Keepalived.Linux.Sockets;
using Keepalived.Plugins;
using Keepalived.Scheduling;

namespace Keepalived.Host.Processes;

/// <summary>One end of a socket pair that keeps messages apart, between a plugin and its worker process. Loop thread only.</summary>
internal sealed class MessageChannel(IScheduler scheduler, LinuxSocket socket) : IMessageChannel, IDisposable
{
    private readonly byte[] _buffer = new byte[IMessageChannel.LongestMessage];
    private IDescriptorWatch? _watch;
    private MessageHandler? _received;
    private Action? _closed;
    private bool _isOpen = true;

    public bool TrySend(ReadOnlySpan<byte> message) =>
        _isOpen && message.Length <= IMessageChannel.LongestMessage && socket.Send(message, out int count) == Errno.None && count == message.Length;

    public void Listen(MessageHandler received, Action closed)
    {
        _received = received;
        _closed = closed;
        _watch = scheduler.Watch(socket.Descriptor, Readiness.Read, OnReady);
    }

    public void Dispose()
    {
        if (_isOpen)
        {
            _isOpen = false;
            _watch?.Dispose();
            socket.Dispose();
        }
    }

    // One message a turn: whatever the handler does with it, deadlines come first. The watch is level-triggered.
    private void OnReady(Readiness readiness)
    {
        Errno error = socket.Receive(_buffer, out int length);
        if (error is Errno.EAGAIN or Errno.EINTR)
        {
            return;
        }

        if (error == Errno.None && length > 0)
        {
            _received!(_buffer.AsSpan(0, length));
            return;
        }

        Dispose();
        _closed!();
    }
}
