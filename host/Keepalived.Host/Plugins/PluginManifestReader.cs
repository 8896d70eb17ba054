using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Keepalived.Plugins;

namespace Keepalived.Host.Plugins;

/// <summary>
/// Reads <see cref="KeepalivedPluginAttribute"/> and <see cref="PluginKeywordsAttribute"/> from an assembly file with the metadata reader
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
        using FileStream stream = new(assemblyPath, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1);
        using PEReader image = new(stream);
        if (!image.HasMetadata)
        {
            throw new BadImageFormatException("it has no managed code");
        }

        MetadataReader metadata = image.GetMetadataReader();
        PluginManifest? manifest = null;
        List<DeclaredKeywords> keywords = [];
        AssemblyDefinition assembly = metadata.GetAssemblyDefinition();
        foreach (CustomAttributeHandle handle in assembly.GetCustomAttributes())
        {
            CustomAttribute attribute = metadata.GetCustomAttribute(handle);
            if (IsContractAttribute(metadata, attribute, nameof(KeepalivedPluginAttribute)))
            {
                manifest = ReadPlugin(metadata.GetBlobReader(attribute.Value), assemblyPath, assembly.Version);
            }
            else if (IsContractAttribute(metadata, attribute, nameof(PluginKeywordsAttribute)))
            {
                keywords.Add(ReadKeywords(metadata.GetBlobReader(attribute.Value)));
            }
        }

        return manifest is null ? null : manifest with { Keywords = [.. keywords] };
    }

    internal static bool IsContractAttribute(MetadataReader metadata, CustomAttribute attribute, string name)
    {
        // An attribute of another assembly is always constructed through a member reference to a type reference.
        if (attribute.Constructor.Kind != HandleKind.MemberReference)
        {
            return false;
        }

        EntityHandle parent = metadata.GetMemberReference((MemberReferenceHandle)attribute.Constructor).Parent;
        if (parent.Kind != HandleKind.TypeReference)
        {
            return false;
        }

        TypeReference type = metadata.GetTypeReference((TypeReferenceHandle)parent);
        return metadata.StringComparer.Equals(type.Name, name) && metadata.StringComparer.Equals(type.Namespace, ContractNamespace);
    }

    private static PluginManifest ReadPlugin(BlobReader blob, string path, Version version)
    {
        ReadProlog(ref blob);
        string name = blob.ReadSerializedString() ?? "";
        PluginRoles roles = (PluginRoles)blob.ReadInt32();
        string entryPoint = WithoutAssembly(blob.ReadSerializedString() ?? "");
        int contract = blob.ReadInt32();
        List<string> flags = ReadFlags(ref blob);
        bool replaceable = flags.Contains(nameof(KeepalivedPluginAttribute.Replaceable));
        bool listener = flags.Contains(nameof(KeepalivedPluginAttribute.IsListener));
        return new(name, roles, entryPoint, contract, replaceable, listener, path, version, []);
    }

    private static DeclaredKeywords ReadKeywords(BlobReader blob)
    {
        ReadProlog(ref blob);
        string block = blob.ReadSerializedString() ?? "";
        string names = blob.ReadSerializedString() ?? "";
        bool starts = ReadFlags(ref blob).Contains(nameof(PluginKeywordsAttribute.StartsProcess));
        return new(block, names.Split(' ', StringSplitOptions.RemoveEmptyEntries), starts);
    }

    internal static void ReadProlog(ref BlobReader blob)
    {
        if (blob.ReadUInt16() != 1)
        {
            throw new BadImageFormatException("its plugin attribute is damaged");
        }
    }

    /// <summary>The names of the flags that are set.</summary>
    private static List<string> ReadFlags(ref BlobReader blob)
    {
        const byte ElementTypeBoolean = 0x02;
        int count = blob.ReadUInt16();
        List<string> flags = [];
        for (int i = 0; i < count; i++)
        {
            blob.ReadByte(); // field or property
            if (blob.ReadByte() != ElementTypeBoolean)
            {
                throw new BadImageFormatException("its plugin attribute has a property that this contract does not know");
            }

            string name = blob.ReadSerializedString() ?? "";
            if (blob.ReadBoolean())
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
