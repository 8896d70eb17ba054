using System.Net.Sockets;

namespace Keepalived.Vrrp.Protocol.Tests;

public sealed class DecoderFuzzTests
{
    private const int Iterations = 1_000_000;

    [Fact]
    public void A_million_mutated_packets_never_throw_and_only_right_checksums_are_believed()
    {
        var random = new Random(9568);
        var receiver = new AdvertisementReceiver(
            new ReceiveRules { Format = CapturedFrames.Version2WithPasswordFormat }, new VrrpStatistics());
        byte[] buffer = new byte[128];
        int opened = 0;
        int accepted = 0;
        for (int i = 0; i < Iterations; i++)
        {
            Span<byte> packet = Mutate(buffer, random);
            if (!VrrpDatagram.TryOpenIPv4(packet, out VrrpDatagram datagram))
            {
                continue;
            }

            opened++;
            if (receiver.Check(datagram, default).IsAccepted)
            {
                accepted++;
                Assert.Equal(0, InternetChecksum.Compute(datagram.Message[..24]));
            }

            ReadEverything(datagram.Message);
        }

        Assert.InRange(opened, Iterations / 10, Iterations);
        Assert.InRange(accepted, 1, Iterations / 2);
    }

    // A captured packet with up to four bytes changed and now and then cut or lengthened: mostly right, so that the deeper checks are reached.
    private static Span<byte> Mutate(byte[] buffer, Random random)
    {
        byte[] original = CapturedFrames.Version2WithPassword;
        buffer.AsSpan().Clear();
        original.CopyTo(buffer, 0);
        int length = random.Next(4) == 0 ? random.Next(buffer.Length) : original.Length;
        for (int changes = random.Next(5); changes > 0; changes--)
        {
            buffer[random.Next(original.Length)] = (byte)random.Next(256);
        }

        return buffer.AsSpan(0, length);
    }

    private static void ReadEverything(ReadOnlySpan<byte> message)
    {
        foreach (AddressFamily family in (ReadOnlySpan<AddressFamily>)[AddressFamily.InterNetwork, AddressFamily.InterNetworkV6])
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
}
