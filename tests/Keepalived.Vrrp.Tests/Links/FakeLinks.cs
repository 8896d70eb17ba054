using Keepalived.Linux;
using Keepalived.Linux.Netlink;
using Keepalived.Linux.Netlink.Route;
using Keepalived.Testing;
using Keepalived.Vrrp.Links;

namespace Keepalived.Vrrp.Tests.Links;

/// <summary>A kernel that takes its time over interfaces.</summary>
internal sealed class FakeLinks(VirtualLoop loop, List<string> order) : ILinkTable
{
    private readonly Dictionary<string, LinkInfo> _links = [];
    private int _last = 100;

    /// <summary>What making or removing one costs.</summary>
    public TimeSpan Cost { get; set; } = TimeSpan.FromMilliseconds(1);

    /// <summary>The kernel makes none that is called so.</summary>
    public string? Refused { get; set; }

    public IReadOnlyCollection<string> Names => _links.Keys;

    public LinkInfo? Find(KernelName name) => _links.GetValueOrDefault(name.ToString());

    public void Create(VirtualLinkRequest link)
    {
        Take();
        if (link.Name.ToString() == Refused)
        {
            throw new NetlinkException($"make interface {link.Name}", Errno.EPERM);
        }

        order.Add($"make {link.Name}");
        string name = link.Name.ToString();
        _links.Add(name, ConfigurationText.Ethernet(name) with { Index = ++_last, Kind = new KernelName("macvlan"), ParentIndex = link.BaseIndex, Address = link.Address });
    }

    public void Delete(int index)
    {
        Take();
        string name = _links.Values.Single(link => link.Index == index).Name.ToString();
        order.Add($"remove {name}");
        _links.Remove(name);
    }

    /// <summary>The base has gone, and what is on it.</summary>
    public void Clear() => _links.Clear();

    public void SetMaster(int index, int master)
    {
    }

    public void SetUp(int index)
    {
    }

    public void TellAgain(int index, uint group)
    {
    }

    public void AddAddress(in AddressInfo address)
    {
    }

    private void Take() => loop.Spend(Cost);
}

/// <summary>Settings that nobody has.</summary>
internal sealed class NoSysctls : ISysctls
{
    public string? Read(string name) => null;

    public string? Write(string name, string value) => null;

    public IEnumerable<string> Interfaces() => [];
}
