using System.Text;

namespace Keepalived.Notify;

/// <summary>One event as the worker process sees it: names and values as text.</summary>
/// <param name="Kind">Kind of mail.</param>
/// <param name="Sequence">Number of the event in its process.</param>
/// <param name="Time">When it happened, UTC.</param>
/// <param name="Headline">What happened, in keepalived's words for a subject.</param>
/// <param name="Fields">Named values for templates.</param>
internal sealed record MailEvent(string Kind, long Sequence, DateTimeOffset Time, string Headline, EquatableArray<KeyValuePair<string, string>> Fields);

/// <summary>A mail for the worker process to write and to deliver.</summary>
/// <param name="Id">Number of the mail in the process that wants it sent; also part of its Message-ID.</param>
/// <param name="Settings">Server, sender and templates.</param>
/// <param name="Recipients">Who gets it; after a partial success those who have not.</param>
/// <param name="RouterId"><c>router_id</c>.</param>
/// <param name="Process">The process: <c>vrrp</c> or <c>checker</c>.</param>
/// <param name="Lost">Mails lost before this one and not told of yet.</param>
/// <param name="Events">What happened, at least one.</param>
internal sealed record MailRequest(
    long Id, MailSettings Settings, EquatableArray<string> Recipients, string RouterId, string Process, long Lost, EquatableArray<MailEvent> Events)
{
    private const int LongestText = 1000;

    /// <summary>What log lines call it.</summary>
    public string Subject => Events.Count == 1 ? Events[0].Headline : $"{Events.Count} events";

    /// <summary>The message for the worker.</summary>
    public byte[] Encode()
    {
        using MemoryStream stream = new();
        using BinaryWriter writer = new(stream, Encoding.UTF8);
        writer.Write(Id);
        WriteSettings(writer);
        WriteAll(writer, Recipients, static (w, recipient) => w.Write(recipient));
        writer.Write(RouterId);
        writer.Write(Process);
        writer.Write(Lost);
        WriteAll(writer, Events, WriteEvent);
        writer.Flush();
        return stream.ToArray();
    }

    /// <summary>Reads a message of <see cref="Encode"/>.</summary>
    public static MailRequest Decode(ReadOnlySpan<byte> message)
    {
        using MemoryStream stream = new(message.ToArray());
        using BinaryReader reader = new(stream, Encoding.UTF8);
        return new(
            reader.ReadInt64(), ReadSettings(reader), ReadAll(reader, static r => r.ReadString()), reader.ReadString(), reader.ReadString(), reader.ReadInt64(),
            ReadAll(reader, ReadEvent));
    }

    private void WriteSettings(BinaryWriter writer)
    {
        writer.Write(Settings.Server ?? "");
        writer.Write(Settings.EffectivePort);
        WriteOptional(writer, Settings.Sender);
        WriteOptional(writer, Settings.HeloName);
        writer.Write(Settings.ConnectTimeout.Ticks);
        writer.Write((byte)Settings.Encryption);
        WriteOptional(writer, Settings.TlsName);
        WriteOptional(writer, Settings.AuthoritiesFile);
        writer.Write(Settings.VerifiesServer);
        WriteOptional(writer, Settings.User);
        WriteOptional(writer, Settings.PasswordFile);
        writer.Write(Settings.AllowsPlainPassword);
        WriteAll(writer, Settings.Recipients, static (w, recipient) => w.Write(recipient));
        WriteAll(writer, Settings.Templates, static (w, template) =>
        {
            w.Write(template.Kind);
            w.Write(template.Path);
        });
    }

    private static MailSettings ReadSettings(BinaryReader reader) => new()
    {
        Server = reader.ReadString(),
        Port = reader.ReadInt32(),
        Sender = ReadOptional(reader),
        HeloName = ReadOptional(reader),
        ConnectTimeout = TimeSpan.FromTicks(reader.ReadInt64()),
        Encryption = (MailEncryption)reader.ReadByte(),
        TlsName = ReadOptional(reader),
        AuthoritiesFile = ReadOptional(reader),
        VerifiesServer = reader.ReadBoolean(),
        User = ReadOptional(reader),
        PasswordFile = ReadOptional(reader),
        AllowsPlainPassword = reader.ReadBoolean(),
        Recipients = ReadAll(reader, static r => r.ReadString()),
        Templates = ReadAll(reader, static r => new MailTemplateFile(r.ReadString(), r.ReadString())),
    };

    private static void WriteEvent(BinaryWriter writer, MailEvent mailEvent)
    {
        writer.Write(mailEvent.Kind);
        writer.Write(mailEvent.Sequence);
        writer.Write(mailEvent.Time.UtcTicks);
        WriteText(writer, mailEvent.Headline);
        WriteAll(writer, mailEvent.Fields, static (w, field) =>
        {
            w.Write(field.Key);
            WriteText(w, field.Value);
        });
    }

    private static MailEvent ReadEvent(BinaryReader reader) => new(
        reader.ReadString(), reader.ReadInt64(), new DateTimeOffset(reader.ReadInt64(), TimeSpan.Zero), reader.ReadString(),
        ReadAll(reader, static r => new KeyValuePair<string, string>(r.ReadString(), r.ReadString())));

    // What is longer than anybody reads is cut, so that a mail has a bound. A surrogate pair is not torn.
    private static void WriteText(BinaryWriter writer, string text)
    {
        int length = Math.Min(text.Length, LongestText);
        writer.Write(text[..(length > 0 && char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)]);
    }

    private static void WriteOptional(BinaryWriter writer, string? text)
    {
        writer.Write(text is not null);
        if (text is not null)
        {
            writer.Write(text);
        }
    }

    private static string? ReadOptional(BinaryReader reader) => reader.ReadBoolean() ? reader.ReadString() : null;

    private static void WriteAll<T>(BinaryWriter writer, EquatableArray<T> items, Action<BinaryWriter, T> write)
    {
        writer.Write(items.Count);
        foreach (T item in items.AsSpan())
        {
            write(writer, item);
        }
    }

    private static EquatableArray<T> ReadAll<T>(BinaryReader reader, Func<BinaryReader, T> read)
    {
        T[] items = new T[reader.ReadInt32()];
        for (int i = 0; i < items.Length; i++)
        {
            items[i] = read(reader);
        }

        return [.. items];
    }
}
