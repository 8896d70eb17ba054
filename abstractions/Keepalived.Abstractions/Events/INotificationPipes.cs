using Keepalived.Scripts;

namespace Keepalived.Events;

/// <summary>
/// Named pipes (fifo(7)) that other programs read notifications from. A host service, since the framework can neither make a FIFO nor
/// open one without following links and without blocking. Loop thread only.
/// </summary>
public interface INotificationPipes
{
    /// <summary>
    /// Opens a FIFO for writing without blocking, and makes it if nothing is there (mode 0644 less the file creation mask, owned by
    /// <paramref name="owner"/>). Symbolic links are not followed.
    /// </summary>
    /// <param name="path">Absolute path.</param>
    /// <param name="owner">Who owns it when it is made, and may own it when it is there; null = the daemon's user.</param>
    /// <exception cref="IOException">It cannot be made or opened, is no FIFO, or belongs to somebody else; the message says which.</exception>
    INotificationPipe Open(string path, ScriptUser? owner);
}

/// <summary>An open FIFO. Disposing closes it, and removes it if this process made it.</summary>
public interface INotificationPipe : IDisposable
{
    /// <summary>Its path.</summary>
    string Path { get; }

    /// <summary>Writes the whole message, or nothing when the FIFO is full (or broken): false. Never blocks.</summary>
    /// <param name="message">At most PIPE_BUF (4096) bytes, so that it cannot be torn apart (pipe(7)).</param>
    bool TryWrite(ReadOnlySpan<byte> message);
}
