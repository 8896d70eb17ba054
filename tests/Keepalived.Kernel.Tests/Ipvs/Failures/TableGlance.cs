using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Keepalived.Lab;

namespace Keepalived.Kernel.Tests.Ipvs.Failures;

/// <summary>
/// The weights in a director's table, asked of the kernel with <c>IP_VS_SO_GET_DESTS</c> (linux/ip_vs.h): for waiting only. <c>ipvsadm -Ln</c> takes 0.3 s
/// of the kernel's only processor for a hundred services, so asking it once a second would slow down what is waited for; <c>/proc/net/ip_vs</c> showed 95 and
/// 171 lines of 219 here. Sizes are those of a 64-bit kernel.
/// </summary>
internal sealed class TableGlance : IDisposable
{
    private const int GetDestinations = 64 + 1024 + 64 + 4; // IP_VS_BASE_CTL + 4
    private const int HeaderLength = 24;
    private const int EntryLength = 96;
    private const int WeightOffset = 12;
    private readonly byte[] _buffer = new byte[HeaderLength + EntryLength];
    private readonly Socket _socket;

    public TableGlance(Host host)
    {
        Socket? socket = null;
        host.Enter(() => socket = new Socket(AddressFamily.InterNetwork, SocketType.Raw, ProtocolType.Raw), "opens a socket").Join();
        _socket = socket!;
    }

    /// <summary>The weight of the only real server of a virtual server; -1 when there is none.</summary>
    public int WeightOf(IPAddress address, int port)
    {
        Span<byte> request = _buffer;
        request.Clear();
        MemoryMarshal.Write(request, (ushort)ProtocolType.Tcp);
        address.TryWriteBytes(request[4..], out _);
        BinaryPrimitives.WriteUInt16BigEndian(request[8..], (ushort)port);
        MemoryMarshal.Write(request[16..], 1);
        int length = _buffer.Length;
        if (Native.GetOption((int)_socket.Handle, (int)SocketOptionLevel.IP, GetDestinations, _buffer, ref length) < 0)
        {
            // There is no such virtual server. Not by the socket's own method, which throws: a hundred exceptions are dear as well.
            return -1;
        }

        // What is not there is not written.
        ReadOnlySpan<byte> entry = request[HeaderLength..];
        return entry[..4].ContainsAnyExcept((byte)0) ? MemoryMarshal.Read<int>(entry[WeightOffset..]) : -1;
    }

    public void Dispose() => _socket.Dispose();
}
