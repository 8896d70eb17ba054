using Keepalived.Vrrp.Addresses;
using Keepalived.Vrrp.Protocol;

namespace Keepalived.Vrrp.Tests.Runtime;

/// <summary>The kernel tells removals of our own through another socket than it answers on, and late.</summary>
public sealed class OwnAddressNewsTests
{
    [Fact]
    public void Late_news_of_our_own_removal_do_not_hide_what_was_added_since()
    {
        Lab lab = Lab.Master(Lab.Instance());
        ManagedAddress address = lab.Only.Addresses.All[0];

        lab.Installer.Want(address, false);
        lab.Installer.Pump();
        lab.Installer.Want(address, true);
        lab.Installer.Pump();
        lab.Advance(0.1);

        Assert.True(lab.Has("10.0.0.100"));
        Assert.True(lab.Interfaces.Has(AddressKey.Of(address.Info)));
        Assert.Equal(VirtualRouterState.Master, lab.State);
    }

    [Fact]
    public void News_of_our_own_removal_say_that_the_address_is_gone()
    {
        Lab lab = Lab.Master(Lab.Instance());
        ManagedAddress address = lab.Only.Addresses.All[0];

        lab.Installer.Want(address, false);
        lab.Installer.Pump();
        lab.Advance(0.1);

        Assert.False(lab.Interfaces.Has(AddressKey.Of(address.Info)));
    }
}
