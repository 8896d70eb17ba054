using System.Buffers.Binary;
using System.Text;

namespace Keepalived.Samples.Postgres;

/// <summary>
/// Takes the server's messages out of a stream that comes in pieces of any size. One buffer serves all probes; a message that does not fit it
/// is a problem, not a reason to grow.
/// </summary>
internal sealed class BackendReader
{
    public const char Authentication = 'R';
    public const char DataRow = 'D';
    public const char Error = 'E';
    public const char ReadyForQuery = 'Z';

    private const int HeaderLength = 5;
    private const string KnownTypes = "RSKZETDCNIAv";
    private readonly byte[] _buffer = new byte[16 * 1024];
    private int _length;
    private int _taken;
    private Range _body;

    /// <summary>The type of the message taken last.</summary>
    public char Type { get; private set; }

    /// <summary>Its body; valid until the next one is taken.</summary>
    public ReadOnlySpan<byte> Body => _buffer.AsSpan(_body);

    /// <summary>What follows cannot be a message; null while it can.</summary>
    public string? Problem { get; private set; }

    /// <summary>Where the next piece goes.</summary>
    public Memory<byte> Room => _buffer.AsMemory(_length);

    /// <summary>Forgets everything: a new connection begins.</summary>
    public void Reset()
    {
        _length = _taken = 0;
        Problem = null;
    }

    /// <summary>A piece has been put into <see cref="Room"/>.</summary>
    public void Add(int count) => _length += count;

    /// <summary>Takes the next message if it is whole.</summary>
    public bool TryTake()
    {
        MakeRoom();
        ReadOnlySpan<byte> rest = _buffer.AsSpan(_taken, _length - _taken);
        if (rest.Length > 0 && !KnownTypes.Contains((char)rest[0], StringComparison.Ordinal))
        {
            Problem = "this is no PostgreSQL server";
        }

        if (Problem is not null || rest.Length < HeaderLength)
        {
            return false;
        }

        int length = BinaryPrimitives.ReadInt32BigEndian(rest[1..]);
        if (length is < 4 or > 15 * 1024)
        {
            Problem = length < 4 ? "this is no PostgreSQL server" : "a message is too long";
            return false;
        }

        if (rest.Length < length + 1)
        {
            return false;
        }

        Type = (char)rest[0];
        _body = (_taken + HeaderLength)..(_taken + length + 1);
        _taken += length + 1;
        return true;
    }

    /// <summary>The first value of a DataRow; null for none and for SQL's null.</summary>
    public string? FirstValue()
    {
        ReadOnlySpan<byte> body = Body;
        if (body.Length < 6 || BinaryPrimitives.ReadInt16BigEndian(body) < 1)
        {
            return null;
        }

        int length = BinaryPrimitives.ReadInt32BigEndian(body[2..]);
        return length < 0 || length > body.Length - 6 ? null : Encoding.UTF8.GetString(body.Slice(6, length));
    }

    /// <summary>Severity and message of an ErrorResponse.</summary>
    public string ErrorText()
    {
        string severity = "ERROR";
        string message = "an error without a message";
        foreach (string field in Encoding.UTF8.GetString(Body).Split('\0', StringSplitOptions.RemoveEmptyEntries))
        {
            severity = field[0] == 'S' ? field[1..] : severity;
            message = field[0] == 'M' ? field[1..] : message;
        }

        return $"{severity}: {message}";
    }

    // What has been taken makes room for what comes, when half of the buffer is used up.
    private void MakeRoom()
    {
        if (_taken == _length || _length > _buffer.Length / 2)
        {
            _buffer.AsSpan(_taken, _length - _taken).CopyTo(_buffer);
            _length -= _taken;
            _taken = 0;
        }
    }
}
