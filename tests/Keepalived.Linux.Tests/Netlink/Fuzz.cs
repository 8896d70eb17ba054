namespace Keepalived.Linux.Tests.Netlink;

/// <summary>Seeded random values and damage.</summary>
internal static class Fuzz
{
    /// <summary>The octets with a few changed, or cut off, or with a piece doubled.</summary>
    internal static byte[] Damage(Random random, byte[] octets)
    {
        byte[] damaged = [.. octets];
        switch (random.Next(4))
        {
            case 0:
                return damaged[..random.Next(damaged.Length + 1)];
            case 1:
                int start = random.Next(damaged.Length);
                return [.. damaged, .. damaged[start..]];
            default:
                for (int i = random.Next(1, 4); i > 0; i--)
                {
                    damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
                }

                return damaged;
        }
    }

    internal static InetAddress Address(Random random, bool ipv6)
    {
        byte[] octets = new byte[ipv6 ? 16 : 4];
        random.NextBytes(octets);
        return InetAddress.FromBytes(octets);
    }

    internal static KernelName Name(Random random) =>
        new(string.Concat(Enumerable.Range(0, random.Next(1, KernelName.MaxLength + 1)).Select(_ => (char)random.Next('!', '~'))));
}
