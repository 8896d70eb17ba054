using System.Net;

namespace Keepalived.Checking;

/// <summary>How a socket operation ended. An expected failure is a value, never an exception: a dead server is everyday business.</summary>
public enum SocketOutcome
{
    /// <summary>Done.</summary>
    Completed,

    /// <summary>The deadline came first.</summary>
    TimedOut,

    /// <summary>ECONNREFUSED.</summary>
    Refused,

    /// <summary>No route, no address, interface down.</summary>
    Unreachable,

    /// <summary>ECONNRESET, EPIPE.</summary>
    Reset,

    /// <summary>The peer ended the stream in order.</summary>
    EndOfStream,

    /// <summary>Any other error; see the errno.</summary>
    Failed,
}

/// <summary>Result of a transfer.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Count">Bytes transferred.</param>
/// <param name="Errno">The errno behind a failure, 0 when there is none.</param>
public readonly record struct TransferResult(SocketOutcome Outcome, int Count, int Errno);

/// <summary>Result of an attempt to connect.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Connection">The connection when it completed.</param>
/// <param name="Errno">The errno behind a failure, 0 when there is none.</param>
public readonly record struct ConnectResult(SocketOutcome Outcome, IStreamConnection? Connection, int Errno);

/// <summary>Result of opening a socket for datagrams.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Socket">The socket when it completed.</param>
/// <param name="Errno">The errno behind a failure, 0 when there is none.</param>
public readonly record struct DatagramResult(SocketOutcome Outcome, IDatagramSocket? Socket, int Errno);

/// <summary>Where a check's socket is bound and how its packets are marked.</summary>
/// <param name="LocalEndPoint"><c>bindto</c> and <c>bind_port</c>; null = left to the kernel.</param>
/// <param name="Interface"><c>bind_if</c>; null = any.</param>
/// <param name="FirewallMark"><c>fwmark</c> (SO_MARK); 0 = none.</param>
public sealed record SocketBinding(IPEndPoint? LocalEndPoint, string? Interface, uint FirewallMark)
{
    /// <summary>Nothing bound, nothing marked.</summary>
    public static SocketBinding Any { get; } = new(null, null, 0);

    /// <summary>What a checker's resolved common options ask for.</summary>
    public static SocketBinding For(CheckOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options is { BindAddress: null, BindPort: null, BindInterface: null, FirewallMark: null })
        {
            return Any;
        }

        bool isIPv6 = options.ConnectAddress?.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6;
        IPAddress? address = options.BindAddress ?? (options.BindPort is null ? null : isIPv6 ? IPAddress.IPv6Any : IPAddress.Any);
        return new(address is null ? null : new IPEndPoint(address, options.BindPort ?? 0), options.BindInterface, options.FirewallMark ?? 0);
    }
}

/// <summary>
/// Sockets for checks, on the process's own loop: awaiting costs no thread, continuations run on the loop, and steady work allocates
/// nothing but what the checker itself allocates.
/// </summary>
public interface ICheckSockets
{
    /// <summary>Opens a TCP connection. Cancelled tokens and deadlines give an outcome, not an exception.</summary>
    ValueTask<ConnectResult> ConnectAsync(IPEndPoint remote, SocketBinding binding, MonotonicTime deadline);

    /// <summary>
    /// Opens a UDP socket that talks with one server alone. Nothing is sent; that the server cannot be reached, or has nobody at that port,
    /// shows when something has been sent and an ICMP error came back.
    /// </summary>
    DatagramResult OpenDatagram(IPEndPoint remote, SocketBinding binding);

    /// <summary>
    /// Sends an ICMP or ICMPv6 echo request and waits for the reply that answers it (RFC 792, RFC 4443 section 4). ICMP errors about the
    /// request end it too.
    /// </summary>
    /// <param name="remote">The machine.</param>
    /// <param name="binding">Ports mean nothing here.</param>
    /// <param name="payload">Data of the request, at most 1024 octets.</param>
    /// <param name="deadline">Until when to wait.</param>
    /// <returns>The count is that of the reply's data.</returns>
    ValueTask<TransferResult> EchoAsync(IPAddress remote, SocketBinding binding, ReadOnlyMemory<byte> payload, MonotonicTime deadline);
}

/// <summary>
/// A UDP socket with one peer: what others send is not received. One receive may be under way at a time; disposing ends it with
/// <see cref="SocketOutcome.Failed"/>.
/// </summary>
public interface IDatagramSocket : IDisposable
{
    /// <summary>
    /// Sends one datagram, at once or not at all. An ICMP error about an earlier one ends it: <see cref="SocketOutcome.Refused"/> (nobody at
    /// the port) or <see cref="SocketOutcome.Unreachable"/>.
    /// </summary>
    TransferResult Send(ReadOnlyMemory<byte> datagram);

    /// <summary>
    /// Receives one datagram, which may be empty. What does not fit the buffer is lost: give room for one octet more than is acceptable. ICMP
    /// errors end it as they end <see cref="Send"/>.
    /// </summary>
    ValueTask<TransferResult> ReceiveAsync(Memory<byte> buffer, MonotonicTime deadline);
}

/// <summary>A connected TCP stream. One receive and one send may be under way at a time; disposing ends them with <see cref="SocketOutcome.Failed"/>.</summary>
public interface IStreamConnection : IDisposable
{
    /// <summary>Receives at least one byte.</summary>
    ValueTask<TransferResult> ReceiveAsync(Memory<byte> buffer, MonotonicTime deadline);

    /// <summary>Sends everything.</summary>
    ValueTask<TransferResult> SendAsync(ReadOnlyMemory<byte> buffer, MonotonicTime deadline);

    /// <summary>True makes the kernel reset the connection on closing instead of lingering, as a connect-only check wants.</summary>
    bool ResetOnClose { get; set; }
}
