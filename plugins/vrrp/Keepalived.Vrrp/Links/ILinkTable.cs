using Keepalived.Linux;
using Keepalived.Linux.Netlink;
using Keepalived.Linux.Netlink.Route;

namespace Keepalived.Vrrp.Links;

/// <summary>The kernel's interfaces as those who make them need them. Every call waits for the kernel; the seam for tests.</summary>
internal interface ILinkTable
{
    /// <summary>The interface of a name; null when there is none.</summary>
    LinkInfo? Find(KernelName name);

    /// <summary>Makes an interface on top of another, down.</summary>
    void Create(VirtualLinkRequest link);

    /// <summary>Deletes an interface.</summary>
    void Delete(int index);

    /// <summary>Puts an interface into a VRF.</summary>
    void SetMaster(int index, int master);

    /// <summary>Sets an interface up.</summary>
    void SetUp(int index);

    /// <summary>Has the kernel tell everybody of an interface once more.</summary>
    void TellAgain(int index, uint group);

    /// <summary>Adds an address, or replaces it.</summary>
    void AddAddress(in AddressInfo address);
}

/// <summary>Over netlink.</summary>
internal sealed class KernelLinkTable(NetlinkConnection connection) : ILinkTable
{
    private readonly LinkClient _links = new(connection);
    private readonly AddressClient _addresses = new(connection);

    public LinkInfo? Find(KernelName name) => _links.Find(name);

    public void Create(VirtualLinkRequest link) => _links.Create(link);

    public void Delete(int index) => _links.Delete(index);

    public void SetMaster(int index, int master) => _links.SetMaster(index, master);

    public void SetUp(int index) => _links.SetUp(index, true);

    public void TellAgain(int index, uint group) => _links.TellAgain(index, group);

    public void AddAddress(in AddressInfo address) => _addresses.Add(address, AddressAddMode.CreateOrReplace);
}
