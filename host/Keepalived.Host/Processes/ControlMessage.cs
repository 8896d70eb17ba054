using System.Buffers.Binary;
using System.Text;
using Keepalived.Plugins;

namespace Keepalived.Host.Processes;

/// <summary>What parent and child say to each other.</summary>
internal enum ControlKind : byte
{
    /// <summary>Parent: are you there? Number.</summary>
    Hello = 1,

    /// <summary>Child: yes. The hello's number.</summary>
    HelloAnswer,

    /// <summary>
    /// Parent: this is your configuration (a descriptor travels along), begin. Number is the real-time priority that the child gives all its
    /// threads; 0 when they were born with the right one.
    /// </summary>
    Begin,

    /// <summary>Child: started.</summary>
    Ready,

    /// <summary>Parent: read this new configuration (a descriptor travels along) but go on with the old one.</summary>
    Prepare,

    /// <summary>Child: the new configuration can be used. Number = 1, or 0 with the reason why not.</summary>
    Prepared,

    /// <summary>Parent: change over to the prepared configuration. Number = 1, or 0 to forget it.</summary>
    Commit,

    /// <summary>Child: changed over.</summary>
    ReloadDone,

    /// <summary>Child: somebody sent me SIGHUP; reload everybody.</summary>
    ReloadRequest,

    /// <summary>Parent: write this down. Number is the <see cref="DumpKind"/>.</summary>
    Dump,

    /// <summary>Child: I am about to end. Number is the exit code, text the reason.</summary>
    Exiting,

    /// <summary>Child, while its loop stands still: the owner that the text names holds it, for number milliseconds so far; no text: it runs again.</summary>
    Blocked,

    /// <summary>Parent: this socket (a descriptor travels along) leads to another child. Number is that child's <see cref="PluginRoles"/>.</summary>
    Connect,

    /// <summary>Parent: begin to read this configuration (a descriptor travels along), which <see cref="Begin"/> will most likely bring.</summary>
    Look,
}

/// <summary>One message of the control channel: kind, number, text.</summary>
/// <param name="Kind">What it says.</param>
/// <param name="Number">A number whose meaning depends on the kind.</param>
/// <param name="Text">A text whose meaning depends on the kind.</param>
internal readonly record struct ControlMessage(ControlKind Kind, uint Number = 0, string Text = "")
{
    /// <summary>The longest message in bytes.</summary>
    internal const int MaximumLength = 1024;

    private const int HeaderLength = 5;

    /// <summary>Writes the message; a text that is too long is cut.</summary>
    /// <param name="destination">At least <see cref="MaximumLength"/> bytes.</param>
    /// <returns>Bytes written.</returns>
    public int Write(Span<byte> destination)
    {
        destination[0] = (byte)Kind;
        BinaryPrimitives.WriteUInt32LittleEndian(destination[1..], Number);
        Encoding.UTF8.GetEncoder().Convert(
            Text, destination[HeaderLength..MaximumLength], flush: true, out _, out int used, out _);
        return HeaderLength + used;
    }

    /// <summary>Reads a message; false when the bytes are none.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out ControlMessage message)
    {
        if (source.Length < HeaderLength || source[0] is 0 or > (byte)ControlKind.Look)
        {
            message = default;
            return false;
        }

        uint number = BinaryPrimitives.ReadUInt32LittleEndian(source[1..]);
        string text = source.Length == HeaderLength ? "" : Encoding.UTF8.GetString(source[HeaderLength..]);
        message = new((ControlKind)source[0], number, text);
        return true;
    }
}
