using Keepalived.Host.Plugins;
using Keepalived.Plugins;

namespace Keepalived.Host.Tests.Plugins;

public sealed class PluginCatalogTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("keepalived-plugins").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void A_manifest_is_read_from_metadata()
    {
        PluginManifest manifest = PluginManifestReader.Read(Fixtures.Assembly("Replaceable"))!;
        Assert.Equal("replaceable", manifest.Name);
        Assert.Equal(PluginRoles.Checker | PluginRoles.Vrrp, manifest.Roles);
        Assert.Equal("Fixtures.ReplaceablePlugin", manifest.EntryPoint);
        Assert.Equal(PluginContract.Version, manifest.ContractVersion);
        Assert.True(manifest.IsReplaceable);
        Assert.Equal(["replaceable_thing"], manifest.Keywords[0].Names);
        Assert.True(manifest.Keywords[0].StartsProcess);
        Assert.Equal("global_defs", manifest.Keywords[1].Block);
        Assert.Equal(["replaceable_one", "replaceable_two"], manifest.Keywords[1].Names);
        Assert.False(manifest.Keywords[1].StartsProcess);
    }

    [Fact]
    public void Reading_a_manifest_loads_nothing()
    {
        Assert.NotNull(PluginManifestReader.Read(Fixtures.Assembly("WrongContract")));
        Assert.DoesNotContain(AppDomain.CurrentDomain.GetAssemblies(), assembly => assembly.GetName().Name == "WrongContract");
    }

    [Fact]
    public void An_assembly_without_the_attribute_is_no_plugin() =>
        Assert.Null(PluginManifestReader.Read(typeof(PluginContract).Assembly.Location));

    [Fact]
    public void Good_plugins_are_listed_and_bad_ones_are_named_with_a_remedy()
    {
        string plugins = Fixtures.PluginDirectory(_directory, "Good", "WrongContract");
        Directory.CreateDirectory(Path.Combine(plugins, "Empty"));
        Directory.CreateDirectory(Path.Combine(plugins, "Broken"));
        File.WriteAllText(Path.Combine(plugins, "Broken", "Broken.dll"), "not an assembly");
        PluginCatalog catalog = PluginCatalog.Discover([plugins], []);
        Assert.Equal("good", Assert.Single(catalog.Plugins).Name);
        Assert.Equal(["Broken", "Empty", "wrong-contract"], catalog.Problems.Select(problem => problem.Plugin));
        Assert.Contains("contract version 99", catalog.Problems[2].Problem, StringComparison.Ordinal);
        Assert.All(catalog.Problems, problem => Assert.NotEmpty(problem.Remedy));
    }

    [Fact]
    public void Of_two_plugins_with_one_name_the_first_counts()
    {
        string first = Fixtures.PluginDirectory(_directory, "Good");
        string second = Fixtures.PluginDirectory(Directory.CreateDirectory(Path.Combine(_directory, "more")).FullName, "Good");
        PluginCatalog catalog = PluginCatalog.Discover([first], [second]);
        Assert.StartsWith(first, Assert.Single(catalog.Plugins).AssemblyPath, StringComparison.Ordinal);
        Assert.Contains("came first", Assert.Single(catalog.Problems).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_directory_that_was_named_must_exist_and_a_default_one_need_not()
    {
        PluginCatalog catalog = PluginCatalog.Discover(["/does/not/exist"], ["/nor/this"]);
        Assert.Equal("/does/not/exist", Assert.Single(catalog.Problems).Plugin);
    }

    [Fact]
    public void A_damaged_image_is_a_problem_and_never_an_exception()
    {
        byte[] image = File.ReadAllBytes(Fixtures.Assembly("Good"));
        string folder = Directory.CreateDirectory(Path.Combine(_directory, "plugins", "Good")).FullName;
        Random random = new(20261121);
        for (int round = 0; round < 300; round++)
        {
            byte[] damaged = (byte[])image.Clone();
            for (int i = 0; i < 8; i++)
            {
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            }

            File.WriteAllBytes(Path.Combine(folder, "Good.dll"), round % 2 == 0 ? damaged : damaged[..random.Next(damaged.Length)]);
            PluginCatalog catalog = PluginCatalog.Discover([Path.Combine(_directory, "plugins")], []);
            Assert.Equal(1, catalog.Plugins.Count + catalog.Problems.Count);
        }
    }
}
