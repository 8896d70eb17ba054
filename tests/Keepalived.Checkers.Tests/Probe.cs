using System.Net;
using System.Text;
using Keepalived.Checking;
using Keepalived.Scheduling;
using Microsoft.Extensions.Logging.Abstractions;

namespace Keepalived.Checkers.Tests;

/// <summary>One checker against a server that a test scripts: what it answers, in which pieces, and what was asked.</summary>
internal sealed class Probe : ICheckSockets, IStreamConnection, IScheduler
{
    private readonly IChecker _checker;
    private readonly CheckContext _context;
    private readonly Queue<byte[]> _pieces = new();
    private readonly byte[] _asked = new byte[4096];
    private int _askedLength;

    public Probe(CheckerDefinition definition, string endPoint = "10.0.0.2:80", string? virtualHost = null)
    {
        var target = new CheckTarget("[10.0.0.1]:tcp:80", "[10.0.0.2]:tcp:80", IPEndPoint.Parse(endPoint), virtualHost);
        _checker = definition.CreateChecker(target)!;
        CheckOptions options = definition.Options with { ConnectTimeout = TimeSpan.FromSeconds(5), ConnectAddress = target.EndPoint.Address, ConnectPort = target.EndPoint.Port };
        _context = new(target, options, this, this, NullLogger.Instance) { Deadline = Now + TimeSpan.FromSeconds(5) };
    }

    public SocketOutcome Connecting { get; set; } = SocketOutcome.Completed;

    /// <summary>How the stream ends after the last piece.</summary>
    public SocketOutcome Ending { get; set; } = SocketOutcome.EndOfStream;

    public string Asked => Encoding.Latin1.GetString(_asked.AsSpan(0, _askedLength));

    public SocketBinding? Binding { get; private set; }

    public IPEndPoint? ConnectedTo { get; private set; }

    public bool IsDisposed { get; private set; }

    public bool ResetOnClose { get; set; }

    public MonotonicTime Now => new(1_000_000_000);

    public CheckContext Context => _context;

    public IChecker Checker => _checker;

    /// <summary>Runs the checker once against an answer in pieces.</summary>
    public CheckResult Run(params ReadOnlySpan<string> pieces)
    {
        Answer(pieces);
        ValueTask<CheckResult> task = _checker.CheckAsync(_context);
        Assert.True(task.IsCompletedSuccessfully);
        return task.GetAwaiter().GetResult();
    }

    public void Answer(params ReadOnlySpan<string> pieces)
    {
        _pieces.Clear();
        foreach (string piece in pieces)
        {
            _pieces.Enqueue(Encoding.Latin1.GetBytes(piece));
        }
    }

    public ValueTask<ConnectResult> ConnectAsync(IPEndPoint remote, SocketBinding binding, MonotonicTime deadline)
    {
        ConnectedTo = remote;
        Binding = binding;
        IsDisposed = false;
        return new(Connecting == SocketOutcome.Completed ? new ConnectResult(Connecting, this, 0) : new ConnectResult(Connecting, null, 111));
    }

    public ValueTask<TransferResult> ReceiveAsync(Memory<byte> buffer, MonotonicTime deadline)
    {
        if (!_pieces.TryDequeue(out byte[]? piece))
        {
            return new(new TransferResult(Ending, 0, 0));
        }

        piece.CopyTo(buffer);
        return new(new TransferResult(SocketOutcome.Completed, piece.Length, 0));
    }

    public ValueTask<TransferResult> SendAsync(ReadOnlyMemory<byte> buffer, MonotonicTime deadline)
    {
        buffer.Span.CopyTo(_asked);
        _askedLength = buffer.Length;
        return new(new TransferResult(SocketOutcome.Completed, buffer.Length, 0));
    }

    public void Dispose() => IsDisposed = true;

    DatagramResult ICheckSockets.OpenDatagram(IPEndPoint remote, SocketBinding binding) => throw new NotSupportedException();

    ValueTask<TransferResult> ICheckSockets.EchoAsync(IPAddress remote, SocketBinding binding, ReadOnlyMemory<byte> payload, MonotonicTime deadline) =>
        throw new NotSupportedException();

    MonotonicTime IScheduler.ReadClock() => Now;

    MonotonicTime IScheduler.NextDeadline => MonotonicTime.Never;

    TimeProvider IScheduler.TimeProvider => throw new NotSupportedException();

    SynchronizationContext IScheduler.SynchronizationContext => throw new NotSupportedException();

    bool IScheduler.IsLoopThread => true;

    ILoopTimer IScheduler.CreateTimer(TimerHandler handler) => throw new NotSupportedException();

    IDescriptorWatch IScheduler.Watch(int descriptor, Readiness interest, ReadinessHandler handler) => throw new NotSupportedException();

    IDisposable IScheduler.WatchProcess(int processId, int processDescriptor, ProcessExitHandler handler) => throw new NotSupportedException();

    void IScheduler.Post(Action callback) => throw new NotSupportedException();

    void IScheduler.RunAtTurnEnd(Action callback) => throw new NotSupportedException();
}
