namespace Keepalived.Bfd.Protocol;

/// <summary>Gives sessions their discriminators: random, not 0, unique (RFC 5880 section 6.3), and finds sessions by them.</summary>
internal sealed class DiscriminatorTable(Random random)
{
    private readonly Dictionary<uint, BfdSession> _sessions = [];

    public uint Issue(BfdSession session)
    {
        while (true)
        {
            uint discriminator = (uint)random.NextInt64(1, 1L + uint.MaxValue);
            if (_sessions.TryAdd(discriminator, session))
            {
                return discriminator;
            }
        }
    }

    public void Withdraw(uint discriminator) => _sessions.Remove(discriminator);

    public BfdSession? Find(uint discriminator) => _sessions.TryGetValue(discriminator, out BfdSession? session) ? session : null;
}
