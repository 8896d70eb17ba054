using Keepalived.Configuration;
using Keepalived.Host.CommandLine;
using Keepalived.Host.Configuration;
using Keepalived.Host.Logging;
using Keepalived.Host.Plugins;
using Keepalived.Host.Processes;
using Keepalived.Host.Scripts;
using Keepalived.Plugins;

namespace Keepalived.Host;

/// <summary>What needs no daemon: <c>-t</c>, <c>--list-plugins</c>, <c>--list-keywords</c>. One process that loads every plugin and starts none.</summary>
internal sealed class ConfigurationTest(DaemonOptions options, TextWriter output, TextWriter error)
{
    /// <summary><c>-t</c>: reads everything, prints every finding.</summary>
    internal int Test()
    {
        using TextWriter? file = OpenFindings(out bool failed);
        if (failed)
        {
            return ExitCodes.Fatal;
        }

        TextWriter findings = file ?? error;
        using ProcessEnvironment process = Load(options, options.FindingsAsJson ? error : findings);
        ReadingRoom readings = Readings(process);
        ExpandedConfiguration configuration = ConfigurationReader.Read(options.ConfigurationFile, Supervisor.ReadOptions(options));
        Reading reading = readings.Read(configuration, isTest: true, new ScriptPolicy());
        int verdict = DiagnosticVerdict.ExitCodeFor(reading.Findings, configuration.MainFileFound);
        IReadOnlyList<Diagnostic> ordered = DiagnosticOrder.ByPlace(reading.Findings, configuration);
        if (options.FindingsAsJson)
        {
            DiagnosticJson.Write(file ?? output, configuration, options.ConfigurationFile, ordered, verdict, reading.LeftOut);
        }
        else
        {
            new DiagnosticPrinter(configuration, file is null && UsesColour(Console.IsErrorRedirected)).Print(findings, ordered);
        }

        return verdict;
    }

    /// <summary>Colours are for terminals, and for people who did not switch them off (no-color.org).</summary>
    internal static bool UsesColour(bool isRedirected) =>
        !isRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb");

    /// <summary>Prints every plugin that was found, and why one cannot be used.</summary>
    internal int ListPlugins()
    {
        using ProcessEnvironment process = new(options, null);
        foreach (PluginManifest plugin in process.Catalog.Plugins)
        {
            string replaceable = plugin.IsReplaceable ? " replaceable" : "";
            output.WriteLine(
                $"{plugin.Name}\t{plugin.Version}\t{plugin.Roles.ToString().ToLowerInvariant()}\tcontract {plugin.ContractVersion}{replaceable}\t{plugin.AssemblyPath}");
        }

        foreach (PluginProblem problem in process.Catalog.Problems)
        {
            error.WriteLine(problem);
        }

        return process.Catalog.Problems.Count == 0 ? ExitCodes.Ok : ExitCodes.Fatal;
    }

    /// <summary>Prints every keyword of the host and of every plugin.</summary>
    internal int ListKeywords()
    {
        using ProcessEnvironment process = Load(options, error);
        KeywordListing.Write(Readings(process).Tree, output);
        return ExitCodes.Ok;
    }

    /// <summary>Loads every plugin.</summary>
    internal static ProcessEnvironment Load(DaemonOptions options, TextWriter problems)
    {
        ProcessEnvironment process = new(options, null);
        process.Log.Add(new WriterSink(problems));
        foreach (PluginProblem problem in process.Catalog.Problems)
        {
            problems.WriteLine(problem);
        }

        process.Plugins.Load(process.Catalog, PluginRoles.All);
        return process;
    }

    /// <summary>Builds the tree of all keywords.</summary>
    internal static ReadingRoom Readings(ProcessEnvironment process) =>
        new(process.Catalog, process.Plugins, PluginRoles.All, process.Options);

    /// <summary>Opens the file of <c>-tFILE</c> for appending; a symbolic link is refused.</summary>
    private StreamWriter? OpenFindings(out bool failed)
    {
        failed = false;
        if (options.TestLogFile is not { } path)
        {
            return null;
        }

        try
        {
            if (new FileInfo(path).LinkTarget is not null)
            {
                throw new IOException("it is a symbolic link");
            }

            FileStreamOptions open = new()
            {
                Mode = FileMode.Append,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead,
            };
            return new StreamWriter(path, System.Text.Encoding.UTF8, open) { AutoFlush = true, NewLine = "\n" };
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            error.WriteLine($"Cannot write {path}: {exception.Message}");
            failed = true;
            return null;
        }
    }
}
