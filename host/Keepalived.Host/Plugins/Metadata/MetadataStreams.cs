using System.Buffers.Binary;

namespace Keepalived.Host.Plugins.Metadata;

/// <summary>Where the parts of the metadata begin (ECMA-335 II.24.2).</summary>
internal readonly ref struct MetadataStreams
{
    private const uint Signature = 0x424A_5342;

    private MetadataStreams(ReadOnlySpan<byte> tables, ReadOnlySpan<byte> strings, ReadOnlySpan<byte> blobs)
    {
        Tables = tables;
        Strings = strings;
        Blobs = blobs;
    }

    public ReadOnlySpan<byte> Tables { get; }

    public ReadOnlySpan<byte> Strings { get; }

    public ReadOnlySpan<byte> Blobs { get; }

    internal static MetadataStreams Find(ReadOnlySpan<byte> metadata)
    {
        if (BinaryPrimitives.ReadUInt32LittleEndian(metadata) != Signature)
        {
            throw new BadImageFormatException("its metadata is damaged");
        }

        int versionLength = BinaryPrimitives.ReadInt32LittleEndian(metadata[12..]);
        ReadOnlySpan<byte> header = metadata[(16 + versionLength)..];
        int count = BinaryPrimitives.ReadUInt16LittleEndian(header[2..]);
        header = header[4..];
        ReadOnlySpan<byte> tables = default, strings = default, blobs = default;
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> content = metadata.Slice(
                BinaryPrimitives.ReadInt32LittleEndian(header), BinaryPrimitives.ReadInt32LittleEndian(header[4..]));
            ReadOnlySpan<byte> name = header[8..];
            name = name[..name.IndexOf((byte)0)];
            if (name.SequenceEqual("#~"u8))
            {
                tables = content;
            }
            else if (name.SequenceEqual("#Strings"u8))
            {
                strings = content;
            }
            else if (name.SequenceEqual("#Blob"u8))
            {
                blobs = content;
            }

            header = header[(8 + ((name.Length + 4) & ~3))..];
        }

        return new(tables, strings, blobs);
    }
}
