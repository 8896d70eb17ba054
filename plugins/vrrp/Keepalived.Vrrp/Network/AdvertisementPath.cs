using Keepalived.Linux;
using Keepalived.Scheduling;
using Keepalived.Vrrp.Protocol;
using Microsoft.Extensions.Logging;

namespace Keepalived.Vrrp.Network;

/// <summary>What a path dispatches to: one virtual router.</summary>
internal interface IAdvertisementListener
{
    /// <summary>A packet with the router's id.</summary>
    void Receive(in VrrpDatagram datagram);

    /// <summary>Advertisements could not be sent.</summary>
    void SendFailed(Errno errno);
}

/// <summary>
/// A channel with the virtual routers that share it. What routers send in one turn of the loop leaves with one call at its
/// end; what comes is dispatched by virtual router id.
/// </summary>
internal sealed class AdvertisementPath : IDatagramReceiver, IDisposable
{
    private readonly IScheduler _scheduler;
    private readonly ILogger _logger;
    private readonly IAdvertisementChannel _channel;
    private readonly IDescriptorWatch? _watch;
    private readonly Action _flush;
    private readonly IAdvertisementListener?[] _listeners = new IAdvertisementListener?[256];
    private readonly bool[] _unknownLogged = new bool[256];
    private bool _flushScheduled;
    private bool _hasQueued;

    public AdvertisementPath(IScheduler scheduler, ILogger logger, ChannelKey key, IAdvertisementChannel channel)
    {
        _scheduler = scheduler;
        _logger = logger;
        Key = key;
        _channel = channel;
        _flush = Flush;
        _watch = channel.Descriptor < 0 ? null : scheduler.Watch(channel.Descriptor, Readiness.Read, OnReadable);
    }

    public ChannelKey Key { get; }

    /// <summary>Receive descriptor, for the data dump.</summary>
    public int Descriptor => _channel.Descriptor;

    /// <summary>Send descriptor, for the data dump.</summary>
    public int SendDescriptor => _channel.SendDescriptor;

    /// <summary>How many routers share the path.</summary>
    public int Users { get; private set; }

    /// <summary>Log advertisements of routers that nobody configured (<c>log_unknown_vrids</c>).</summary>
    public bool LogsUnknown { get; set; }

    /// <summary>Dispatches packets with this router id.</summary>
    public void Attach(byte virtualRouterId, IAdvertisementListener listener)
    {
        _listeners[virtualRouterId] = listener;
        Users++;
    }

    /// <summary>Ends the dispatch; what is queued is sent first.</summary>
    public void Detach(byte virtualRouterId, IAdvertisementListener listener)
    {
        Flush();
        if (_listeners[virtualRouterId] == listener)
        {
            _listeners[virtualRouterId] = null;
        }

        Users--;
    }

    /// <summary>Prepares an image and queues it for the end of the turn.</summary>
    public void Send(AdvertisementImage image, InternetAddress source, byte priority, ushort identification)
    {
        _channel.Queue(image.Prepare(priority, identification), image.Destination, source);
        _hasQueued = true;
        if (!_flushScheduled)
        {
            _flushScheduled = true;
            _scheduler.RunAtTurnEnd(_flush);
        }
    }

    /// <summary>Sends what is queued, now.</summary>
    public void Flush()
    {
        _flushScheduled = false;
        if (!_hasQueued)
        {
            return;
        }

        _hasQueued = false;
        Errno errno = _channel.Flush(out int unsent);
        if (unsent > 0)
        {
            Blame(errno);
        }
    }

    /// <summary>Reads what has come; called when the channel is readable.</summary>
    public void ReceiveNow() => _channel.Receive(this);

    public void Dispose()
    {
        _watch?.Dispose();
        _channel.Dispose();
    }

    void IDatagramReceiver.Receive(in VrrpDatagram datagram)
    {
        byte id = datagram.VirtualRouterId;
        if (_listeners[id] is { } listener)
        {
            listener.Receive(datagram);
        }
        else if (LogsUnknown && !_unknownLogged[id])
        {
            _unknownLogged[id] = true;
            VrrpLog.UnknownRouter(_logger, id, datagram.Source);
        }
    }

    private void OnReadable(Readiness readiness) => _channel.Receive(this);

    private void Blame(Errno errno)
    {
        foreach (IAdvertisementListener? listener in _listeners)
        {
            listener?.SendFailed(errno);
        }
    }
}
