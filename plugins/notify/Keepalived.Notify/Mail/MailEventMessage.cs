using Keepalived.Events;

namespace Keepalived.Notify;

/// <summary>An event that is worth a mail (<see cref="MailPolicy"/>) as bare values, for the way to the worker process.</summary>
internal static class MailEventMessage
{
    private const int LongestText = 1000;

    private enum Kind : byte
    {
        Instance,
        Group,
        RealServer,
        VirtualServer,
    }

    public static void Write(BinaryWriter writer, EventStamp stamp, DaemonEvent daemonEvent)
    {
        writer.Write(stamp.Sequence);
        writer.Write(stamp.Time.UtcTicks);
        WriteText(writer, daemonEvent.Cause);
        switch (daemonEvent)
        {
            case VrrpInstanceStateChanged e:
                writer.Write((byte)Kind.Instance);
                WriteText(writer, e.Instance);
                writer.Write((byte)e.Previous);
                writer.Write((byte)e.State);
                writer.Write(e.Priority);
                break;
            case VrrpGroupStateChanged e:
                writer.Write((byte)Kind.Group);
                WriteText(writer, e.Group);
                writer.Write((byte)e.State);
                break;
            case RealServerStateChanged e:
                writer.Write((byte)Kind.RealServer);
                WriteText(writer, e.VirtualServer);
                WriteText(writer, e.RealServer);
                writer.Write(e.IsUp);
                writer.Write(e.Detail is not null);
                WriteText(writer, e.Detail ?? "");
                break;
            case QuorumStateChanged e:
                writer.Write((byte)Kind.VirtualServer);
                WriteText(writer, e.VirtualServer);
                writer.Write(e.IsUp);
                break;
            default:
                throw new ArgumentException($"there is no mail about {daemonEvent.GetType().Name}", nameof(daemonEvent));
        }
    }

    public static MailEvent Read(BinaryReader reader)
    {
        EventStamp stamp = new(reader.ReadInt64(), new DateTimeOffset(reader.ReadInt64(), TimeSpan.Zero));
        string cause = reader.ReadString();
        Kind kind = (Kind)reader.ReadByte();
        string subject = reader.ReadString();
        return MailEvents.Of(stamp, kind switch
        {
            Kind.Instance => new VrrpInstanceStateChanged(subject, (VrrpState)reader.ReadByte(), (VrrpState)reader.ReadByte(), reader.ReadInt32(), cause),
            Kind.Group => new VrrpGroupStateChanged(subject, (VrrpState)reader.ReadByte(), cause),
            Kind.RealServer => ReadRealServer(reader, subject, cause),
            Kind.VirtualServer => new QuorumStateChanged(subject, reader.ReadBoolean(), cause),
            _ => throw new InvalidDataException($"no event has the number {(byte)kind}"),
        });
    }

    private static RealServerStateChanged ReadRealServer(BinaryReader reader, string virtualServer, string cause)
    {
        RealServerStateChanged known = new(virtualServer, reader.ReadString(), reader.ReadBoolean(), cause);
        bool hasDetail = reader.ReadBoolean();
        string detail = reader.ReadString();
        return hasDetail ? known with { Detail = detail } : known;
    }

    // What is longer than anybody reads is cut, so that a mail has a bound. A surrogate pair is not torn.
    private static void WriteText(BinaryWriter writer, string text)
    {
        if (text.Length <= LongestText)
        {
            writer.Write(text);
            return;
        }

        writer.Write(text[..(char.IsHighSurrogate(text[LongestText - 1]) ? LongestText - 1 : LongestText)]);
    }
}
