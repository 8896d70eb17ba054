using System.Runtime.CompilerServices;
using Keepalived.Checkers.Http.Tls;
using Keepalived.Checking;

namespace Keepalived.Checkers.Http;

/// <summary>
/// One request and its answer over a connection, used over and over: sends what was built once, reads what comes and judges it. Which URL comes
/// next is <see cref="UrlRotation"/>'s business. Written without async: thousands are under way at once, and each async method among them would
/// allocate its state.
/// </summary>
internal sealed class HttpExchange : IDisposable
{
    private readonly HttpQuestions _definition;
    private readonly byte[][] _requests;
    private readonly BodyJudge?[] _judges;
    private readonly HttpResponseParser _parser = new();
    private readonly CheckResultSource _ending = new();
    private readonly Action _goOn;
    private ValueTaskAwaiter<TransferResult> _transfer;
    private IStreamConnection? _connection;
    private byte[] _buffer = [];
    private MonotonicTime _deadline;
    private UrlRotation _rotation;
    private int _url;
    private bool _isSending;

    public HttpExchange(HttpQuestions definition, CheckTarget target)
    {
        _definition = definition;
        _goOn = GoOn;
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

    /// <summary>The URL to ask for next.</summary>
    public int Current => _rotation.Current;

    /// <summary>The current URL failed before it could be asked for.</summary>
    public CheckResult Failed(CheckResult result) => _rotation.Failed(result);

    /// <summary>Asks for the current URL.</summary>
    /// <param name="connection">Over this; it stays open.</param>
    /// <param name="buffer">For the answer; in use until the result is there.</param>
    /// <param name="deadline">Until when the answer may take.</param>
    public ValueTask<CheckResult> AskAsync(IStreamConnection connection, byte[] buffer, MonotonicTime deadline)
    {
        _connection = connection;
        _buffer = buffer;
        _deadline = deadline;
        _url = _rotation.Current;
        _isSending = true;
#pragma warning disable CA2012 // consumed once, in TryEnd
        _transfer = connection.SendAsync(_requests[_url], deadline).GetAwaiter();
#pragma warning restore CA2012
        if (_transfer.IsCompleted && TryEnd(out CheckResult result))
        {
            return new(result);
        }

        ValueTask<CheckResult> ending = _ending.Wait();
        _transfer.UnsafeOnCompleted(_goOn);
        return ending;
    }

    public void Dispose()
    {
        foreach (BodyJudge? judge in _judges)
        {
            judge?.Dispose();
        }
    }

    private void GoOn()
    {
        CheckResult result;
        try
        {
            if (!TryEnd(out result))
            {
                _transfer.UnsafeOnCompleted(_goOn);
                return;
            }
        }
        catch (Exception exception)
        {
            // Inside a callback of the loop: the check has failed, not whoever runs the loop's callbacks.
            _ending.Fail(exception);
            return;
        }

        _ending.Complete(result);
    }

    /// <summary>Takes the transfer that has ended and goes on until one has to be waited for; true with the result at the end.</summary>
    private bool TryEnd(out CheckResult result)
    {
        while (true)
        {
            TransferResult transfer = _transfer.GetResult();
            if (_isSending ? !HasSent(in transfer, out result) : TryJudge(in transfer, out result))
            {
                _connection = null;
                return true;
            }

            _isSending = false;
#pragma warning disable CA2012 // consumed once, above
            _transfer = _connection!.ReceiveAsync(_buffer, _deadline).GetAwaiter();
#pragma warning restore CA2012
            if (!_transfer.IsCompleted)
            {
                return false;
            }
        }
    }

    private bool HasSent(in TransferResult sent, out CheckResult failure)
    {
        failure = default;
        if (sent.Outcome != SocketOutcome.Completed)
        {
            failure = _rotation.Failed(Failure("send", in sent));
            return false;
        }

        _parser.Reset();
        _judges[_url]?.Reset();
        return true;
    }

    private bool TryJudge(in TransferResult received, out CheckResult result)
    {
        result = default;
        if (received.Outcome is not (SocketOutcome.Completed or SocketOutcome.EndOfStream))
        {
            result = _rotation.Failed(BrokenOff(in received));
        }
        else if (!Take(_buffer.AsSpan(0, received.Count), _judges[_url]))
        {
            result = _rotation.Failed(CheckResult.Down($"{_definition.Urls[_url].Path}: {Describe(_parser.Error)}"));
        }
        else if (_parser.IsComplete || received.Outcome == SocketOutcome.EndOfStream || received.Count == 0)
        {
            result = Judge();
        }
        else
        {
            return false;
        }

        return true;
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

    private CheckResult Judge()
    {
        HttpUrl url = _definition.Urls[_url];
        if (!_parser.HasHeader)
        {
            string when = _parser.HasBegun ? "before a whole header came" : "without an answer";
            return _rotation.Failed(CheckResult.Down($"{url.Path}: the connection was closed {when}"));
        }

        if (!url.StatusCodes.Contains(_parser.StatusCode))
        {
            return _rotation.Failed(CheckResult.Down($"{url.Path}: status {_parser.StatusCode}"));
        }

        return _judges[_url]?.Refuses() is { } reason
            ? _rotation.Failed(CheckResult.Down($"{url.Path}: {reason}{(_parser.Missing > 0 ? $", of which {_parser.Missing} octets did not come" : "")}"))
            : _rotation.Passed();
    }

    /// <summary>What broke off, and in which part of the answer: silence, a header that drips and a body without end are three different troubles.</summary>
    private CheckResult BrokenOff(in TransferResult result)
    {
        string path = _definition.Urls[_url].Path;
        if (result.Outcome == SocketOutcome.TimedOut && _parser.HasBegun)
        {
            return CheckResult.Down(_parser.HasHeader
                ? $"{path}: the answer did not end in time, {_parser.BodyLength} octets of its body came"
                : $"{path}: the header did not end in time");
        }

        string step = _parser.HasHeader ? "receive the body" : _parser.HasBegun ? "receive the header" : "receive";
        return Failure(step, in result);
    }

    private CheckResult Failure(string step, in TransferResult result) =>
        _connection is TlsConnection { Trouble: { } trouble } ? CheckResult.Down($"{step}: {trouble}") : CheckResult.Down(step, result.Outcome, result.Errno);

    private static string Describe(HttpResponseError error) => error switch
    {
        HttpResponseError.NotHttp => "the answer is not HTTP",
        HttpResponseError.HeaderTooLong => "the header of the answer is too long",
        HttpResponseError.BadLength => "the answer's Content-Length is no number",
        _ => "the answer's chunks are malformed",
    };
}
