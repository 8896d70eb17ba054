// sys/socket.h: sockets. Options are in LinuxSocket.Options.cs and LinuxSocket.Multicast.cs, batches in DatagramReceiver.cs and DatagramSender.cs.
using System.Runtime.InteropServices;

namespace Keepalived.Linux.Sockets;

/// <summary>
/// A socket, never blocking and close-on-exec. Transfers return the error, because "not now" and "refused" are everyday business;
/// setting up throws.
/// </summary>
public sealed unsafe partial class LinuxSocket : LinuxDescriptor
{
    private const int NonBlocking = 0x800;
    private const int CloseOnExec = 0x80000;
    private const int NoSignal = 0x4000; // MSG_NOSIGNAL: EPIPE instead of SIGPIPE

    /// <summary>Takes ownership of an open socket, for example one that this process was started with.</summary>
    /// <param name="descriptor">The socket; make sure that it does not block.</param>
    public LinuxSocket(int descriptor)
        : base(descriptor)
    {
    }

    /// <summary>Opens a socket.</summary>
    /// <param name="family">Address family.</param>
    /// <param name="kind">Kind.</param>
    /// <param name="protocol">IPPROTO_* number, or for packet sockets the EtherType in host order; 0 = the usual.</param>
    /// <exception cref="LinuxException">EPERM or EACCES: a raw or packet socket needs CAP_NET_RAW.</exception>
    public static LinuxSocket Open(SocketFamily family, SocketKind kind, int protocol = 0)
    {
        // A packet socket's protocol is in network order (packet(7)).
        int number = family == SocketFamily.Packet
            ? System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(checked((ushort)protocol))
            : protocol;
        return new LinuxSocket(Check(Create((int)family, (int)kind | NonBlocking | CloseOnExec, number), $"open a {family} {kind} socket"));
    }

    /// <summary>Opens the same socket without an exception when the machine is out of descriptors: for checks.</summary>
    /// <returns>The descriptor, which the caller owns; negative on an error.</returns>
    public static int OpenStream(SocketFamily family, out Errno error) => TryOpen(family, SocketKind.Stream, 0, out error);

    /// <summary>Opens a socket of any kind without an exception: for checks.</summary>
    /// <returns>The descriptor, which the caller owns; negative on an error.</returns>
    public static int TryOpen(SocketFamily family, SocketKind kind, int protocol, out Errno error)
    {
        int descriptor = Create((int)family, (int)kind | NonBlocking | CloseOnExec, protocol);
        error = descriptor < 0 ? LibC.LastErrno : Errno.None;
        return descriptor;
    }

    /// <summary>Opens two unix sockets connected with each other.</summary>
    /// <exception cref="LinuxException">No descriptors left.</exception>
    public static (LinuxSocket First, LinuxSocket Second) OpenPair(SocketKind kind = SocketKind.SequencedPacket)
    {
        int* pair = stackalloc int[2];
        Check(CreatePair((int)SocketFamily.Unix, (int)kind | NonBlocking | CloseOnExec, 0, pair), "open a pair of sockets");
        return (new LinuxSocket(pair[0]), new LinuxSocket(pair[1]));
    }

    /// <summary>Gives the socket its own address.</summary>
    /// <exception cref="LinuxException">EADDRINUSE, EADDRNOTAVAIL, EACCES and the like.</exception>
    public void Bind(in SocketName name)
    {
        Errno error = TryBind(Descriptor, name);
        if (error != Errno.None)
        {
            throw new LinuxException($"bind a socket to {name}", error);
        }
    }

    /// <summary>Binds a socket given by its descriptor.</summary>
    public static Errno TryBind(int descriptor, in SocketName name)
    {
        fixed (SocketName* pointer = &name)
        {
            return Bind(descriptor, pointer->Bytes, (uint)pointer->Length) == 0 ? Errno.None : LibC.LastErrno;
        }
    }

    /// <summary>Connects; EINPROGRESS means that the socket becomes writable when it is decided.</summary>
    public Errno Connect(in SocketName name) => TryConnect(Descriptor, name);

    /// <summary>Connects a socket given by its descriptor.</summary>
    public static Errno TryConnect(int descriptor, in SocketName name)
    {
        fixed (SocketName* pointer = &name)
        {
            return Connect(descriptor, pointer->Bytes, (uint)pointer->Length) == 0 ? Errno.None : LibC.LastErrno;
        }
    }

    /// <summary>Lets others connect.</summary>
    /// <param name="backlog">Most connections that wait to be accepted.</param>
    /// <exception cref="LinuxException">The socket is not of that kind.</exception>
    public void Listen(int backlog = 128) => Check(Listen(Descriptor, backlog), "listen on a socket");

    /// <summary>Accepts a connection; null when none waits, or it went away again.</summary>
    /// <exception cref="LinuxException">The socket does not listen, or no descriptors are left.</exception>
    public LinuxSocket? Accept()
    {
        int accepted = Accept(Descriptor, null, null, NonBlocking | CloseOnExec);
        if (accepted >= 0)
        {
            return new LinuxSocket(accepted);
        }

        Errno error = LibC.LastErrno;
        return error is Errno.EAGAIN or Errno.EINTR or Errno.ECONNABORTED ? null : throw new LinuxException("accept a connection", error);
    }

