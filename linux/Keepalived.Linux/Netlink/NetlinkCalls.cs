namespace Keepalived.Linux.Netlink;

/// <summary>Reads one message; false when it is not an entry of the wanted kind.</summary>
internal delegate bool NetlinkDecoder<T>(in NetlinkMessage message, out T entry);

/// <summary>One request and its end, waited for: what start-up and tools use. It allocates; a loop uses handlers.</summary>
internal static class NetlinkCalls
{
    /// <summary>The longest the kernel may stay silent during a waited-for request.</summary>
    internal static readonly TimeSpan Silence = TimeSpan.FromSeconds(5);

    // A table that changes faster than it can be read is taken as it is after this many tries.
    private const int DumpTries = 5;

    /// <summary>Sends a request and waits for its end.</summary>
    /// <exception cref="NetlinkException">The kernel refused, or stayed silent.</exception>
    internal static void Execute(this NetlinkConnection connection, in NetlinkWriter request, string operation)
    {
        var wait = new Waiter<bool>(null, operation);
        connection.Queue(in request, wait);
        connection.Complete(Silence);
        wait.ThrowIfFailed();
    }

    /// <summary>Sends a request and gives the last message that answered it.</summary>
    /// <exception cref="NetlinkException">The kernel refused, stayed silent, or answered with nothing understood.</exception>
    internal static T Ask<T>(this NetlinkConnection connection, in NetlinkWriter request, string operation, NetlinkDecoder<T> decode)
    {
        var wait = new Waiter<T>(decode, operation);
        connection.Queue(in request, wait);
        connection.Complete(Silence);
        wait.ThrowIfFailed();
        return wait.Entries.Count > 0 ? wait.Entries[^1] : throw new NetlinkException(operation, Errno.EBADMSG);
    }

    /// <summary>Sends a dump and gives its entries; repeats it when the table changed under way.</summary>
    /// <exception cref="NetlinkException">The kernel refused, or stayed silent.</exception>
    internal static List<T> Dump<T>(this NetlinkConnection connection, RequestFactory begin, string operation, NetlinkDecoder<T> decode)
    {
        for (int tries = 1; ; tries++)
        {
            var wait = new Waiter<T>(decode, operation);
            NetlinkWriter request = begin();
            connection.Queue(in request, wait);
            connection.Complete(Silence);
            wait.ThrowIfFailed();
            if (!wait.Interrupted || tries == DumpTries)
            {
                return wait.Entries;
            }
        }
    }

    /// <summary>Writes a request anew for each try.</summary>
    internal delegate NetlinkWriter RequestFactory();

    private sealed class Waiter<T>(NetlinkDecoder<T>? decode, string operation) : INetlinkReplyHandler
    {
        private NetlinkException? _error;

        internal List<T> Entries { get; } = [];

        internal bool Interrupted { get; private set; }

        public void Reply(long token, in NetlinkMessage message)
        {
            if (decode is not null && decode(in message, out T entry))
            {
                Entries.Add(entry);
            }
        }

        public void Completed(long token, in NetlinkResult result)
        {
            Interrupted = result.Interrupted;
            _error = result.Succeeded ? null : result.ToException(operation);
        }

        internal void ThrowIfFailed()
        {
            if (_error is not null)
            {
                throw _error;
            }
        }
    }
}
