using Keepalived.Linux.Processes;
using Keepalived.Scheduling;
using Keepalived.Linux.Local;

namespace Keepalived.Host.Processes;

/// <summary>Called for each message.</summary>
/// <param name="message">The message.</param>
/// <param name="descriptor">A descriptor that came along, which the receiver now owns; -1 when none did.</param>
internal delegate void ControlMessageHandler(ControlMessage message, int descriptor);

/// <summary>
/// One end of the socket pair between parent and child. Messages keep their boundaries, descriptors travel in them, and the end of the stream
/// says at once that the other process has died. Loop thread only; a hello and its answer allocate nothing.
/// </summary>
internal sealed class ControlChannel : IDisposable
{
    private readonly byte[] _sendBuffer = new byte[ControlMessage.MaximumLength];
    private readonly byte[] _receiveBuffer = new byte[ControlMessage.MaximumLength];
    private readonly SocketPairEnd _socket;
    private readonly IDescriptorWatch _watch;
    private readonly ControlMessageHandler _received;
    private readonly Action _closed;
    private bool _isOpen = true;

    /// <summary>Takes ownership of the socket.</summary>
    public ControlChannel(IScheduler scheduler, SocketPairEnd socket, ControlMessageHandler received, Action closed)
    {
        _socket = socket;
        _received = received;
        _closed = closed;
        _watch = scheduler.Watch(socket.Descriptor, Readiness.Read, OnReady);
    }

    /// <summary>
    /// Sends a message. One that finds the queue full or the other side gone is lost: the watchdog and the end of the stream tell the rest.
    /// </summary>
    public void Send(in ControlMessage message, int descriptor = -1)
    {
        if (_isOpen)
        {
            int length = message.Write(_sendBuffer);
            _ = _socket.Send(_sendBuffer.AsSpan(0, length), descriptor);
        }
    }

    public void Dispose()
    {
        if (_isOpen)
        {
            _isOpen = false;
            _watch.Dispose();
            _socket.Dispose();
        }
    }

    private void OnReady(Readiness readiness)
    {
        while (_isOpen)
        {
            switch (_socket.Receive(_receiveBuffer, out int length, out int descriptor))
            {
                case Linux.Errno.EAGAIN:
                    return;
                case Linux.Errno.None when length > 0:
                    Deliver(_receiveBuffer.AsSpan(0, length), descriptor);
                    break;
                default:
                    Dispose();
                    _closed();
                    return;
            }
        }
    }

    private void Deliver(ReadOnlySpan<byte> bytes, int descriptor)
    {
        if (ControlMessage.TryRead(bytes, out ControlMessage message))
        {
            _received(message, descriptor);
        }
        else if (descriptor >= 0)
        {
            Linux.FileDescriptors.Close(descriptor);
        }
    }
}
