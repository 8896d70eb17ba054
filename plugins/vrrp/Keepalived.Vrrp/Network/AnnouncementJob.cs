using Keepalived.Vrrp.Addresses;

namespace Keepalived.Vrrp.Network;

/// <summary>Addresses that an owner wants announced, in rounds over all of them; remembers how far it has come.</summary>
internal sealed class AnnouncementJob(object owner, IReadOnlyList<ManagedAddress> addresses, int rounds)
{
    private int _round;
    private int _index;

    public object Owner { get; } = owner;

    public bool IsCancelled { get; set; }

    /// <summary>The next address; null at the end.</summary>
    public ManagedAddress? Next()
    {
        if (IsCancelled || _round >= rounds || addresses.Count == 0)
        {
            return null;
        }

        if (_index >= addresses.Count)
        {
            _index = 0;
            _round++;
            return Next();
        }

        return addresses[_index++];
    }

    /// <summary>The address given last has to wait: it is the next one again.</summary>
    public void StepBack() => _index--;
}
