using Keepalived.Linux;
using Keepalived.Linux.Netlink.Route;
using Keepalived.Scheduling;
using Keepalived.Testing;
using Keepalived.Vrrp.Addresses;

namespace Keepalived.Vrrp.Tests.Runtime;

/// <summary>A kernel's address table. News reach the interface table in a turn of their own, before or after the answers.</summary>
internal sealed class FakeAddresses(VirtualLoop loop, IAddressTableHandler handler, Lab lab) : IAddressTable
{
    private readonly List<(AddressInfo Address, long Token, bool IsAdd)> _queued = [];
    private readonly Queue<(long Token, Errno Errno)> _answers = [];

    public int Descriptor => 1000;

    public HashSet<AddressKey> Present { get; } = [];

    /// <summary>News before answers: the two sockets of the real kernel have no order between them.</summary>
    public bool NewsFirst { get; set; }

    /// <summary>Largest number of changes handed over at once.</summary>
    public int LargestChunk { get; private set; }

    public Errno Refusal { get; set; }

    public List<string> Order => lab.Order;

    public void QueueAdd(in AddressInfo address, long token) => _queued.Add((address, token, true));

    public void QueueDelete(in AddressInfo address, long token) => _queued.Add((address, token, false));

    public void Flush()
    {
        LargestChunk = Math.Max(LargestChunk, _queued.Count);
        List<(AddressInfo, bool)> news = [];
        foreach ((AddressInfo address, long token, bool isAdd) in _queued)
        {
            Errno errno = Refusal != Errno.None ? Refusal : Change(address, isAdd);
            _answers.Enqueue((token, errno));
            if (errno == Errno.None)
            {
                // IPv4 additions of our own are not told (RouteMonitor.IgnoreAdditionsOf).
                if (!isAdd || address.Address.IsIPv6)
                {
                    news.Add((address, isAdd));
                }

                Order.Add($"{(isAdd ? "add" : "del")} {address.Address}");
            }
        }

        _queued.Clear();
        if (NewsFirst)
        {
            lab.Tell(news);
            loop.SignalReady(Descriptor, Readiness.Read);
        }
        else
        {
            loop.SignalReady(Descriptor, Readiness.Read);
            lab.TellLater(news);
        }
    }

    public void OnReadable()
    {
        while (_answers.TryDequeue(out (long Token, Errno Errno) answer))
        {
            handler.Completed(answer.Token, answer.Errno, null);
        }
    }

    public void Dispose()
    {
    }

    private Errno Change(in AddressInfo address, bool isAdd)
    {
        AddressKey key = AddressKey.Of(address);
        bool changed = isAdd ? Present.Add(key) || true : Present.Remove(key);
        return changed ? Errno.None : Errno.EADDRNOTAVAIL;
    }
}
