namespace Keepalived.Vrrp.Protocol.Tests;

/// <summary>
/// What keepalived 2.2.7 put on a wire (Ethernet header cut off the advertisements), captured between two network
/// namespaces. Source 10.91.0.1 or fe80::a, MAC 02:00:00:00:00:0a.
/// </summary>
internal static class CapturedFrames
{
    /// <summary>VRID 51, priority 150, 1 s, password "secret1", 10.91.0.100 and .101, identification 1.</summary>
    public static byte[] Version2WithPassword { get; } = FromHex("""
        45 c0 00 2c 00 01 00 00 ff 70 d0 32 0a 5b 00 01 e0 00 00 12
        21 33 96 02 01 01 c4 fd 0a 5b 00 64 0a 5b 00 65 73 65 63 72 65 74 31 00
        """);

    /// <summary>VRID 52, priority 200, 0.5 s, 10.91.0.102, identification 1.</summary>
    public static byte[] Version3 { get; } = FromHex("""
        45 c0 00 20 00 01 00 00 ff 70 d0 3e 0a 5b 00 01 e0 00 00 12
        31 34 c8 01 00 32 10 ec 0a 5b 00 66
        """);

    /// <summary>VRID 53, priority 120, 1 s, fe80::53 and fd91::53: the message without IPv6 header.</summary>
    public static byte[] Version3IPv6Message { get; } = FromHex("""
        31 35 78 02 00 64 5b 73
        fe 80 00 00 00 00 00 00 00 00 00 00 00 00 00 53 fd 91 00 00 00 00 00 00 00 00 00 00 00 00 00 53
        """);

    /// <summary>VRID 54, priority 101, 1 s, 10.91.0.104, unicast to 10.91.0.2, identification 1.</summary>
    public static byte[] Version3Unicast { get; } = FromHex("""
        45 c0 00 20 00 01 00 00 ff 70 a5 f4 0a 5b 00 01 0a 5b 00 02
        31 36 65 01 00 64 49 6c 0a 5b 00 68
        """);

    /// <summary>Announcement of 10.91.0.102, with Ethernet header.</summary>
    public static byte[] GratuitousArp { get; } = FromHex("""
        ff ff ff ff ff ff 02 00 00 00 00 0a 08 06
        00 01 08 00 06 04 00 01 02 00 00 00 00 0a 0a 5b 00 66 ff ff ff ff ff ff 0a 5b 00 66
        """);

    /// <summary>Announcement of fe80::53 by a host that does not forward, with Ethernet header.</summary>
    public static byte[] NeighborAdvertisement { get; } = FromHex("""
        33 33 00 00 00 01 02 00 00 00 00 0a 86 dd
        60 00 00 00 00 20 3a ff fe 80 00 00 00 00 00 00 00 00 00 00 00 00 00 53
        ff 02 00 00 00 00 00 00 00 00 00 00 00 00 00 01
        88 00 56 ee 20 00 00 00 fe 80 00 00 00 00 00 00 00 00 00 00 00 00 00 53 02 01 02 00 00 00 00 0a
        """);

    public static InternetAddress Source { get; } = InternetAddress.Parse("10.91.0.1");

    public static InternetAddress SourceIPv6 { get; } = InternetAddress.Parse("fe80::a");

    public static AdvertisementFormat Version2WithPasswordFormat { get; } = new()
    {
        VirtualRouterId = 51,
        Version = VrrpVersion.Version2,
        Family = System.Net.Sockets.AddressFamily.InterNetwork,
        Interval = TimeSpan.FromSeconds(1),
        Addresses = [InternetAddress.Parse("10.91.0.100"), InternetAddress.Parse("10.91.0.101")],
        Password = "secret1",
    };

    public static AdvertisementFormat Version3Format { get; } = new()
    {
        VirtualRouterId = 52,
        Version = VrrpVersion.Version3,
        Family = System.Net.Sockets.AddressFamily.InterNetwork,
        Interval = TimeSpan.FromMilliseconds(500),
        Addresses = [InternetAddress.Parse("10.91.0.102")],
    };

    public static AdvertisementFormat Version3IPv6Format { get; } = new()
    {
        VirtualRouterId = 53,
        Version = VrrpVersion.Version3,
        Family = System.Net.Sockets.AddressFamily.InterNetworkV6,
        Interval = TimeSpan.FromSeconds(1),
        Addresses = [InternetAddress.Parse("fe80::53"), InternetAddress.Parse("fd91::53")],
    };

    public static AdvertisementFormat Version3UnicastFormat { get; } = Version3Format with
    {
        VirtualRouterId = 54,
        Interval = TimeSpan.FromSeconds(1),
        Addresses = [InternetAddress.Parse("10.91.0.104")],
    };

    private static byte[] FromHex(string text) =>
        Convert.FromHexString(string.Concat(text.Where(c => !char.IsWhiteSpace(c))));
}
