using Keepalived.Checking;
using Keepalived.Scheduling;

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

/// <summary>
/// A connection as the framework's TLS stream wants to see it. Everything has a deadline; nothing blocks. The framework's own continuations may
/// hop to other threads; transfers begin and end on the loop all the same.
/// </summary>
internal sealed class ConnectionStream : Stream
{
    private readonly StreamTransfer _receive;
    private readonly StreamTransfer _send;

    public ConnectionStream(IStreamConnection connection, IScheduler scheduler)
    {
        _receive = new(connection, scheduler);
        _send = new(connection, scheduler);
    }

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
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        buffer.IsEmpty ? new(0) : _receive.Receive(buffer, Deadline);

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => _send.Send(buffer, Deadline);

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
