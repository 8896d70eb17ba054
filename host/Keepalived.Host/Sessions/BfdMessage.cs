using System.Buffers.Binary;
using System.Text;
using Keepalived.Events;

namespace Keepalived.Host.Sessions;

/// <summary>What the BFD process says to one that follows its sessions.</summary>
internal enum BfdMessageKind : byte
{
    /// <summary>All sessions follow, each as a <see cref="State"/>.</summary>
    Begin = 1,

    /// <summary>A session is in a state.</summary>
    State,

    /// <summary>That were all.</summary>
    End,

    /// <summary>Nothing more is told of a session.</summary>
    Withdrawn,
}

/// <summary>
/// One message on the way from the BFD process to another: a header of 32 bytes (kind, state, flags, length of the name, number, two times;
/// little-endian, both ends are one program), the session's name, and behind it the cause if there is one.
/// </summary>
/// <param name="Kind">What it says.</param>
/// <param name="Session">Name of the session; empty for <see cref="BfdMessageKind.Begin"/> and <see cref="BfdMessageKind.End"/>.</param>
/// <param name="State">For <see cref="BfdMessageKind.State"/>.</param>
/// <param name="IsProvisional">The session has not had time to come up.</param>
/// <param name="Since">When it became so.</param>
/// <param name="Reported">When this message was due: at the change, or when the two processes were connected.</param>
internal readonly record struct BfdMessage(
    BfdMessageKind Kind, string Session = "", BfdSessionState State = default, bool IsProvisional = false, MonotonicTime Since = default, MonotonicTime Reported = default)
{
    /// <summary>Longest message: a name has at most 31 characters, a cause is cut.</summary>
    internal const int MaximumLength = HeaderLength + (31 * 4) + (LongestCause * 3);

    private const int HeaderLength = 32;

    // In UTF-16 code units, of which each takes at most 3 bytes.
    private const int LongestCause = 160;

    /// <summary>Why; null when that is not said.</summary>
    public string? Cause { get; init; }

    /// <summary>Writes the message.</summary>
    /// <param name="destination">At least <see cref="MaximumLength"/> bytes.</param>
    /// <param name="sequence">Its number on this way.</param>
    /// <returns>Bytes written.</returns>
    public int Write(Span<byte> destination, ulong sequence)
    {
        destination[..HeaderLength].Clear();
        destination[0] = (byte)Kind;
        destination[1] = (byte)State;
        destination[2] = IsProvisional ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt64LittleEndian(destination[8..], sequence);
        BinaryPrimitives.WriteInt64LittleEndian(destination[16..], Since.Nanoseconds);
        BinaryPrimitives.WriteInt64LittleEndian(destination[24..], Reported.Nanoseconds);
        int name = Encoding.UTF8.GetBytes(Session, destination[HeaderLength..]);
        destination[3] = (byte)name;
        ReadOnlySpan<char> cause = Cause;
        return HeaderLength + name + Encoding.UTF8.GetBytes(cause[..Math.Min(cause.Length, LongestCause)], destination[(HeaderLength + name)..]);
    }

    /// <summary>Reads a message; false when the bytes are none.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out BfdMessage message, out ulong sequence)
    {
        (message, sequence) = (default, 0);
        if (source.Length < HeaderLength || source[0] is 0 or > (byte)BfdMessageKind.Withdrawn || source[1] > (byte)BfdSessionState.Up || source.Length < HeaderLength + source[3])
        {
            return false;
        }

        sequence = BinaryPrimitives.ReadUInt64LittleEndian(source[8..]);
        int end = HeaderLength + source[3];
        message = new(
            (BfdMessageKind)source[0],
            Encoding.UTF8.GetString(source[HeaderLength..end]),
            (BfdSessionState)source[1],
            source[2] != 0,
            new(BinaryPrimitives.ReadInt64LittleEndian(source[16..])),
            new(BinaryPrimitives.ReadInt64LittleEndian(source[24..])))
        {
            Cause = source.Length > end ? Encoding.UTF8.GetString(source[end..]) : null,
        };
        return true;
    }
}
