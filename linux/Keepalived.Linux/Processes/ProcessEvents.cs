// linux/connector.h, linux/cn_proc.h: the kernel's news of processes.
using System.Runtime.InteropServices;
using Keepalived.Linux.Netlink;
using Keepalived.Linux.Resources;

namespace Keepalived.Linux.Processes;

/// <summary>Told of processes; threads are left out.</summary>
public interface IProcessEventHandler
{
    /// <summary>A process made another one like itself.</summary>
    void Forked(int parent, int child);

    /// <summary>A process runs another program.</summary>
    void Executed(int processId);

    /// <summary>A process has another name.</summary>
    void Renamed(int processId);

    /// <summary>A process has ended.</summary>
    void Exited(int processId);

    /// <summary>The kernel dropped news.</summary>
    void Overrun();
}

/// <summary>
/// The proc connector: every fork, exec, change of name and exit on the machine, by netlink. The kernel has it in the initial network
/// namespace only, so from another one the socket is opened there, by a thread that enters it for that. Needs CAP_NET_ADMIN in the initial
/// user namespace, and the initial process namespace.
/// </summary>
public sealed class ProcessEvents : IDisposable
{
    private const uint ProcessIndex = 1; // CN_IDX_PROC, CN_VAL_PROC
    private const uint Listen = 1; // PROC_CN_MCAST_LISTEN
    private const ushort Done = 3; // NLMSG_DONE
    private const int RequestLength = 40;
    private const int ConnectorHeaderLength = 20;
    private const int EventHeaderLength = 16;
    private const uint Fork = 0x1;
    private const uint Exec = 0x2;
    private const uint Comm = 0x200;
    private const uint Exit = 0x80000000;

    private readonly NetlinkSocket _socket;
    private readonly byte[] _buffer = new byte[8192];

    private ProcessEvents(NetlinkSocket socket) => _socket = socket;

    /// <summary>Changes how much news the kernel may queue.</summary>
    public void SetReceiveBuffer(NetlinkReceiveBuffer receiveBuffer) => _socket.SetReceiveBuffer(receiveBuffer);

    /// <summary>Readable when there is news.</summary>
    public int Descriptor => _socket.Descriptor;

    /// <summary>Begins to listen.</summary>
    /// <param name="receiveBuffer">How much news the kernel may queue.</param>
    /// <param name="error">Why it cannot be; for example ECONNREFUSED outside of the initial network namespace, EPERM without the capability.</param>
    /// <returns>Null when the kernel tells nothing.</returns>
    public static ProcessEvents? TryOpen(NetlinkReceiveBuffer receiveBuffer, out Errno error)
    {
        ProcessEvents? events = TryListen(receiveBuffer, out error);
        if (events is not null || error != Errno.ECONNREFUSED)
        {
            return events;
        }

        Errno there = error;
        Thread visitor = new(() =>
        {
            try
            {
                NetworkNamespace.Enter("/proc/1/ns/net");
                events = TryListen(receiveBuffer, out there);
            }
            catch (LinuxException exception)
            {
                there = exception.Errno;
            }
        })
        { Name = "process events" };
        visitor.Start();
        visitor.Join();
        error = there;
        return events;
    }

    /// <summary>Hands over the news that there are.</summary>
    public void OnReadable(IProcessEventHandler handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        while (true)
        {
            Errno error = _socket.Receive(_buffer, out NetlinkDatagram datagram);
            if (error is Errno.ENOBUFS or Errno.EMSGSIZE)
            {
                handler.Overrun();
                continue;
            }

            if (error != Errno.None)
            {
                return;
            }

            NetlinkMessageReader messages = new(_buffer.AsSpan(0, datagram.Length));
            while (messages.MoveNext())
            {
                Tell(messages.Current.Payload, handler);
            }
        }
    }

    /// <summary>Closes the socket; the kernel stops telling by itself.</summary>
    public void Dispose() => _socket.Dispose();

    // struct cn_msg: idx, val, seq, ack (32 bits), len, flags (16). struct proc_event: what, cpu (32), time stamp (64), then by kind
    // fork: parent pid, tgid, child pid, tgid; the others: pid, tgid.
    internal static void Tell(ReadOnlySpan<byte> payload, IProcessEventHandler handler)
    {
        const int LeastData = 16;
        if (payload.Length < ConnectorHeaderLength + EventHeaderLength + LeastData || MemoryMarshal.Read<uint>(payload) != ProcessIndex)
        {
            return;
        }

        ReadOnlySpan<byte> data = payload[(ConnectorHeaderLength + EventHeaderLength)..];
        int process = MemoryMarshal.Read<int>(data);
        int group = MemoryMarshal.Read<int>(data[4..]);
        switch (MemoryMarshal.Read<uint>(payload[ConnectorHeaderLength..]))
        {
            case Fork when MemoryMarshal.Read<int>(data[8..]) == MemoryMarshal.Read<int>(data[12..]):
                handler.Forked(group, MemoryMarshal.Read<int>(data[8..]));
                break;
            case Exec:
                handler.Executed(group);
                break;
            case Comm when process == group:
                handler.Renamed(process);
                break;
            case Exit when process == group:
                handler.Exited(process);
                break;
        }
    }

    private static ProcessEvents? TryListen(NetlinkReceiveBuffer receiveBuffer, out Errno error)
    {
        NetlinkSocket? socket = null;
        try
        {
            socket = NetlinkSocket.Open(NetlinkFamily.Connector, receiveBuffer);
            error = socket.Join(ProcessIndex);
            if (error == Errno.None)
            {
                error = Subscribe(socket);
            }
        }
        catch (LinuxException exception)
        {
            error = exception.Errno;
        }

        if (error == Errno.None)
        {
            return new ProcessEvents(socket!);
        }

        socket?.Dispose();
        return null;
    }

    private static Errno Subscribe(NetlinkSocket socket)
    {
        Span<byte> request = stackalloc byte[RequestLength];
        request.Clear();
        MemoryMarshal.Write(request, RequestLength);
        MemoryMarshal.Write(request[4..], Done);
        MemoryMarshal.Write(request[16..], ProcessIndex);
        MemoryMarshal.Write(request[20..], ProcessIndex);
        MemoryMarshal.Write(request[32..], (ushort)sizeof(uint));
        MemoryMarshal.Write(request[36..], Listen);
        return socket.Send(request);
    }
}
