using System.Globalization;
using System.Text;

namespace Keepalived.Host.Plugins;

/// <summary>The files of a plugin's folder, and the names of versions that follow one another.</summary>
internal static class PluginFiles
{
    private const char VersionMark = '#';

    /// <summary>Names, sizes and times of the assemblies in a plugin's folder: differs when a version was put in the place of another.</summary>
    internal static string Describe(string assemblyPath)
    {
        StringBuilder text = new();
        try
        {
            string[] files = Directory.GetFiles(Path.GetDirectoryName(assemblyPath)!, "*.dll");
            Array.Sort(files, StringComparer.Ordinal);
            foreach (string file in files)
            {
                FileInfo info = new(file);
                text.Append(CultureInfo.InvariantCulture, $"{info.Name} {info.Length} {info.LastWriteTimeUtc.Ticks}\n");
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return ""; // It cannot be looked at now: the next reload looks again.
        }

        return text.ToString();
    }

    /// <summary>The name of a version on the loop: two versions of one plugin are two owners.</summary>
    internal static string OwnerName(string plugin, int version) =>
        version == 0 ? plugin : string.Create(CultureInfo.InvariantCulture, $"{plugin}{VersionMark}{version}");

    /// <summary>The plugin's name out of an owner's.</summary>
    internal static string PluginName(string owner)
    {
        int mark = owner.IndexOf(VersionMark, StringComparison.Ordinal);
        return mark < 0 ? owner : owner[..mark];
    }

    /// <summary>How many versions came before an owner's.</summary>
    internal static int VersionOf(string owner)
    {
        int mark = owner.IndexOf(VersionMark, StringComparison.Ordinal);
        return mark < 0 ? 0 : int.Parse(owner.AsSpan(mark + 1), NumberStyles.None, CultureInfo.InvariantCulture);
    }
}
