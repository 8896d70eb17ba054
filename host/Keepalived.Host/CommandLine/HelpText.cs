using System.Runtime.InteropServices;
using Keepalived.Plugins;

namespace Keepalived.Host.CommandLine;

/// <summary>What -v and -h print.</summary>
internal static class HelpText
{
    /// <summary>The version of this program.</summary>
    internal static string Version { get; } = typeof(HelpText).Assembly.GetName().Version?.ToString(3) ?? "0";

    /// <summary>Writes name, version, run time and system.</summary>
    internal static void WriteVersion(TextWriter writer)
    {
        writer.WriteLine($"Keepalived v{Version} for .NET");
        writer.WriteLine();
        writer.WriteLine("MIT licence; an independent implementation of the configuration and protocols of keepalived");
        writer.WriteLine();
        writer.WriteLine($"Built for {RuntimeInformation.RuntimeIdentifier} with plugin contract {PluginContract.Version}");
        writer.WriteLine($"Running on {RuntimeInformation.OSDescription} with {RuntimeInformation.FrameworkDescription}");
        writer.WriteLine($"Distro: {Distribution()}");
        writer.WriteLine();
        writer.WriteLine("configure options: none (what is there is decided by the plugins; see --list-plugins)");
    }

    /// <summary>Writes one line per option.</summary>
    internal static void WriteUsage(TextWriter writer)
    {
        writer.WriteLine("Usage: keepalived [OPTION...]");
        writer.WriteLine("       keepalived config show|explain|diff|lint    (keepalived config --help)");
        foreach (OptionSpec option in OptionTable.Options)
        {
            if (option.Help.Length > 0)
            {
                writer.WriteLine(Line(option));
            }
        }
    }

    private static string Line(OptionSpec option)
    {
        string argument = option.Argument switch
        {
            OptionArgument.Required => "=" + option.ArgumentName,
            OptionArgument.Optional => "[=" + option.ArgumentName + "]",
            _ => "",
        };
        string letter = option.Short == '\0' ? "    " : $"-{option.Short}, ";
        string names = $"  {letter}--{option.Long}{argument}";
        return names.Length < 31 ? names.PadRight(31) + option.Help : names + Environment.NewLine + new string(' ', 31) + option.Help;
    }

    private static string Distribution()
    {
        try
        {
            foreach (string line in File.ReadLines("/etc/os-release"))
            {
                if (line.StartsWith("PRETTY_NAME=", StringComparison.Ordinal))
                {
                    return line["PRETTY_NAME=".Length..].Trim('"');
                }
            }
        }
        catch (IOException)
        {
            // A system without that file has no name to print.
        }

        return "unknown";
    }
}
