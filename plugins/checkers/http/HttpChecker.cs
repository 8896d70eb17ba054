using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Keepalived.Checkers.Http.Tls;
using Keepalived.Checking;

namespace Keepalived.Checkers.Http;

/// <summary>
/// Asks a server for one URL at a time and judges the answers; which URL comes next is <see cref="UrlRotation"/>'s business. In steady
/// state it allocates nothing: requests are built once, the buffer is pooled, parser and judge are reused.
/// </summary>
internal sealed class HttpChecker : IChecker
{
    /// <summary>Octets received at once, as keepalived does.</summary>
    private const int BufferSize = 4096;

    private readonly HttpQuestions _definition;
    private readonly TlsSetup? _tls;
    private readonly byte[][] _requests;
    private readonly BodyJudge?[] _judges;
    private readonly HttpResponseParser _parser = new();
    private SocketBinding? _binding;
    private UrlRotation _rotation;

    /// <summary>Creates the checker of one server.</summary>
    /// <param name="definition">What to ask for.</param>
    /// <param name="target">The server.</param>
    /// <param name="tls">How to speak TLS; null = not.</param>
    public HttpChecker(HttpQuestions definition, CheckTarget target, TlsSetup? tls = null)
    {
        _definition = definition;
        _tls = tls;
        _rotation = new(definition.Urls.Count, definition.FastRecovery);
        _requests = new byte[definition.Urls.Count][];
        _judges = new BodyJudge?[definition.Urls.Count];
        for (int i = 0; i < _requests.Length; i++)
        {
            HttpUrl url = definition.Urls[i];
            _requests[i] = HttpRequest.Build(url.Path, definition.Protocol, url.VirtualHost ?? definition.VirtualHost ?? target.VirtualHost, target.EndPoint);
            _judges[i] = url.Digest is null && url.Pattern is null ? null : new BodyJudge(url);
        }
    }

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<CheckResult> CheckAsync(CheckContext context)
    {
        _binding ??= SocketBinding.For(context.Options);
        ConnectResult connected = await context.Sockets.ConnectAsync(context.Target.EndPoint, _binding, context.Deadline);
        if (connected.Connection is not { } connection)
        {
            return _rotation.Failed(CheckResult.Down("connect", connected.Outcome, connected.Errno));
        }

        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            // The answer has as much time as connecting had: keepalived's time-out is for each of the two.
            MonotonicTime deadline = context.Scheduler.Now + context.Options.ConnectTimeout!.Value;
            return _tls is null ? await AskAsync(connection, buffer, deadline) : await AskSecurelyAsync(connection, buffer, context, deadline);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            connection.Dispose();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (BodyJudge? judge in _judges)
        {
            judge?.Dispose();
        }
    }

    /// <summary>The same within TLS; the handshake has a time-out of its own too.</summary>
    private async ValueTask<CheckResult> AskSecurelyAsync(IStreamConnection connection, byte[] buffer, CheckContext context, MonotonicTime deadline)
    {
        int url = _rotation.Current;
        if (_tls!.OptionsOf(url, out string? problem) is not { } options)
        {
            return _rotation.Failed(CheckResult.Down(problem!));
        }

        using var secure = new TlsConnection(connection, context.Scheduler);
        TransferResult shaken = await secure.HandshakeAsync(options, deadline);
        if (shaken.Outcome != SocketOutcome.Completed)
        {
            return _rotation.Failed(Failure("TLS handshake", secure, in shaken));
        }

        CheckResult result = await AskAsync(secure, buffer, context.Scheduler.Now + context.Options.ConnectTimeout!.Value);
        if (_tls.IsCompliant(url))
        {
            await secure.NotifyEndAsync(context.Scheduler.Now + context.Options.ConnectTimeout.Value);
        }

        return result;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<CheckResult> AskAsync(IStreamConnection connection, byte[] buffer, MonotonicTime deadline)
    {
        int url = _rotation.Current;
        TransferResult sent = await connection.SendAsync(_requests[url], deadline);
        if (sent.Outcome != SocketOutcome.Completed)
        {
            return _rotation.Failed(Failure("send", connection, in sent));
        }

        _parser.Reset();
        _judges[url]?.Reset();
        while (true)
        {
            TransferResult received = await connection.ReceiveAsync(buffer, deadline);
            if (received.Outcome is not (SocketOutcome.Completed or SocketOutcome.EndOfStream))
            {
                return _rotation.Failed(BrokenOff(url, connection, in received));
            }

            if (!Take(buffer.AsSpan(0, received.Count), _judges[url]))
            {
                return _rotation.Failed(CheckResult.Down($"{_definition.Urls[url].Path}: {Describe(_parser.Error)}"));
            }

            if (_parser.IsComplete || received.Outcome == SocketOutcome.EndOfStream || received.Count == 0)
            {
                return Judge(url);
            }
        }
    }

    private bool Take(ReadOnlySpan<byte> input, BodyJudge? judge)
    {
        while (!input.IsEmpty && !_parser.IsComplete)
        {
            bool inBody = _parser.HasHeader;
            bool isWell = _parser.Read(input, out int consumed, out ReadOnlySpan<byte> body);
            if (inBody)
            {
                judge?.Take(input[..consumed], body, _parser.IsChunked);
            }

            if (!isWell)
            {
                return false;
            }

            input = input[consumed..];
        }

        return true;
    }

    private CheckResult Judge(int index)
    {
        HttpUrl url = _definition.Urls[index];
        if (!_parser.HasHeader)
        {
            string when = _parser.HasBegun ? "before a whole header came" : "without an answer";
            return _rotation.Failed(CheckResult.Down($"{url.Path}: the connection was closed {when}"));
        }

        if (!url.StatusCodes.Contains(_parser.StatusCode))
        {
            return _rotation.Failed(CheckResult.Down($"{url.Path}: status {_parser.StatusCode}"));
        }

        return _judges[index]?.Refuses() is { } reason
            ? _rotation.Failed(CheckResult.Down($"{url.Path}: {reason}{(_parser.Missing > 0 ? $", of which {_parser.Missing} octets did not come" : "")}"))
            : _rotation.Passed();
    }

    /// <summary>What broke off, and in which part of the answer: silence, a header that drips and a body without end are three different troubles.</summary>
    private CheckResult BrokenOff(int url, IStreamConnection connection, in TransferResult result)
    {
        string path = _definition.Urls[url].Path;
        if (result.Outcome == SocketOutcome.TimedOut && _parser.HasBegun)
        {
            return CheckResult.Down(_parser.HasHeader
                ? $"{path}: the answer did not end in time, {_parser.BodyLength} octets of its body came"
                : $"{path}: the header did not end in time");
        }

        string step = _parser.HasHeader ? "receive the body" : _parser.HasBegun ? "receive the header" : "receive";
        return Failure(step, connection, in result);
    }

    private static CheckResult Failure(string step, IStreamConnection connection, in TransferResult result) =>
        connection is TlsConnection { Trouble: { } trouble } ? CheckResult.Down($"{step}: {trouble}") : CheckResult.Down(step, result.Outcome, result.Errno);

    private static string Describe(HttpResponseError error) => error switch
    {
        HttpResponseError.NotHttp => "the answer is not HTTP",
        HttpResponseError.HeaderTooLong => "the header of the answer is too long",
        HttpResponseError.BadLength => "the answer's Content-Length is no number",
        _ => "the answer's chunks are malformed",
    };
}
