using Keepalived.Vrrp.Configuration;

namespace Keepalived.Vrrp.Firewall;

/// <summary>Drops packets to and from addresses that are not accepted, and what a virtual MAC interface must not send.</summary>
internal interface IFirewall : IDisposable
{
    /// <summary><c>nftables_ifindex</c>.</summary>
    bool UsesInterfaceIndex { get; }

    /// <summary>Something that was asked for is not in the kernel yet.</summary>
    bool IsBusy { get; }

    /// <summary>Makes what the configuration needs and is not there yet.</summary>
    void Configure(VrrpConfiguration configuration);

    /// <summary>Adds elements that are not there yet; each addition needs a removal of its own.</summary>
    void Add(IReadOnlyList<FirewallElement> elements);

    /// <summary>Deletes elements that nobody needs any more.</summary>
    void Remove(IReadOnlyList<FirewallElement> elements);

    /// <summary>Removes everything; finished when <see cref="IsBusy"/> is false.</summary>
    void RemoveAll();
}
