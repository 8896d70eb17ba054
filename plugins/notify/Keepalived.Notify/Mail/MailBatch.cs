using System.Text;
using Keepalived.Events;
using Keepalived.Plugins;

namespace Keepalived.Notify;

/// <summary>
/// The mails that go to the worker process in one message: the settings once, then each mail with the bare values of its events. Words are
/// made of them by the worker (<see cref="MailEvents"/>), for this side is the loop of a protocol. Its buffer is used again and again.
/// </summary>
internal sealed class MailBatch : IDisposable
{
    private readonly MemoryStream _stream = new();
    private readonly BinaryWriter _writer;

    public MailBatch() => _writer = new BinaryWriter(_stream, Encoding.UTF8);

    /// <summary>Mails in it.</summary>
    public int Count { get; private set; }

    /// <summary>The message for the worker.</summary>
    public ReadOnlySpan<byte> Message => _stream.GetBuffer().AsSpan(0, (int)_stream.Length);

    /// <summary>Begins a new one.</summary>
    public void Begin(MailSettings settings, string routerId, string process)
    {
        Count = 0;
        _stream.SetLength(0);
        MailSettingsMessage.Write(_writer, settings);
        _writer.Write(routerId);
        _writer.Write(process);
    }

    /// <summary>Adds a mail, unless the message would be too long.</summary>
    public bool TryAdd(QueuedMail mail)
    {
        long before = _stream.Length;
        _writer.Write(mail.Id);
        _writer.Write(mail.Lost);
        _writer.Write(mail.Remaining is not null);
        if (mail.Remaining is { } remaining)
        {
            MailWire.Write(_writer, remaining);
        }

        _writer.Write(mail.Events.Count);
        foreach ((EventStamp stamp, DaemonEvent daemonEvent) in mail.Events)
        {
            MailEventMessage.Write(_writer, stamp, daemonEvent);
        }

        if (_stream.Length > IMessageChannel.LongestMessage)
        {
            _stream.SetLength(before);
            return false;
        }

        Count++;
        return true;
    }

    public void Dispose() => _writer.Dispose();

    /// <summary>Reads a message: the worker's side.</summary>
    public static List<MailRequest> Read(ReadOnlySpan<byte> message)
    {
        using MemoryStream stream = new(message.ToArray());
        using BinaryReader reader = new(stream, Encoding.UTF8);
        MailSettings settings = MailSettingsMessage.Read(reader);
        string routerId = reader.ReadString();
        string process = reader.ReadString();
        List<MailRequest> mails = [];
        while (stream.Position < stream.Length)
        {
            long id = reader.ReadInt64();
            long lost = reader.ReadInt64();
            EquatableArray<string> recipients = reader.ReadBoolean() ? MailWire.ReadStrings(reader) : settings.Recipients;
            MailEvent[] events = new MailEvent[reader.ReadInt32()];
            for (int i = 0; i < events.Length; i++)
            {
                events[i] = MailEventMessage.Read(reader);
            }

            mails.Add(new MailRequest(id, settings, recipients, routerId, process, lost, [.. events]));
        }

        return mails;
    }
}

/// <summary>What several messages are made of.</summary>
internal static class MailWire
{
    public static void Write(BinaryWriter writer, EquatableArray<string> texts)
    {
        writer.Write(texts.Count);
        foreach (string text in texts.AsSpan())
        {
            writer.Write(text);
        }
    }

    public static EquatableArray<string> ReadStrings(BinaryReader reader)
    {
        int count = reader.ReadInt32();
        if (count == 0)
        {
            return [];
        }

        string[] texts = new string[count];
        for (int i = 0; i < texts.Length; i++)
        {
            texts[i] = reader.ReadString();
        }

        return [.. texts];
    }
}

/// <summary>Settings, as far as the worker needs them.</summary>
internal static class MailSettingsMessage
{
    public static void Write(BinaryWriter writer, MailSettings settings)
    {
        writer.Write(settings.Server ?? "");
        writer.Write(settings.EffectivePort);
        WriteOptional(writer, settings.Sender);
        WriteOptional(writer, settings.HeloName);
        writer.Write(settings.ConnectTimeout.Ticks);
        writer.Write((byte)settings.Encryption);
        WriteOptional(writer, settings.TlsName);
        WriteOptional(writer, settings.AuthoritiesFile);
        writer.Write(settings.VerifiesServer);
        WriteOptional(writer, settings.User);
        WriteOptional(writer, settings.PasswordFile);
        writer.Write(settings.AllowsPlainPassword);
        MailWire.Write(writer, settings.Recipients);
        writer.Write(settings.Templates.Count);
        foreach (MailTemplateFile template in settings.Templates.AsSpan())
        {
            writer.Write(template.Kind);
            writer.Write(template.Path);
        }
    }

    public static MailSettings Read(BinaryReader reader) => new()
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
        Recipients = MailWire.ReadStrings(reader),
        Templates = ReadTemplates(reader),
    };

    private static EquatableArray<MailTemplateFile> ReadTemplates(BinaryReader reader)
    {
        MailTemplateFile[] templates = new MailTemplateFile[reader.ReadInt32()];
        for (int i = 0; i < templates.Length; i++)
        {
            templates[i] = new MailTemplateFile(reader.ReadString(), reader.ReadString());
        }

        return [.. templates];
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
}
