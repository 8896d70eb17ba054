namespace Keepalived.Vrrp.Protocol;

/// <summary>
/// The last stamp that was believed of each sender: of every configured peer and of the four strangers (in multicast: senders)
/// heard last. Only senders with a right digest come in, so nobody without a key can push one out.
/// </summary>
internal sealed class ReplayMemory
{
    private const int Strangers = 4;

    private Slot[] _slots = new Slot[Strangers];
    private int _peers;
    private long _uses;

    /// <summary>Takes the configured peers; what is remembered of those who stay is kept.</summary>
    public void SetPeers(ReadOnlySpan<UnicastPeer> peers)
    {
        var slots = new Slot[peers.Length + Strangers];
        for (int i = 0; i < peers.Length; i++)
        {
            slots[i] = Find(peers[i].Address) is var known and >= 0 ? _slots[known] : new Slot { Sender = peers[i].Address };
        }

        _slots.AsSpan(_peers).CopyTo(slots.AsSpan(peers.Length));
        (_slots, _peers) = (slots, peers.Length);
    }

    /// <summary>The last stamp believed of a sender; false when none is remembered.</summary>
    public bool TryGet(InternetAddress sender, out SequenceStamp last)
    {
        int index = Find(sender);
        last = index < 0 ? default : _slots[index].Last;
        return index >= 0 && _slots[index].Use > 0;
    }

    /// <summary>Remembers a stamp, in the place of the sender that has been silent longest if there is no other.</summary>
    public void Set(InternetAddress sender, SequenceStamp last)
    {
        int index = Find(sender);
        if (index < 0)
        {
            index = _peers;
            for (int i = _peers + 1; i < _slots.Length; i++)
            {
                index = _slots[i].Use < _slots[index].Use ? i : index;
            }
        }

        _slots[index] = new Slot { Sender = sender, Last = last, Use = ++_uses };
    }

    private int Find(InternetAddress sender)
    {
        for (int i = 0; i < _slots.Length; i++)
        {
            if (_slots[i].Sender == sender && (i < _peers || _slots[i].Use > 0))
            {
                return i;
            }
        }

        return -1;
    }

    private struct Slot
    {
        public InternetAddress Sender;
        public SequenceStamp Last;

        // 0: nothing is remembered.
        public long Use;
    }
}
