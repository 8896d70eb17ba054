using Keepalived.Linux.Netlink;

namespace Keepalived.Linux.Tests.Netlink;

/// <summary>Attributes as sorted lines such as "1/3=c0000201": two programs may write the same ones in different order.</summary>
internal static class AttributeTree
{
    internal static string[] Describe(ReadOnlySpan<byte> attributes)
    {
        var lines = new List<string>();
        Collect(attributes, "", lines);
        lines.Sort(StringComparer.Ordinal);
        return [.. lines];
    }

    private static void Collect(ReadOnlySpan<byte> attributes, string path, List<string> lines)
    {
        while (attributes.Length >= 4)
        {
            int length = BitConverter.ToUInt16(attributes);
            ushort type = BitConverter.ToUInt16(attributes[2..]);
            string name = $"{path}{type & NetlinkAbi.AttributeTypeMask}";
            if ((type & NetlinkAbi.Nested) != 0)
            {
                Collect(attributes[4..length], name + "/", lines);
            }
            else
            {
                lines.Add($"{name}={Convert.ToHexStringLower(attributes[4..length])}");
            }

            attributes = attributes[Math.Min(NetlinkAbi.Align(length), attributes.Length)..];
        }
    }
}
