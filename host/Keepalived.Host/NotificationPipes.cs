using Keepalived.Events;
using Keepalived.Linux;
using Keepalived.Linux.Files;
using Keepalived.Linux.Local;
using Keepalived.Scripts;

namespace Keepalived.Host;

/// <summary>FIFOs for notifications: made when nothing is there, never following a link, never blocking, removed again if we made them.</summary>
internal sealed class NotificationPipes : INotificationPipes
{
    private const int Permissions = 0x1a4; // 0644

    public INotificationPipe Open(string path, ScriptUser? owner)
    {
        try
        {
            bool isOurs = NamedPipe.TryCreate(path, Permissions);
            NamedPipe pipe = NamedPipe.Open(path);
            if (isOurs)
            {
                GiveTo(pipe, owner);
            }
            else
            {
                CheckOwner(pipe, path, owner);
            }

            return new Pipe(path, pipe, isOurs);
        }
        catch (LinuxException exception)
        {
            throw new IOException(exception.Message, exception);
        }
    }

    private static void GiveTo(NamedPipe pipe, ScriptUser? owner)
    {
        if (owner is not null && Environment.IsPrivilegedProcess)
        {
            pipe.SetOwner(owner.UserId, owner.GroupId);
        }
    }

    private static void CheckOwner(NamedPipe pipe, string path, ScriptUser? owner)
    {
        uint user = pipe.Owner().UserId;
        if (user != OwnIdentity.UserId && user != owner?.UserId)
        {
            pipe.Dispose();
            throw new IOException($"the FIFO {path} belongs to user {user}; remove it, or name that user as its owner");
        }
    }

    private sealed class Pipe(string path, NamedPipe pipe, bool isOurs) : INotificationPipe
    {
        public string Path => path;

        public bool TryWrite(ReadOnlySpan<byte> message) =>
            !pipe.IsClosed && FileDescriptors.Write(pipe.Descriptor, message, out int count) == Errno.None && count == message.Length;

        public void Dispose()
        {
            if (!pipe.IsClosed)
            {
                pipe.Dispose();
                if (isOurs)
                {
                    _ = LinuxFile.Unlink(path);
                }
            }
        }
    }
}
