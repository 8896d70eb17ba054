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

    /// <summary>The message for the process that wanted the mails sent.</summary>
    public static byte[] Encode(ReadOnlySpan<MailReply> replies)
    {
        using MemoryStream stream = new();
        using BinaryWriter writer = new(stream, Encoding.UTF8);
        foreach (MailReply reply in replies)
        {
            writer.Write(reply.Id);
            writer.Write((byte)reply.Outcome);

            // Of a mail that everybody got, nobody asks what the server said.
            writer.Write(reply.Outcome == MailOutcome.Delivered && reply.Deferred.Count == 0 ? "" : reply.Text);
            MailWire.Write(writer, reply.Deferred);
            MailWire.Write(writer, reply.Refused);
            MailWire.Write(writer, reply.Notes);
        }

        writer.Flush();
        return stream.ToArray();
    }

    /// <summary>Reads a message of <see cref="Encode"/>.</summary>
    public static List<MailReply> Decode(ReadOnlySpan<byte> message)
    {
        using MemoryStream stream = new(message.ToArray());
        using BinaryReader reader = new(stream, Encoding.UTF8);
        List<MailReply> replies = [];
        while (stream.Position < stream.Length)
        {
            replies.Add(new(
                reader.ReadInt64(), (MailOutcome)reader.ReadByte(), reader.ReadString(), MailWire.ReadStrings(reader), MailWire.ReadStrings(reader), MailWire.ReadStrings(reader)));
        }

        return replies;
    }
}
