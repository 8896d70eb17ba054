using System.Net;
using System.Net.Sockets;
using System.Numerics;
using Keepalived.Configuration;
using Keepalived.Linux;
using Keepalived.Linux.Netlink.Ipvs;

namespace Keepalived.Ipvs;

/// <summary>A <c>virtual_server_group</c> while it is read.</summary>
internal sealed class GroupDraft(string name, SourceLocation location)
{
    public string Name => name;

    public SourceLocation Location => location;

    public List<GroupEntry> Entries { get; } = [];
}

/// <summary>A line of a group: neighbouring addresses with one port, or a firewall mark.</summary>
/// <param name="First">The first address; null for a mark.</param>
/// <param name="More">How many addresses follow the first.</param>
/// <param name="Port">Port, 0..65535.</param>
/// <param name="FirewallMark">The mark.</param>
/// <param name="Family">Family of the addresses, or that the mark is for; unspecified = that of the virtual server.</param>
internal sealed record GroupEntry(IPAddress? First, uint More, int Port, uint FirewallMark, AddressFamily Family)
{
    /// <summary>Whether it is a mark.</summary>
    public bool IsMark => First is null;

    /// <summary>Its services, one after the other.</summary>
    public IEnumerable<IpvsServiceKey> Keys(IpvsProtocol protocol)
    {
        if (First is null)
        {
            yield return IpvsServiceKey.ForMark(FirewallMark, Family == AddressFamily.InterNetworkV6);
            yield break;
        }

        byte[] octets = First.GetAddressBytes();
        var first = new BigInteger(octets, isUnsigned: true, isBigEndian: true);
        for (uint i = 0; ; i++)
        {
            Write(first + i, octets);
            yield return IpvsServiceKey.ForAddress(protocol, InetAddress.FromIPAddress(new IPAddress(octets)), (ushort)Port);
            if (i == More)
            {
                yield break;
            }
        }
    }

    /// <summary>The line as one would write it.</summary>
    public override string ToString() => First is null ? $"fwmark {FirewallMark}" : More == 0 ? $"{First} {Port}" : $"{First}+{More} {Port}";

    private static void Write(BigInteger number, Span<byte> octets)
    {
        octets.Clear();
        int count = number.GetByteCount(isUnsigned: true);
        number.TryWriteBytes(octets[(octets.Length - count)..], out _, isUnsigned: true, isBigEndian: true);
    }
}
