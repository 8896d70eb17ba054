using System.Globalization;
using System.Net.Sockets;

namespace Keepalived.Vrrp.Protocol.Tests;

public sealed class AdvertisementImageTests
{
    private static readonly InternetAddress Source = InternetAddress.Parse("10.0.0.1");

    [Fact]
    public void Version3_IPv4_image_is_byte_for_byte_that_of_RFC9568_section_5()
    {
        var image = new AdvertisementImage(Format(VrrpVersion.Version3, "10.0.0.100"), Source, InternetAddress.VrrpGroupIPv4);

        Assert.Equal(
            "45C0 0020 0001 0000 FF70 D099 0A00 0001 E000 0012" // IP: TOS c0, id 1, TTL 255, protocol 112
            + "3133 6401 0064 7573 0A00 0064", // v3 type 1, VRID 51, priority 100, 1 address, 100 cs
            Hex(image.Prepare(100, 1)));
    }

    private static AdvertisementFormat Format(VrrpVersion version, params string[] addresses) => new()
    {
        VirtualRouterId = 51,
        Version = version,
        Family = AddressFamily.InterNetwork,
        Interval = TimeSpan.FromSeconds(1),
        Addresses = [.. addresses.Select(InternetAddress.Parse)],
    };

    private static string Hex(ReadOnlySpan<byte> bytes) =>
        string.Join("", bytes.ToArray().Select((b, i) => (i is > 0 and not 20 && i % 2 == 0 ? " " : "") + b.ToString("X2", CultureInfo.InvariantCulture)));
}
