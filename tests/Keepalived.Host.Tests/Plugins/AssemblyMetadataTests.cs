using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Keepalived.Host.Plugins.Metadata;
using Keepalived.Plugins;

namespace Keepalived.Host.Tests.Plugins;

public sealed class AssemblyMetadataTests
{
    [Theory]
    [InlineData(typeof(object))] // large: wide indexes into the heaps
    [InlineData(typeof(Uri))]
    [InlineData(typeof(PluginContract))]
    [InlineData(typeof(AssemblyMetadataTests))]
    public void Reads_version_and_attributes_as_the_framework_s_reader_does(Type type)
    {
        string path = type.Assembly.Location;
        AssemblyMetadata found = AssemblyMetadata.Read(path);
        using PEReader image = new(File.OpenRead(path));
        MetadataReader reader = image.GetMetadataReader();
        AssemblyDefinition assembly = reader.GetAssemblyDefinition();
        List<string> expected = [];
        foreach (CustomAttributeHandle handle in assembly.GetCustomAttributes())
        {
            CustomAttribute attribute = reader.GetCustomAttribute(handle);
            if (attribute.Constructor.Kind == HandleKind.MemberReference &&
                reader.GetMemberReference((MemberReferenceHandle)attribute.Constructor).Parent is { Kind: HandleKind.TypeReference } parent)
            {
                TypeReference name = reader.GetTypeReference((TypeReferenceHandle)parent);
                string value = Convert.ToHexString(reader.GetBlobBytes(attribute.Value));
                expected.Add($"{reader.GetString(name.Namespace)}.{reader.GetString(name.Name)} {value}");
            }
        }

        Assert.Equal(assembly.Version, found.Version);
        Assert.Equal(expected, found.Attributes.ConvertAll(static a => $"{a.Namespace}.{a.Name} {Convert.ToHexString(a.Value)}"));
    }

    [Fact]
    public void A_file_that_is_damaged_anywhere_is_a_bad_image_and_nothing_else()
    {
        byte[] whole = File.ReadAllBytes(typeof(PluginContract).Assembly.Location);
        string path = Path.GetTempFileName();
        try
        {
            Random random = new(1);
            for (int round = 0; round < 300; round++)
            {
                byte[] damaged = whole[..(round % 3 == 0 ? random.Next(whole.Length) : whole.Length)];
                for (int i = 0; i < 40 && damaged.Length > 0; i++)
                {
                    damaged[random.Next(i < 8 ? Math.Min(1024, damaged.Length) : damaged.Length)] = (byte)random.Next(256);
                }

                File.WriteAllBytes(path, damaged);
                Exception? thrown = Record.Exception(() => AssemblyMetadata.Read(path));
                Assert.True(thrown is null or BadImageFormatException, thrown?.ToString());
            }
        }
        finally
        {
            File.Delete(path);
        }
    }
}