    /// <summary>Sends to the connected peer. Bytes of a stream may be taken in part.</summary>
    public Errno Send(ReadOnlySpan<byte> bytes, out int count) => Send(Descriptor, bytes, out count);

    /// <summary>Sends on a socket given by its descriptor.</summary>
    public static Errno Send(int descriptor, ReadOnlySpan<byte> bytes, out int count)
    {
        fixed (byte* start = bytes)
        {
            return Result(SendTo(descriptor, start, (nuint)bytes.Length, NoSignal, null, 0), out count);
        }
    }

    /// <summary>Sends a datagram to an address.</summary>
    public Errno SendTo(ReadOnlySpan<byte> bytes, in SocketName destination)
    {
        fixed (byte* start = bytes)
        {
            fixed (SocketName* pointer = &destination)
            {
                nint sent = SendTo(Descriptor, start, (nuint)bytes.Length, NoSignal, pointer->Bytes, (uint)pointer->Length);
                return Result(sent, out _);
            }
        }
    }

    /// <summary>Receives what there is; no error and 0 bytes is the end of a stream, or an empty datagram.</summary>
    public Errno Receive(Span<byte> buffer, out int count) => Receive(Descriptor, buffer, out count);

    /// <summary>Receives on a socket given by its descriptor.</summary>
    public static Errno Receive(int descriptor, Span<byte> buffer, out int count)
    {
        fixed (byte* start = buffer)
        {
            return Result(ReceiveFrom(descriptor, start, (nuint)buffer.Length, 0, null, null), out count);
        }
    }

    /// <summary>Receives one datagram and tells who sent it. What does not fit is lost.</summary>
    public Errno ReceiveFrom(Span<byte> buffer, out int count, out SocketName source)
    {
        source = default;
        fixed (byte* start = buffer)
        {
            fixed (SocketName* pointer = &source)
            {
                uint length = SocketName.Capacity;
                Errno error = Result(ReceiveFrom(Descriptor, start, (nuint)buffer.Length, 0, pointer->Bytes, &length), out count);
                pointer->Length = (int)Math.Min(length, SocketName.Capacity);
                return error;
            }
        }
    }

    /// <summary>The socket's own address.</summary>
    /// <exception cref="LinuxException">It has none.</exception>
    public SocketName GetLocalName()
    {
        SocketName name = default;
        uint length = SocketName.Capacity;
        Check(GetName(Descriptor, name.Bytes, &length), "ask for a socket's address");
        name.Length = (int)Math.Min(length, SocketName.Capacity);
        return name;
    }

    /// <summary>The address of the peer that the socket is connected with.</summary>
    /// <exception cref="LinuxException">ENOTCONN: there is none.</exception>
    public SocketName GetPeerName()
    {
        SocketName name = default;
        uint length = SocketName.Capacity;
        Check(GetPeer(Descriptor, name.Bytes, &length), "ask for a peer's address");
        name.Length = (int)Math.Min(length, SocketName.Capacity);
        return name;
    }

    private static Errno Result(nint transferred, out int count)
    {
        count = (int)Math.Max(transferred, 0);
        return transferred < 0 ? LibC.LastErrno : Errno.None;
    }

    private static int Check(int result, string operation)
    {
        if (result < 0)
        {
            LinuxException.ThrowLast(operation);
        }

        return result;
    }

    [LibraryImport(LibC.Name, EntryPoint = "socket", SetLastError = true)]
    private static partial int Create(int family, int kind, int protocol);

    [LibraryImport(LibC.Name, EntryPoint = "socketpair", SetLastError = true)]
    private static partial int CreatePair(int family, int kind, int protocol, int* pair);

    [LibraryImport(LibC.Name, EntryPoint = "bind", SetLastError = true)]
    private static partial int Bind(int socket, byte* name, uint length);

    [LibraryImport(LibC.Name, EntryPoint = "connect", SetLastError = true)]
    private static partial int Connect(int socket, byte* name, uint length);

    [LibraryImport(LibC.Name, EntryPoint = "listen", SetLastError = true)]
    private static partial int Listen(int socket, int backlog);

    [LibraryImport(LibC.Name, EntryPoint = "accept4", SetLastError = true)]
    private static partial int Accept(int socket, byte* name, uint* length, int flags);

    [LibraryImport(LibC.Name, EntryPoint = "getsockname", SetLastError = true)]
    private static partial int GetName(int socket, byte* name, uint* length);

    [LibraryImport(LibC.Name, EntryPoint = "getpeername", SetLastError = true)]
    private static partial int GetPeer(int socket, byte* name, uint* length);

    [LibraryImport(LibC.Name, EntryPoint = "sendto", SetLastError = true)]
    private static partial nint SendTo(int socket, byte* bytes, nuint length, int flags, byte* name, uint nameLength);

    [LibraryImport(LibC.Name, EntryPoint = "recvfrom", SetLastError = true)]
    private static partial nint ReceiveFrom(int socket, byte* buffer, nuint length, int flags, byte* name, uint* nameLength);
}
