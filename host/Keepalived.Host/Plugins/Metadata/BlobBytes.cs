using System.Buffers.Binary;
using System.Text;

namespace Keepalived.Host.Plugins.Metadata;

/// <summary>Reading the values inside a blob (ECMA-335 II.23.2, II.23.3); every read moves the span on.</summary>
internal static class BlobBytes
{
    /// <summary>How many bytes follow; never more than there are.</summary>
    internal static int CompressedLength(ref ReadOnlySpan<byte> blob)
    {
        int first = Ahead(blob, 1)[0];
        (int value, int size) = (first & 0x80) == 0 ? (first, 1)
            : (first & 0x40) == 0 ? (BinaryPrimitives.ReadUInt16BigEndian(Ahead(blob, 2)) & 0x3FFF, 2)
            : (BinaryPrimitives.ReadInt32BigEndian(Ahead(blob, 4)) & 0x1FFF_FFFF, 4);
        blob = blob[size..];
        Ahead(blob, value);
        return value;
    }

    /// <summary>A string; empty for null.</summary>
    internal static string Text(ref ReadOnlySpan<byte> blob)
    {
        if (Ahead(blob, 1)[0] == 0xFF)
        {
            blob = blob[1..];
            return "";
        }

        int length = CompressedLength(ref blob);
        string text = Encoding.UTF8.GetString(blob[..length]);
        blob = blob[length..];
        return text;
    }

    internal static byte Byte(ref ReadOnlySpan<byte> blob)
    {
        byte value = Ahead(blob, 1)[0];
        blob = blob[1..];
        return value;
    }

    internal static ushort UInt16(ref ReadOnlySpan<byte> blob)
    {
        ushort value = BinaryPrimitives.ReadUInt16LittleEndian(Ahead(blob, 2));
        blob = blob[2..];
        return value;
    }

    internal static int Int32(ref ReadOnlySpan<byte> blob)
    {
        int value = BinaryPrimitives.ReadInt32LittleEndian(Ahead(blob, 4));
        blob = blob[4..];
        return value;
    }

    private static ReadOnlySpan<byte> Ahead(ReadOnlySpan<byte> blob, int length) =>
        length <= blob.Length ? blob : throw new BadImageFormatException("its metadata is damaged");
}
