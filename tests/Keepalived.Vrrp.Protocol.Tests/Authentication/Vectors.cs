using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Keepalived.Vrrp.Protocol.Tests.Authentication;

/// <summary>A signed packet that vectors/make-vectors.py made: IPv4 with its header, IPv6 without.</summary>
public sealed record HmacVector(string Name, AdvertisementFormat Format, InternetAddress Source, InternetAddress Destination, byte Priority, HmacKey Key, SequenceStamp Stamp, byte[] Packet)
{
    internal DateTimeOffset Time =>
        DateTimeOffset.UnixEpoch + TimeSpan.FromSeconds((long)(Stamp.Value >> 32)) + TimeSpan.FromSeconds((long)((Stamp.Value >> 16) & 0xFFFF) / 65536.0);

    public override string ToString() => Name;
}

/// <summary>A packet with an authentication header that vectors/make-vectors.py made.</summary>
public sealed record AhVector(string Name, AdvertisementFormat Format, InternetAddress Source, InternetAddress Destination, byte Ttl, byte Priority, uint Sequence, ushort Identification, byte[] Packet)
{
    public override string ToString() => Name;
}

internal static class Vectors
{
    public static IReadOnlyList<HmacVector> Hmac { get; } = [.. Lines("auth-hmac.tsv").Select(ReadHmac)];

    public static IReadOnlyList<AhVector> Ah { get; } = [.. Lines("auth-ah.tsv").Select(ReadAh)];

    private static IEnumerable<string[]> Lines(string file) =>
        File.ReadLines(Path.Combine(AppContext.BaseDirectory, "vectors", file)).Where(line => !line.StartsWith('#')).Select(line => line.Split('\t'));

    private static HmacVector ReadHmac(string[] fields)
    {
        VrrpVersion version = (VrrpVersion)Number(fields[1]);
        InternetAddress source = InternetAddress.Parse(fields[2]);
        int interval = (int)Number(fields[6]);
        HmacKey key = new((byte)Number(fields[8]), EquatableArray.Create<byte>(Convert.FromHexString(fields[9])));
        AdvertisementFormat format = new()
        {
            VirtualRouterId = (byte)Number(fields[4]),
            Version = version,
            Family = source.Family,
            Interval = version == VrrpVersion.Version2 ? TimeSpan.FromSeconds(interval) : TimeSpan.FromMilliseconds(10 * interval),
            Addresses = Addresses(fields[7]),
            Hmac = new HmacSettings { Keys = [key], ActiveKey = key.Id, TimeWindow = TimeSpan.FromSeconds(5) },
        };
        ulong stamp = ((ulong)Number(fields[10]) << 32) | ((ulong)Number(fields[11]) << 16) | (ulong)Number(fields[12]);
        return new HmacVector(
            fields[0], format, source, InternetAddress.Parse(fields[3]), (byte)Number(fields[5]), key, new SequenceStamp(stamp), Convert.FromHexString(fields[13]));
    }

    private static AhVector ReadAh(string[] fields)
    {
        AdvertisementFormat format = new()
        {
            VirtualRouterId = (byte)Number(fields[4]),
            Version = VrrpVersion.Version2,
            Family = AddressFamily.InterNetwork,
            Interval = TimeSpan.FromSeconds(Number(fields[6])),
            Addresses = Addresses(fields[7]),
            Password = Encoding.ASCII.GetString(Convert.FromHexString(fields[8])),
            UsesAuthenticationHeader = true,
        };
        return new AhVector(
            fields[0], format, InternetAddress.Parse(fields[1]), InternetAddress.Parse(fields[2]), (byte)Number(fields[3]), (byte)Number(fields[5]), (uint)Number(fields[9]), (ushort)Number(fields[10]), Convert.FromHexString(fields[11]));
    }

    private static EquatableArray<InternetAddress> Addresses(string list) =>
        list == "-" ? [] : [.. list.Split(',').Select(InternetAddress.Parse)];

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
