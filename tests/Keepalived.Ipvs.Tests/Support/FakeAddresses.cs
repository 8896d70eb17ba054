using System.Net;

namespace Keepalived.Ipvs.Tests;

/// <summary>The addresses of a machine that exists in a test only.</summary>
internal sealed class FakeAddresses : ILocalAddresses
{
    private readonly HashSet<IPAddress> _there = [];

    public Action? Changed { get; set; }

    public bool Has(IPAddress address) => _there.Contains(address);

    public void Add(string address)
    {
        _there.Add(IPAddress.Parse(address));
        Changed?.Invoke();
    }

    public void Remove(string address)
    {
        _there.Remove(IPAddress.Parse(address));
        Changed?.Invoke();
    }

    public void Dispose()
    {
    }
}
