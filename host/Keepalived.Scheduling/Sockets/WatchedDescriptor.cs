using Keepalived.Linux;

namespace Keepalived.Scheduling.Sockets;

/// <summary>A descriptor that is watched for reading while somebody waits, and closed in the end; used over and over.</summary>
internal sealed class WatchedDescriptor(IScheduler scheduler, ReadinessHandler ready)
{
    private const int Closed = -1;
    private DescriptorWatch? _watch;
    private bool _isWatched;

    /// <summary>The descriptor; negative when it is closed.</summary>
    internal int Value { get; private set; } = Closed;

    internal bool IsOpen => Value != Closed;

    /// <summary>Takes ownership of an open descriptor.</summary>
    internal void Take(int descriptor) => Value = descriptor;

    /// <summary>Begins to watch for reading; already doing so is fine.</summary>
    internal Errno WatchForReading()
    {
        if (_isWatched)
        {
            return Errno.None;
        }

        try
        {
            if (_watch is null)
            {
                _watch = (DescriptorWatch)scheduler.Watch(Value, Readiness.Read, ready);
            }
            else
            {
                _watch.Begin(Value, Readiness.Read);
            }

            _isWatched = true;
            return Errno.None;
        }
        catch (IOException error)
        {
            return (error.InnerException as LinuxException)?.Errno ?? Errno.EIO;
        }
    }

    /// <summary>Readiness that nobody waits for would spin, as errors cannot be masked.</summary>
    internal void StopWatching()
    {
        if (_isWatched)
        {
            _watch!.Dispose();
            _isWatched = false;
        }
    }

    internal void Close()
    {
        if (IsOpen)
        {
            StopWatching();
            FileDescriptors.Close(Value);
            Value = Closed;
        }
    }
}
