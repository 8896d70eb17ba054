using System.Globalization;
using System.Net.Sockets;

namespace Keepalived.Vrrp.Protocol.Tests;

/// <summary>
/// Changed packets of every kind through every decoder of the room: IPv4 header, authentication header, both versions, trailer.
/// Nothing may throw or allocate, and whatever is accepted must survive the way to values and back and carry what it was
/// demanded to carry. <c>eng/fuzz-packets</c> runs ten million of them.
/// </summary>
public sealed class DecoderFuzzTests
{
    private const int Usual = 500_000;
    private const int Longest = 160;

    private static readonly int Packets =
        int.Parse(Environment.GetEnvironmentVariable("KEEPALIVED_FUZZ_PACKETS") ?? $"{Usual}", CultureInfo.InvariantCulture);

    private static readonly int Seed =
        int.Parse(Environment.GetEnvironmentVariable("KEEPALIVED_FUZZ_SEED") ?? "9568", CultureInfo.InvariantCulture);

    [Fact]
    public void Changed_packets_never_throw_nor_allocate_and_only_right_ones_are_believed()
    {
        Random random = new(Seed);
        byte[] buffer = new byte[Longest];
        byte[] original = new byte[Longest];
        FuzzShape[] shapes = FuzzShape.All;
        int[] accepted = new int[shapes.Length];
        (int opened, int changedAndAccepted) = (0, 0);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Packets; i++)
        {
            FuzzShape shape = shapes[i % shapes.Length];
            ReadOnlySpan<byte> right = shape.Next((byte)random.Next(256));
            right.CopyTo(original);
            Span<byte> packet = Change(shape, right, buffer, random);
            if (shape.Judge(packet, original.AsSpan(0, right.Length), out bool isOpen, out bool isAccepted) is { } wrong)
            {
                Assert.Fail($"{wrong}\npacket {i} of seed {Seed}: {Convert.ToHexString(packet)}");
            }

            opened += isOpen ? 1 : 0;
            accepted[i % shapes.Length] += isAccepted ? 1 : 0;
            changedAndAccepted += isAccepted && !packet.SequenceEqual(original.AsSpan(0, right.Length)) ? 1 : 0;
            ReadEverything(packet);
        }

        long bytes = GC.GetAllocatedBytesForCurrentThread() - before;

        // A receiver grows its scratch memory once or twice; ten million packets may not cost more than a few.
        Assert.InRange(bytes, 0, 256 * 1024);
        Assert.InRange(opened, Packets / 2, Packets);
        Assert.All(accepted, count => Assert.InRange(count, Packets / shapes.Length / 50, Packets / shapes.Length));
        Assert.InRange(changedAndAccepted, 1, Packets / 2);
    }

    // Mostly right, so that the deeper checks are reached: up to four bytes changed, sometimes the checksum mended, now and then cut,
    // lengthened, or noise altogether.
    private static Span<byte> Change(FuzzShape shape, ReadOnlySpan<byte> right, byte[] buffer, Random random)
    {
        int kind = random.Next(16);
        if (kind == 0)
        {
            random.NextBytes(buffer);
            return buffer.AsSpan(0, random.Next(buffer.Length));
        }

        buffer.AsSpan().Clear();
        right.CopyTo(buffer);
        int length = kind < 3 ? random.Next(buffer.Length) : right.Length;
        for (int changes = random.Next(5); changes > 0; changes--)
        {
            buffer[random.Next(right.Length)] = (byte)random.Next(256);
        }

        Span<byte> packet = buffer.AsSpan(0, length);
        if (kind >= 8)
        {
            shape.MendChecksum(packet);
        }

        return packet;
    }

    private static void ReadEverything(ReadOnlySpan<byte> message)
    {
        ReadAs(message, AddressFamily.InterNetwork);
        ReadAs(message, AddressFamily.InterNetworkV6);
        if (message.Length > Ipv4Header.MinimumLength)
        {
            ReadAs(message[Ipv4Header.MinimumLength..], AddressFamily.InterNetwork);
        }
    }

    private static void ReadAs(ReadOnlySpan<byte> message, AddressFamily family)
    {
        if (VrrpAdvertisement.TryRead(message, family, out VrrpAdvertisement read, out _))
        {
            _ = read.Interval;
            _ = read.AuthenticationData.Length;
            if (read.AddressCount > 0)
            {
                _ = read.AddressAt(read.AddressCount - 1);
            }
        }
    }
}
