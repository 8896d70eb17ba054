using System.Text;

namespace Keepalived.Notify;

/// <summary>What became of a mail.</summary>
internal enum MailOutcome
{
    /// <summary>The server took it for every recipient that it did not refuse for good.</summary>
    Delivered,

    /// <summary>Not now: a 4yz reply (RFC 5321 section 4.2.1), or no conversation came about.</summary>
    Deferred,

    /// <summary>Never: a 5yz reply to the mail as a whole, or to every recipient.</summary>
    Refused,
}

/// <summary>What the worker process says of a mail.</summary>
/// <param name="Id">The mail.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="Text">The server's words, or what went wrong.</param>
/// <param name="Deferred">Recipients that were put off while others were served.</param>
/// <param name="Refused">Recipients that were refused, each with the server's words.</param>
/// <param name="Notes">What else the operator should know, a broken template for example.</param>
internal sealed record MailReply(
    long Id, MailOutcome Outcome, string Text, EquatableArray<string> Deferred, EquatableArray<string> Refused, EquatableArray<string> Notes)
{
    /// <summary>A result without particulars.</summary>
    public static MailReply Of(long id, MailOutcome outcome, string text) => new(id, outcome, text, [], [], []);

    /// <summary>The message for the process that wanted the mail sent.</summary>
    public byte[] Encode()
    {
        using MemoryStream stream = new();
        using BinaryWriter writer = new(stream, Encoding.UTF8);
        writer.Write(Id);
        writer.Write((byte)Outcome);
        writer.Write(Text);
        Write(writer, Deferred);
        Write(writer, Refused);
        Write(writer, Notes);
        writer.Flush();
        return stream.ToArray();
    }

    /// <summary>Reads a message of <see cref="Encode"/>.</summary>
    public static MailReply Decode(ReadOnlySpan<byte> message)
    {
        using MemoryStream stream = new(message.ToArray());
        using BinaryReader reader = new(stream, Encoding.UTF8);
        return new(reader.ReadInt64(), (MailOutcome)reader.ReadByte(), reader.ReadString(), Read(reader), Read(reader), Read(reader));
    }

    private static void Write(BinaryWriter writer, EquatableArray<string> texts)
    {
        writer.Write(texts.Count);
        foreach (string text in texts.AsSpan())
        {
            writer.Write(text);
        }
    }

    private static EquatableArray<string> Read(BinaryReader reader)
    {
        string[] texts = new string[reader.ReadInt32()];
        for (int i = 0; i < texts.Length; i++)
        {
            texts[i] = reader.ReadString();
        }

        return [.. texts];
    }
}
