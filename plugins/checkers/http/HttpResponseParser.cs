namespace Keepalived.Checkers.Http;

/// <summary>What is wrong with a response.</summary>
internal enum HttpResponseError
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The first line is no status line.</summary>
    NotHttp,

    /// <summary>The header is longer than <see cref="HttpResponseParser.LongestHeader"/>.</summary>
    HeaderTooLong,

    /// <summary>Content-Length is no number.</summary>
    BadLength,

    /// <summary>A chunk's size is no number, or its end is not where the size says.</summary>
    BadChunk,
}

/// <summary>
/// Reads a response piece by piece, however it is cut (RFC 9112). It keeps no body and no header but what it needs to find the body's end;
/// one object serves all responses of a checker and allocates nothing after its construction.
/// </summary>
internal sealed class HttpResponseParser
{
    /// <summary>Longest header accepted, in octets.</summary>
    public const int LongestHeader = 64 * 1024;

    // Only the beginning of a line matters: status line, two header fields, chunk sizes. The rest of a longer line is skipped.
    private const int KeptLine = 256;

    private readonly byte[] _line = new byte[KeptLine];
    private int _lineLength;
    private int _headerLength;
    private long _remaining;
    private bool _hasLength;
    private State _state;

    private enum State
    {
        StatusLine,
        Header,
        BodyToEnd,
        BodyByLength,
        ChunkSize,
        Chunk,
        ChunkEnd,
        Trailer,
        Done,
        Failed,
    }

    /// <summary>The status code; 0 before the status line was read.</summary>
    public int StatusCode { get; private set; }

    /// <summary>What is wrong; None as long as nothing is.</summary>
    public HttpResponseError Error { get; private set; }

    /// <summary>Whether the header has been read.</summary>
    public bool HasHeader => _state is not (State.StatusLine or State.Header or State.Failed);

    /// <summary>Whether anything of it has come.</summary>
    public bool HasBegun => _state != State.StatusLine || _lineLength > 0 || StatusCode != 0;

    /// <summary>Octets behind the header so far, chunk sizes not counted.</summary>
    public long BodyLength { get; private set; }

    /// <summary>Whether the response is complete; one that lasts to the end of the stream never says so.</summary>
    public bool IsComplete => _state == State.Done;

    /// <summary>Whether the body comes in chunks.</summary>
    public bool IsChunked { get; private set; }

    /// <summary>Octets of the body that its length promises and that have not come; 0 without a length.</summary>
    public long Missing => _state == State.BodyByLength ? _remaining : 0;

    /// <summary>Begins a new response.</summary>
    public void Reset()
    {
        _state = State.StatusLine;
        _lineLength = 0;
        _headerLength = 0;
        StatusCode = 0;
        BodyLength = 0;
        Error = HttpResponseError.None;
        ForgetFraming();
    }

    /// <summary>Reads some of the input: a line, a part of one, or a piece of the body. Call it until the input is used up, or it is complete or wrong.</summary>
    /// <param name="input">What is left of what was received; not empty.</param>
    /// <param name="consumed">Octets used, at least 1.</param>
    /// <param name="body">Decoded body among them; empty for anything else.</param>
    /// <returns>False when the response is wrong: see <see cref="Error"/>.</returns>
    public bool Read(ReadOnlySpan<byte> input, out int consumed, out ReadOnlySpan<byte> body)
    {
        body = default;
        switch (_state)
        {
            case State.BodyToEnd:
                consumed = input.Length;
                body = input;
                BodyLength += consumed;
                return true;
            case State.BodyByLength:
            case State.Chunk:
                consumed = (int)Math.Min(input.Length, _remaining);
                body = input[..consumed];
                _remaining -= consumed;
                BodyLength += consumed;
                if (_remaining == 0)
                {
                    _state = _state == State.Chunk ? State.ChunkEnd : State.Done;
                }

                return true;
            case State.Done:
            case State.Failed:
                consumed = input.Length;
                return _state == State.Done;
            default:
                return ReadLine(input, out consumed);
        }
    }

    private bool ReadLine(ReadOnlySpan<byte> input, out int consumed)
    {
        int end = input.IndexOf((byte)'\n');
        consumed = end < 0 ? input.Length : end + 1;
        ReadOnlySpan<byte> part = input[..(end < 0 ? input.Length : end)];
        int kept = Math.Min(part.Length, KeptLine - _lineLength);
        part[..kept].CopyTo(_line.AsSpan(_lineLength));
        _lineLength += kept;
        _headerLength += consumed;
        if (_headerLength > LongestHeader)
        {
            return Fail(HttpResponseError.HeaderTooLong);
        }

        if (end < 0)
        {
            return true;
        }

        ReadOnlySpan<byte> line = _line.AsSpan(0, _lineLength);
        _lineLength = 0;
        return Take(line is [.., (byte)'\r'] ? line[..^1] : line);
    }

