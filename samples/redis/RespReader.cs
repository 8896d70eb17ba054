using System.Globalization;
using System.Text;

namespace Keepalived.Samples.Redis;

/// <summary>A command in RESP 2: an array of bulk strings.</summary>
internal static class RespCommand
{
    /// <summary>The bytes of a command.</summary>
    public static byte[] Encode(params ReadOnlySpan<string> words)
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"*{words.Length}\r\n");
        foreach (string word in words)
        {
            text.Append(CultureInfo.InvariantCulture, $"${Encoding.UTF8.GetByteCount(word)}\r\n{word}\r\n");
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }
}

/// <summary>
/// Takes replies out of a stream that comes in pieces of any size: simple strings, errors, integers and bulk strings of RESP 2. One buffer serves
/// all probes; a reply that does not fit it is a problem, not a reason to grow.
/// </summary>
internal sealed class RespReader
{
    private readonly byte[] _buffer = new byte[16 * 1024];
    private int _length;
    private int _taken;
    private Range _reply;

    /// <summary>What follows cannot be a reply; null while it can.</summary>
    public string? Problem { get; private set; }

    /// <summary>The reply is an error.</summary>
    public bool IsError { get; private set; }

    /// <summary>The reply is a bulk string.</summary>
    public bool IsBulk { get; private set; }

    /// <summary>The reply taken last, without its marks.</summary>
    public ReadOnlySpan<byte> Reply => _buffer.AsSpan(_reply);

    /// <summary>Where the next piece goes.</summary>
    public Memory<byte> Room => _buffer.AsMemory(_length);

    /// <summary>Forgets everything: a new connection begins.</summary>
    public void Reset()
    {
        _length = _taken = 0;
        _reply = default;
        Problem = null;
    }

    /// <summary>A piece has been put into <see cref="Room"/>.</summary>
    public void Add(int count) => _length += count;

    /// <summary>Whether the reply is a simple string.</summary>
    public bool Is(string text) => Encoding.Latin1.GetString(Reply) == text;

    /// <summary>The beginning of the reply, for messages.</summary>
    public string Shown()
    {
        const int Most = 80;
        return Encoding.Latin1.GetString(Reply[..Math.Min(Reply.Length, Most)]);
    }

    /// <summary>Takes the next reply if it is whole.</summary>
    public bool TryTake()
    {
        ReadOnlySpan<byte> rest = _buffer.AsSpan(_taken, _length - _taken);
        int end = rest.IndexOf("\r\n"u8);
        if (end < 0)
        {
            // A first octet that is none of the protocol's never becomes a reply, however long one waits.
            Problem = rest.Length > 0 && !"+-:$"u8.Contains(rest[0]) ? "this is no Redis server" : TooLong();
            return false;
        }

        switch (end == 0 ? (byte)0 : rest[0])
        {
            case (byte)'+' or (byte)'-' or (byte)':':
                Take(1, end - 1, end + 2, isBulk: false, isError: rest[0] == '-');
                return true;
            case (byte)'$' when int.TryParse(rest[1..end], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int length) && length >= -1:
                return TryTakeBulk(rest.Length, end + 2, length);
            default:
                Problem = "this is no Redis server";
                return false;
        }
    }

    private bool TryTakeBulk(int available, int start, int length)
    {
        if (length > _buffer.Length - _taken - start - 2)
        {
            Problem = "the reply is too long";
            return false;
        }

        if (length >= 0 && available < start + length + 2)
        {
            Problem = TooLong();
            return false;
        }

        int size = Math.Max(length, 0);
        Take(start, size, length < 0 ? start : start + size + 2, isBulk: true, isError: false);
        return true;
    }

    private string? TooLong() => _length == _buffer.Length ? "the reply is too long" : null;

    private void Take(int start, int length, int used, bool isBulk, bool isError)
    {
        _reply = (_taken + start)..(_taken + start + length);
        _taken += used;
        IsBulk = isBulk;
        IsError = isError;
    }
}
