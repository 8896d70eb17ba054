using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Keepalived.Host.Plugins.Metadata;

/// <summary>One custom attribute of an assembly: the type of it and the arguments as they are stored.</summary>
/// <param name="Namespace">Namespace of the attribute's type.</param>
/// <param name="Name">Name of the attribute's type.</param>
/// <param name="Value">Its blob (ECMA-335 II.23.3).</param>
internal sealed record AssemblyAttribute(string Namespace, string Name, byte[] Value);

/// <summary>
/// The version and the custom attributes of an assembly file, out of its metadata tables (ECMA-335 II.22, II.24). The framework's reader
/// knows all tables, and bringing in its two assemblies takes longer than everything else the parent does before it starts a child; these
/// are the four tables that a manifest needs. Only the metadata is read, not the code.
/// </summary>
internal sealed class AssemblyMetadata
{
    private const int AssemblyTable = 0x20;

    private AssemblyMetadata(Version version, List<AssemblyAttribute> attributes)
    {
        Version = version;
        Attributes = attributes;
    }

    /// <summary>Version of the assembly.</summary>
    public Version Version { get; }

    /// <summary>The attributes that are types of other assemblies, which all of the contract's are.</summary>
    public List<AssemblyAttribute> Attributes { get; }

    /// <summary>Reads an assembly file.</summary>
    /// <exception cref="BadImageFormatException">The file is no managed assembly, or it is damaged.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    internal static AssemblyMetadata Read(string path)
    {
        using SafeFileHandle file = File.OpenHandle(path);
        (long offset, int length) = PortableExecutable.FindMetadata(file);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            Span<byte> metadata = buffer.AsSpan(0, length);
            PortableExecutable.ReadExactly(file, metadata, offset);
            return Read(metadata);
        }
        catch (Exception exception) when (exception is ArgumentOutOfRangeException or IndexOutOfRangeException or OverflowException)
        {
            throw new BadImageFormatException("its metadata is damaged");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static AssemblyMetadata Read(ReadOnlySpan<byte> metadata)
    {
        MetadataStreams streams = MetadataStreams.Find(metadata);
        MetadataTables tables = new(streams.Tables);
        if (tables.Rows(AssemblyTable) == 0)
        {
            throw new BadImageFormatException("it is a module without an assembly");
        }

        ReadOnlySpan<byte> row = tables.Row(AssemblyTable, 1);
        Version version = new(
            BinaryPrimitives.ReadUInt16LittleEndian(row[4..]), BinaryPrimitives.ReadUInt16LittleEndian(row[6..]),
            BinaryPrimitives.ReadUInt16LittleEndian(row[8..]), BinaryPrimitives.ReadUInt16LittleEndian(row[10..]));
        List<AssemblyAttribute> attributes = [];
        for (int i = 1; i <= tables.Rows(MetadataTables.CustomAttribute); i++)
        {
            if (tables.AttributeOfAssembly(i) is { } found)
            {
                attributes.Add(new(
                    Text(streams.Strings, found.Namespace), Text(streams.Strings, found.Name), Blob(streams.Blobs, found.Value)));
            }
        }

        return new(version, attributes);
    }

    private static string Text(ReadOnlySpan<byte> strings, int offset)
    {
        ReadOnlySpan<byte> rest = strings[offset..];
        return Encoding.UTF8.GetString(rest[..rest.IndexOf((byte)0)]);
    }

    private static byte[] Blob(ReadOnlySpan<byte> blobs, int offset)
    {
        ReadOnlySpan<byte> blob = blobs[offset..];
        int length = BlobBytes.CompressedLength(ref blob);
        return blob[..length].ToArray();
    }
}
