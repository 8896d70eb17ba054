using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Keepalived.Host.Plugins.Metadata;

/// <summary>Where an image file keeps its metadata (PE/COFF; ECMA-335 II.25).</summary>
internal static class PortableExecutable
{
    private const int SectionSize = 40;
    private const int MaxMetadata = 64 << 20;

    /// <summary>Finds the metadata.</summary>
    /// <exception cref="BadImageFormatException">The file is no managed assembly.</exception>
    internal static (long Offset, int Length) FindMetadata(SafeFileHandle file)
    {
        Span<byte> start = stackalloc byte[64];
        ReadExactly(file, start, 0);
        long header = BinaryPrimitives.ReadUInt32LittleEndian(start[60..]);
        Span<byte> coff = stackalloc byte[24];
        ReadExactly(file, coff, header);
        int sections = BinaryPrimitives.ReadUInt16LittleEndian(coff[6..]), optionalSize = BinaryPrimitives.ReadUInt16LittleEndian(coff[20..]);
        if (!start.StartsWith("MZ"u8) || !coff.StartsWith("PE\0\0"u8) || sections > 96 || optionalSize > 1024)
        {
            throw new BadImageFormatException("it is no PE image");
        }

        Span<byte> optional = stackalloc byte[optionalSize];
        ReadExactly(file, optional, header + 24);
        Span<byte> table = stackalloc byte[sections * SectionSize];
        ReadExactly(file, table, header + 24 + optionalSize);

        // The CLI header is data directory 14; the directories begin at 96 (PE32) or 112 (PE32+).
        int directory = (BinaryPrimitives.ReadUInt16LittleEndian(optional) == 0x20B ? 112 : 96) + (14 * 8);
        if (directory + 8 > optionalSize || BinaryPrimitives.ReadUInt32LittleEndian(optional[directory..]) == 0)
        {
            throw new BadImageFormatException("it has no managed code");
        }

        Span<byte> cli = stackalloc byte[16];
        ReadExactly(file, cli, Offset(table, BinaryPrimitives.ReadUInt32LittleEndian(optional[directory..])));
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(cli[12..]);
        return length is > 0 and <= MaxMetadata
            ? (Offset(table, BinaryPrimitives.ReadUInt32LittleEndian(cli[8..])), (int)length)
            : throw new BadImageFormatException("it has no managed code");
    }

    /// <summary>Fills a span from a place in the file.</summary>
    /// <exception cref="BadImageFormatException">The file ends before.</exception>
    internal static void ReadExactly(SafeFileHandle file, Span<byte> bytes, long offset)
    {
        while (bytes.Length > 0)
        {
            int read = RandomAccess.Read(file, bytes, offset);
            if (read == 0)
            {
                throw new BadImageFormatException("it is cut short");
            }

            bytes = bytes[read..];
            offset += read;
        }
    }

    private static long Offset(ReadOnlySpan<byte> sections, uint address)
    {
        for (; sections.Length >= SectionSize; sections = sections[SectionSize..])
        {
            uint begin = BinaryPrimitives.ReadUInt32LittleEndian(sections[12..]), size = BinaryPrimitives.ReadUInt32LittleEndian(sections[16..]);
            if (address >= begin && address - begin < size)
            {
                return (long)BinaryPrimitives.ReadUInt32LittleEndian(sections[20..]) + (address - begin);
            }
        }

        throw new BadImageFormatException("its sections are damaged");
    }
}
