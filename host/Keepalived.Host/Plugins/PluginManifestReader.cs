using Keepalived.Host.Plugins.Metadata;
using Keepalived.Plugins;

namespace Keepalived.Host.Plugins;

/// <summary>
/// Reads <see cref="KeepalivedPluginAttribute"/> and <see cref="PluginKeywordsAttribute"/> from an assembly file's metadata
/// (ECMA-335 II.23.3, custom attribute blobs), so that a process knows of plugins which it never loads.
/// </summary>
internal static class PluginManifestReader
{
    private const string ContractNamespace = "Keepalived.Plugins";

    /// <summary>Reads the manifest of an assembly; null when the assembly is not marked as a plugin.</summary>
    /// <exception cref="BadImageFormatException">The file is no managed assembly, or its attributes have another shape than this contract's.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    internal static PluginManifest? Read(string assemblyPath)
    {
        AssemblyMetadata metadata = AssemblyMetadata.Read(assemblyPath);
        PluginManifest? manifest = null;
        DeclaredKeywords[] keywords = [];
        bool isShipped = false;
        foreach (AssemblyAttribute attribute in metadata.Attributes)
        {
            if (IsContractAttribute(attribute, nameof(KeepalivedPluginAttribute)))
            {
                manifest = ReadPlugin(attribute.Value, assemblyPath, metadata.Version);
            }
            else if (IsContractAttribute(attribute, nameof(PluginKeywordsAttribute)))
            {
                Array.Resize(ref keywords, keywords.Length + 1);
                keywords[^1] = ReadKeywords(attribute.Value);
            }
            else if (attribute is { Name: "AssemblyMetadataAttribute", Namespace: "System.Reflection" })
            {
                isShipped |= IsShippedMark(attribute.Value);
            }
        }

        return manifest is null ? null : manifest with { Keywords = keywords, IsShipped = isShipped };
    }

    internal static bool IsContractAttribute(AssemblyAttribute attribute, string name) =>
        attribute.Name == name && attribute.Namespace == ContractNamespace;

    private static bool IsShippedMark(ReadOnlySpan<byte> blob)
    {
        ReadProlog(ref blob);
        return BlobBytes.Text(ref blob) == "Keepalived.Shipped";
    }

    private static PluginManifest ReadPlugin(ReadOnlySpan<byte> blob, string path, Version version)
    {
        ReadProlog(ref blob);
        string name = BlobBytes.Text(ref blob);
        PluginRoles roles = (PluginRoles)BlobBytes.Int32(ref blob);
        string entryPoint = WithoutAssembly(BlobBytes.Text(ref blob));
        int contract = BlobBytes.Int32(ref blob);
        List<string> flags = ReadFlags(ref blob, out _);
        bool replaceable = flags.Contains(nameof(KeepalivedPluginAttribute.Replaceable));
        bool listener = flags.Contains(nameof(KeepalivedPluginAttribute.IsListener));
        return new(name, roles, entryPoint, contract, replaceable, listener, path, version, []);
    }

    private static DeclaredKeywords ReadKeywords(ReadOnlySpan<byte> blob)
    {
        ReadProlog(ref blob);
        string block = BlobBytes.Text(ref blob);
        string names = BlobBytes.Text(ref blob);
        bool starts = ReadFlags(ref blob, out PluginRoles roles).Contains(nameof(PluginKeywordsAttribute.StartsProcess));
        return new(block, names.Split(' ', StringSplitOptions.RemoveEmptyEntries), starts, roles);
    }

    internal static void ReadProlog(ref ReadOnlySpan<byte> blob)
    {
        if (BlobBytes.UInt16(ref blob) != 1)
        {
            throw new BadImageFormatException("its plugin attribute is damaged");
        }
    }

    /// <summary>The names of the flags that are set, and the one property that names processes.</summary>
    private static List<string> ReadFlags(ref ReadOnlySpan<byte> blob, out PluginRoles roles)
    {
        const byte ElementTypeBoolean = 0x02;
        const byte ElementTypeEnumeration = 0x55;
        int count = BlobBytes.UInt16(ref blob);
        List<string> flags = [];
        roles = PluginRoles.All;
        for (int i = 0; i < count; i++)
        {
            BlobBytes.Byte(ref blob); // field or property
            byte type = BlobBytes.Byte(ref blob);
            if (type == ElementTypeEnumeration && WithoutAssembly(BlobBytes.Text(ref blob)) == typeof(PluginRoles).FullName
                && BlobBytes.Text(ref blob) == nameof(PluginKeywordsAttribute.Starts))
            {
                roles = (PluginRoles)BlobBytes.Int32(ref blob);
                continue;
            }

            if (type != ElementTypeBoolean)
            {
                throw new BadImageFormatException("its plugin attribute has a property that this contract does not know");
            }

            string name = BlobBytes.Text(ref blob);
            if (BlobBytes.Byte(ref blob) != 0)
            {
                flags.Add(name);
            }
        }

        return flags;
    }

    internal static string WithoutAssembly(string typeName)
    {
        int comma = typeName.IndexOf(',', StringComparison.Ordinal);
        return comma < 0 ? typeName : typeName[..comma];
    }
}
