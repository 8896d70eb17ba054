using Keepalived.Vrrp.Protocol;

namespace Keepalived.Vrrp.Tests.Runtime;

/// <summary>The counters that statistics and JSON show, from what they are counted.</summary>
public sealed class CounterTests
{
    [Fact]
    public void A_life_is_counted_advertisements_both_ways_masterships_and_goodbyes()
    {
        Lab lab = Lab.Master(Lab.Instance());
        lab.Advance(2);
        VrrpStatistics counters = lab.Only.Router.Statistics;
        Assert.Equal((ulong)lab.Network.Sent.Count, counters.AdvertisementsSent);
        Assert.Equal((1UL, 0UL, 0UL), (counters.BecameMaster, counters.ReleasedMaster, counters.AdvertisementsReceived));

        lab.Hear(200);
        Assert.Equal((1UL, 1UL), (counters.ReleasedMaster, counters.AdvertisementsReceived));
        lab.Hear(0);
        Assert.Equal((1UL, 2UL), (counters.PriorityZeroReceived, counters.AdvertisementsReceived));
        lab.Advance(5);
        lab.SetLink(up: false);
        Assert.Equal((2UL, 2UL, 1UL), (counters.BecameMaster, counters.ReleasedMaster, counters.PriorityZeroSent));
    }

    [Theory]
    [InlineData("length", nameof(VrrpStatistics.LengthErrors))]
    [InlineData("version", nameof(VrrpStatistics.VersionErrors))]
    [InlineData("type", nameof(VrrpStatistics.InvalidTypes))]
    [InlineData("hop limit", nameof(VrrpStatistics.TtlErrors))]
    [InlineData("checksum", nameof(VrrpStatistics.ChecksumErrors))]
    [InlineData("addresses", nameof(VrrpStatistics.AddressListErrors))]
    public void A_bad_packet_is_counted_under_its_own_name_and_nowhere_else(string what, string counter)
    {
        Lab lab = Lab.Master(Lab.Instance());
        byte[] packet = Image("10.0.0.100").Prepare(50, 1).ToArray();
        const int Vrrp = 20;
        switch (what)
        {
            case "length":
                packet = packet[..(Vrrp + 8)];
                packet[3] = (byte)packet.Length;
                break;
            case "version": packet[Vrrp] = 0x51; break;
            case "type": packet[Vrrp] = 0x32; break;
            case "hop limit": packet[8] = 254; break;
            case "checksum": packet[Vrrp + 6] ^= 0x55; break;
            default: packet = Image("10.0.0.101").Prepare(50, 1).ToArray(); break;
        }

        lab.Channel.Deliver(packet);
        lab.Advance(0);

        foreach (var property in typeof(VrrpStatistics).GetProperties().Where(p => p.Name.EndsWith("Errors", StringComparison.Ordinal) || p.Name == nameof(VrrpStatistics.InvalidTypes)))
        {
            Assert.Equal((property.Name, property.Name == counter ? 1UL : 0UL), (property.Name, (ulong)property.GetValue(lab.Only.Router.Statistics)!));
        }
    }

    private static AdvertisementImage Image(string address) => new(
        new AdvertisementFormat
        {
            VirtualRouterId = 51,
            Version = VrrpVersion.Version3,
            Family = System.Net.Sockets.AddressFamily.InterNetwork,
            Interval = TimeSpan.FromSeconds(1),
            Addresses = [InternetAddress.Parse(address)],
        },
        InternetAddress.Parse("10.0.0.2"),
        InternetAddress.VrrpGroupIPv4);
}
