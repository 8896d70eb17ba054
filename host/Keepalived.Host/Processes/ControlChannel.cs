using Keepalived.Linux;
using Keepalived.Linux.Sockets;
using Keepalived.Scheduling;

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
    private readonly LinuxSocket _socket;
    private readonly IDescriptorWatch _watch;
    private readonly ControlMessageHandler _received;
    private readonly Action _closed;
    private bool _isOpen = true;

    /// <summary>Takes ownership of the socket.</summary>
    public ControlChannel(IScheduler scheduler, LinuxSocket socket, ControlMessageHandler received, Action closed)
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
            ReadOnlySpan<int> descriptors = descriptor >= 0 ? [descriptor] : [];
            _ = _socket.SendWithDescriptors(_sendBuffer.AsSpan(0, length), descriptors);
        }
    }

    /// <summary>The same from a thread that is not the loop's, with a buffer of its own.</summary>
    public void SendFromElsewhere(in ControlMessage message)
    {
        Span<byte> buffer = stackalloc byte[ControlMessage.MaximumLength];
        if (_isOpen)
        {
            _ = _socket.SendWithDescriptors(buffer[..message.Write(buffer)], []);
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
        Span<int> descriptors = stackalloc int[1];
        while (_isOpen)
        {
            switch (_socket.ReceiveWithDescriptors(_receiveBuffer, descriptors, out int length, out int count))
            {
                case Errno.EAGAIN:
                    return;
                case Errno.None when length > 0:
                    Deliver(_receiveBuffer.AsSpan(0, length), count > 0 ? descriptors[0] : -1);
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
            FileDescriptors.Close(descriptor);
        }
    }
}
