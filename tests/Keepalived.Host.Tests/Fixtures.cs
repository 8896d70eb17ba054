namespace Keepalived.Host.Tests;

/// <summary>The plugins under tests/fixtures, as built beside the tests.</summary>
internal static class Fixtures
{
    /// <summary>The folder of a built fixture.</summary>
    internal static string Folder(string name)
    {
        DirectoryInfo output = new(AppContext.BaseDirectory);
        string configuration = output.Name;
        return Path.Combine(output.Parent!.Parent!.FullName, name, configuration);
    }

    /// <summary>The assembly of a built fixture.</summary>
    internal static string Assembly(string name) => Path.Combine(Folder(name), name + ".dll");

    /// <summary>Makes a plugin directory with links to some fixtures.</summary>
    internal static string PluginDirectory(string parent, params ReadOnlySpan<string> names)
    {
        string directory = Directory.CreateDirectory(Path.Combine(parent, "plugins")).FullName;
        foreach (string name in names)
        {
            Directory.CreateSymbolicLink(Path.Combine(directory, name), Folder(name));
        }

        return directory;
    }

    /// <summary>Copies a fixture, so that a test can damage it.</summary>
    internal static string Copy(string name, string directory)
    {
        string target = Directory.CreateDirectory(Path.Combine(directory, name)).FullName;
        foreach (string file in Directory.GetFiles(Folder(name)))
        {
            File.Copy(file, Path.Combine(target, Path.GetFileName(file)));
        }

        return target;
    }
}
