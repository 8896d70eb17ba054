using Keepalived.Bfd.Network;
using Keepalived.Bfd.Protocol;
using Keepalived.Linux;
using Keepalived.Scheduling;

namespace Keepalived.Bfd.Tests.Runtime;

/// <summary>One end of a wire between two machines in virtual time. What is sent arrives at the end of the turn.</summary>
internal sealed class VirtualLink(IScheduler scheduler, NeighborPath own) : IBfdNetwork
{
    private readonly byte[][] _waiting = [.. Enumerable.Range(0, 64).Select(static _ => new byte[256])];
    private readonly int[] _lengths = new int[64];
    private Action? _deliver;
    private int _count;

    /// <summary>The other end.</summary>
    public VirtualLink? Other { get; set; }

    public IBfdDatagramHandler? Handler { get; set; }

    /// <summary>What is sent here does not arrive.</summary>
    public bool IsCut { get; set; }

    /// <summary>Why nothing can be opened; null: it can.</summary>
    public string? Trouble { get; set; }

    /// <summary>What sending returns.</summary>
    public Errno Error { get; set; }

    /// <summary>TTL on arrival.</summary>
    public byte TimeToLive { get; set; } = 255;

    /// <summary>Sessions that something was opened for, in order.</summary>
    public List<BfdSessionSettings> Opened { get; } = [];

    /// <summary>Open paths.</summary>
    public int Open { get; private set; }

    public int Sent { get; private set; }

    IBfdPath? IBfdNetwork.Open(BfdSessionSettings settings, out string? trouble)
    {
        trouble = Trouble;
        Opened.Add(settings);
        if (trouble is not null)
        {
            return null;
        }

        Open++;
        return new Path(this, settings.IsMultihop);
    }

    public void Dispose()
    {
    }

    private Errno Send(ReadOnlySpan<byte> packet)
    {
        Sent++;
        if (Error != Errno.None || IsCut || Other is null)
        {
            return Error;
        }

        packet.CopyTo(_waiting[_count]);
        _lengths[_count++] = packet.Length;
        if (_count == 1)
        {
            scheduler.RunAtTurnEnd(_deliver ??= Deliver);
        }

        return Errno.None;
    }

    private void Deliver()
    {
        int count = _count;
        _count = 0;
        for (int i = 0; i < count; i++)
        {
            Other!.Handler?.Received(_waiting[i].AsSpan(0, _lengths[i]), own, new BfdArrival(TimeToLive, false));
        }
    }

    private sealed class Path(VirtualLink link, bool isMultihop) : IBfdPath
    {
        public int SourcePort => isMultihop ? 49153 : 49152;

        public Errno Send(ReadOnlySpan<byte> packet) => link.Send(packet);

        public Errno SendEcho(ReadOnlySpan<byte> packet) => Errno.None;

        public void ForgetEcho()
        {
        }

        public void Dispose() => link.Open--;
    }
}
