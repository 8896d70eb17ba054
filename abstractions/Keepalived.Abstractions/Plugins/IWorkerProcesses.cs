namespace Keepalived.Plugins;

/// <summary>Called on the loop for each message that has come; the bytes are gone when it returns.</summary>
public delegate void MessageHandler(ReadOnlySpan<byte> message);

/// <summary>One end of a connection between two processes of the daemon that keeps messages apart. Loop thread only.</summary>
public interface IMessageChannel
{
    /// <summary>Longest message, octets: it fits the kernel's default socket buffer.</summary>
    const int LongestMessage = 160 * 1024;

    /// <summary>Sends a message at once or not at all.</summary>
    /// <returns>False when the other side is gone or behind with reading.</returns>
    bool TrySend(ReadOnlySpan<byte> message);

    /// <summary>Begins to receive. To be called once.</summary>
    /// <param name="received">Called for each message.</param>
    /// <param name="closed">Called once, when the other side is gone.</param>
    void Listen(MessageHandler received, Action closed);
}

/// <summary>
/// Processes that a plugin does work in that must not happen on the loop of a protocol: what may block, needs much memory or code that is
/// slow to load. Such a process runs a <see cref="IPluginCommand"/> of the plugin with time-sharing priority and no descriptor of ours but the
/// channel. Loop thread only.
/// </summary>
public interface IWorkerProcesses
{
    /// <summary>Starts one.</summary>
    /// <param name="command">Name of a command of the plugin (<see cref="PluginCommandAttribute"/>).</param>
    /// <param name="received">Called for each message from it.</param>
    /// <param name="ended">Called once, in a later turn, when it is gone or could not be started, with how; not after the result was disposed.</param>
    IWorkerProcess Start(string command, MessageHandler received, Action<string> ended);
}

/// <summary>
/// A worker process. Disposing closes the channel: what it has been sent it still does, without anybody to report to, and ends; it may outlive
/// the process that started it.
/// </summary>
public interface IWorkerProcess : IDisposable
{
    /// <summary>Sends a message at once or not at all.</summary>
    /// <returns>False when it is gone or behind with reading.</returns>
    bool TrySend(ReadOnlySpan<byte> message);

    /// <summary>Ends it at once, whatever it does (SIGKILL).</summary>
    void Kill();
}
