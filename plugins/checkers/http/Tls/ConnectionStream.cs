using Keepalived.Checking;

namespace Keepalived.Checkers.Http.Tls;

/// <summary>A transfer under TLS that did not complete. An exception because it has to come out through the framework's TLS stream.</summary>
internal sealed class TransferFailedException : IOException
{
    public TransferFailedException(in TransferResult result)
        : base($"{result.Outcome}")
    {
        Result = result;
    }

    /// <summary>How it ended.</summary>
    public TransferResult Result { get; }
}

/// <summary>A connection as the framework's TLS stream wants to see it. Everything has a deadline; nothing blocks.</summary>
internal sealed class ConnectionStream(IStreamConnection connection) : Stream
{
    /// <summary>Until when transfers may take.</summary>
    public MonotonicTime Deadline { get; set; } = MonotonicTime.Never;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty)
        {
            return 0;
        }

        TransferResult result = await connection.ReceiveAsync(buffer, Deadline);
        return result.Outcome switch
        {
            SocketOutcome.Completed => result.Count,
            SocketOutcome.EndOfStream => 0,
            _ => throw new TransferFailedException(in result),
        };
    }

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        TransferResult result = await connection.SendAsync(buffer, Deadline);
        if (result.Outcome != SocketOutcome.Completed)
        {
            throw new TransferFailedException(in result);
        }
    }

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("The loop never blocks.");

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("The loop never blocks.");

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();
}
