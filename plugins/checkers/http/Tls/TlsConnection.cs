using System.Net.Security;
using System.Security.Authentication;
using Keepalived.Checking;
using Keepalived.Scheduling;

namespace Keepalived.Checkers.Http.Tls;

/// <summary>
/// TLS over a connection, as a connection. What goes wrong under TLS comes out as the same value as without it; what goes wrong in TLS itself
/// is put into words in <see cref="Trouble"/>. Disposing frees what TLS took and says nothing to the peer, as keepalived does; the connection below
/// stays its owner's.
/// </summary>
internal sealed class TlsConnection : IStreamConnection
{
    private const int ProtocolError = 71; // EPROTO
    private readonly IStreamConnection _connection;
    private readonly ConnectionStream _stream;
    private readonly SslStream _tls;

    public TlsConnection(IStreamConnection connection, IScheduler scheduler)
    {
        _connection = connection;
        _stream = new(connection, scheduler);
        _tls = new(_stream, leaveInnerStreamOpen: true);
    }

    /// <inheritdoc/>
    public bool ResetOnClose
    {
        get => _connection.ResetOnClose;
        set => _connection.ResetOnClose = value;
    }

    /// <summary>What was wrong with TLS, in words; null when nothing was.</summary>
    public string? Trouble { get; private set; }

    /// <summary>Shakes hands.</summary>
    public async ValueTask<TransferResult> HandshakeAsync(SslClientAuthenticationOptions options, MonotonicTime deadline)
    {
        _stream.Deadline = deadline;
        try
        {
            await _tls.AuthenticateAsClientAsync(options);
            return new(SocketOutcome.Completed, 0, 0);
        }
        catch (Exception exception) when (exception is IOException or AuthenticationException)
        {
            return Failure(exception);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<TransferResult> ReceiveAsync(Memory<byte> buffer, MonotonicTime deadline)
    {
        _stream.Deadline = deadline;
        try
        {
            int count = await _tls.ReadAsync(buffer);
            return new(count == 0 ? SocketOutcome.EndOfStream : SocketOutcome.Completed, count, 0);
        }
        catch (IOException exception)
        {
            return Failure(exception);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<TransferResult> SendAsync(ReadOnlyMemory<byte> buffer, MonotonicTime deadline)
    {
        _stream.Deadline = deadline;
        try
        {
            await _tls.WriteAsync(buffer);
            return new(SocketOutcome.Completed, buffer.Length, 0);
        }
        catch (IOException exception)
        {
            return Failure(exception);
        }
    }

    /// <summary>Sends the notification of the end (RFC 8446 section 6.1); that it cannot be sent changes nothing any more.</summary>
    public async ValueTask NotifyEndAsync(MonotonicTime deadline)
    {
        _stream.Deadline = deadline;
        try
        {
            await _tls.ShutdownAsync();
        }
        catch (IOException)
        {
            // The server closed first.
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _tls.Dispose();
        _stream.Dispose();
    }

    private TransferResult Failure(Exception exception)
    {
        for (Exception? cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (cause is TransferFailedException { Result: var result })
            {
                return result;
            }
        }

        Trouble = TlsTrouble.Describe(exception);
        return new(SocketOutcome.Failed, 0, ProtocolError);
    }
}