    private bool Take(ReadOnlySpan<byte> line)
    {
        switch (_state)
        {
            case State.StatusLine:
                return TakeStatus(line);
            case State.Header:
                return line.IsEmpty ? EndHeader() : TakeField(line);
            case State.ChunkSize:
                return TakeChunkSize(line);
            case State.ChunkEnd:
                _state = State.ChunkSize;
                _headerLength = 0;
                return line.IsEmpty || Fail(HttpResponseError.BadChunk);
            default:
                _state = line.IsEmpty ? State.Done : State.Trailer;
                return true;
        }
    }

    /// <summary>RFC 9112 section 4: HTTP-version SP 3DIGIT [ SP reason ].</summary>
    private bool TakeStatus(ReadOnlySpan<byte> line)
    {
        int space = line.IndexOf((byte)' ');
        if (!line.StartsWith("HTTP/"u8) || space < 0)
        {
            return Fail(HttpResponseError.NotHttp);
        }

        ReadOnlySpan<byte> rest = line[(space + 1)..].TrimStart((byte)' ');
        if (rest.Length < 3 || !IsDigit(rest[0]) || !IsDigit(rest[1]) || !IsDigit(rest[2]) || (rest.Length > 3 && IsDigit(rest[3])))
        {
            return Fail(HttpResponseError.NotHttp);
        }

        StatusCode = ((rest[0] - '0') * 100) + ((rest[1] - '0') * 10) + rest[2] - '0';
        _state = State.Header;
        return true;
    }

    private bool TakeField(ReadOnlySpan<byte> line)
    {
        int colon = line.IndexOf((byte)':');
        if (colon < 0)
        {
            return true;
        }

        ReadOnlySpan<byte> name = line[..colon];
        ReadOnlySpan<byte> value = line[(colon + 1)..].Trim(" \t"u8);
        if (System.Text.Ascii.EqualsIgnoreCase(name, "Content-Length"u8))
        {
            return TakeLength(value);
        }

        if (System.Text.Ascii.EqualsIgnoreCase(name, "Transfer-Encoding"u8))
        {
            IsChunked = value.Length >= 7 && System.Text.Ascii.EqualsIgnoreCase(value[^7..], "chunked"u8);
        }

        return true;
    }

    private bool TakeLength(ReadOnlySpan<byte> value)
    {
        long length = 0;
        foreach (byte digit in value)
        {
            if (!IsDigit(digit) || length > long.MaxValue / 100)
            {
                return Fail(HttpResponseError.BadLength);
            }

            length = (length * 10) + digit - '0';
        }

        _remaining = length;
        _hasLength = value.Length > 0;
        return _hasLength || Fail(HttpResponseError.BadLength);
    }

    /// <summary>Finds out how long the body is (RFC 9112 section 6.3). An interim response is followed by the real one.</summary>
    private bool EndHeader()
    {
        _headerLength = 0;
        if (StatusCode is >= 100 and < 200 and not 101)
        {
            _state = State.StatusLine;
            ForgetFraming();
            return true;
        }

        _state = StatusCode is 204 or 304 ? State.Done
            : IsChunked ? State.ChunkSize
            : !_hasLength ? State.BodyToEnd
            : _remaining == 0 ? State.Done : State.BodyByLength;
        return true;
    }

    /// <summary>RFC 9112 section 7.1: the size in hexadecimal, perhaps extensions after a semicolon.</summary>
    private bool TakeChunkSize(ReadOnlySpan<byte> line)
    {
        int digits = 0;
        long size = 0;
        while (digits < line.Length && char.IsAsciiHexDigit((char)line[digits]))
        {
            if (digits == 12)
            {
                return Fail(HttpResponseError.BadChunk);
            }

            size = (size << 4) | (long)HexValue(line[digits++]);
        }

        if (digits == 0 || (digits < line.Length && line[digits] is not ((byte)';' or (byte)' ' or (byte)'\t')))
        {
            return Fail(HttpResponseError.BadChunk);
        }

        _remaining = size;
        _state = size == 0 ? State.Trailer : State.Chunk;
        _headerLength = 0;
        return true;
    }

    private void ForgetFraming()
    {
        _remaining = 0;
        _hasLength = false;
        IsChunked = false;
    }

    private bool Fail(HttpResponseError error)
    {
        Error = error;
        _state = State.Failed;
        return false;
    }

    private static bool IsDigit(byte value) => value is >= (byte)'0' and <= (byte)'9';

    private static int HexValue(byte value) => value <= '9' ? value - '0' : (value | 0x20) - 'a' + 10;
}
