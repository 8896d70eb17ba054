using System.Globalization;
using System.Net.Security;
using System.Text;

namespace Keepalived.Notify;

/// <summary>A server's reply (RFC 5321 section 4.2): the code and the text of each line.</summary>
internal readonly record struct SmtpReply(int Code, EquatableArray<string> Lines)
{
    /// <summary>Throws unless the first digit of the code is this one.</summary>
    public void Require(int firstDigit, string step)
    {
        if (Code / 100 != firstDigit)
        {
            throw new SmtpFailedException($"{step}: {this}");
        }
    }

    /// <summary>Code and text on one line, as far as anybody reads, with nothing in it that a terminal would act on.</summary>
    public override string ToString()
    {
        string text = HeaderText.Plain($"{Code} {string.Join(' ', Lines.ToArray())}");
        return text.Length <= 200 ? text : text[..200] + "…";
    }
}

/// <summary>Commands and replies over a stream, each step with its time limit. Nothing that is sent can hold a line end of its own.</summary>
internal sealed class SmtpConversation(Stream stream, TimeSpan stepLimit) : IAsyncDisposable
{
    private const int LongestReply = 64 * 1024;
    private readonly byte[] _buffer = new byte[4096];
    private Stream _stream = stream;
    private int _start;
    private int _end;

    /// <summary>What is being waited for, for messages.</summary>
    public string Step { get; private set; } = "connecting";

    /// <summary>Sends a command and reads the reply.</summary>
    /// <param name="command">The command without line end.</param>
    /// <param name="whole">The limit of everything.</param>
    /// <param name="step">What messages call it; null = its first word. A password must not get there.</param>
    public async ValueTask<SmtpReply> AskAsync(string command, CancellationToken whole, string? step = null)
    {
        if (command.AsSpan().IndexOfAny('\r', '\n', '\0') >= 0)
        {
            throw new SmtpFailedException("a command would hold a line break", isPermanent: true);
        }

        Step = step ?? command.Split(' ')[0];
        using CancellationTokenSource limit = Limit(whole);
        await _stream.WriteAsync(Encoding.UTF8.GetBytes(command + "\r\n"), limit.Token);
        await _stream.FlushAsync(limit.Token);
        return await ReadReplyAsync(Step, whole);
    }

    /// <summary>Sends a message, its leading dots doubled (RFC 5321 section 4.5.2), and reads the reply.</summary>
    public async ValueTask<SmtpReply> SendMessageAsync(ReadOnlyMemory<byte> message, CancellationToken whole)
    {
        Step = "the message";
        using CancellationTokenSource limit = Limit(whole);
        await _stream.WriteAsync(DotStuffing.Apply(message.Span), limit.Token);
        await _stream.FlushAsync(limit.Token);
        return await ReadReplyAsync(Step, whole);
    }

    /// <summary>Reads a reply of one or more lines.</summary>
    public async ValueTask<SmtpReply> ReadReplyAsync(string step, CancellationToken whole)
    {
        Step = step;
        using CancellationTokenSource limit = Limit(whole);
        List<string> lines = [];
        int length = 0;
        while (true)
        {
            string line = await ReadLineAsync(limit.Token);
            length += line.Length;
            bool isReply = line.Length >= 3 && int.TryParse(line.AsSpan(0, 3), NumberStyles.None, CultureInfo.InvariantCulture, out _);
            if (!isReply || length > LongestReply)
            {
                throw new SmtpFailedException($"{step}: this is no SMTP server: '{HeaderText.Plain(line.Length > 60 ? line[..60] : line)}'");
            }

            lines.Add(line.Length > 4 ? line[4..] : "");
            if (line.Length == 3 || line[3] != '-')
            {
                return new(int.Parse(line.AsSpan(0, 3), NumberStyles.None, CultureInfo.InvariantCulture), [.. lines]);
            }
        }
    }

    /// <summary>Shakes hands; what follows is protected.</summary>
    public async ValueTask SecureAsync(SslClientAuthenticationOptions options, CancellationToken whole)
    {
        Step = "TLS handshake";
        using CancellationTokenSource limit = Limit(whole);
        SslStream secure = new(_stream, leaveInnerStreamOpen: false);
        _stream = secure;
        await secure.AuthenticateAsClientAsync(options, limit.Token);
    }

    /// <summary>Forgets what came in the clear behind the reply to STARTTLS: somebody may have put it there (RFC 3207 section 6).</summary>
    public void DropBuffered() => _start = _end = 0;

    /// <summary>True once <see cref="SecureAsync"/> has succeeded.</summary>
    public bool IsSecure => _stream is SslStream { IsAuthenticated: true };

    public ValueTask DisposeAsync() => _stream.DisposeAsync();

    private async ValueTask<string> ReadLineAsync(CancellationToken limit)
    {
        List<byte> line = [];
        while (true)
        {
            while (_start < _end)
            {
                byte b = _buffer[_start++];
                if (b == '\n')
                {
                    if (line is [.., (byte)'\r'])
                    {
                        line.RemoveAt(line.Count - 1);
                    }

                    return Encoding.UTF8.GetString([.. line]);
                }

                line.Add(b);
                if (line.Count > LongestReply)
                {
                    throw new SmtpFailedException($"{Step}: a line of the server does not end");
                }
            }

            _start = 0;
            _end = await _stream.ReadAsync(_buffer, limit);
            if (_end == 0)
            {
                throw new SmtpFailedException($"{Step}: the server has hung up");
            }
        }
    }

    private CancellationTokenSource Limit(CancellationToken whole)
    {
        CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(whole);
        limit.CancelAfter(stepLimit);
        return limit;
    }
}
