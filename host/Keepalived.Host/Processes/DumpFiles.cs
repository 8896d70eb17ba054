using Keepalived.Host.Configuration;
using Keepalived.Host.Plugins;
using Keepalived.Plugins;
using Microsoft.Extensions.Logging;

namespace Keepalived.Host.Processes;

/// <summary>
/// Writes what an operator asked for with a signal. Every file is written under another name and renamed, so that nobody reads half of one and
/// a symbolic link that somebody left in the temporary directory is replaced, never followed. Mode 0666 under the mask of the process: 0600
/// by default.
/// </summary>
internal sealed class DumpFiles(PluginRoles? role, RuntimeFiles files, string temporaryDirectory, ILogger log)
{
    /// <summary>Writes the state of a kind, straight into the file: as one text it would not fit the heap of a child with many virtual servers.</summary>
    internal async Task WriteAsync(DumpKind kind, HostSettings settings, GlobalDefinitions globals, PluginHost plugins, Action<TextWriter>? diagnostics = null)
    {
        string path = PathOf(kind, settings);
        using DumpText text = new(Unfinished(path, Environment.ProcessId));
        if (kind == DumpKind.Data)
        {
            WriteGlobals(text, settings, globals);
        }

        await plugins.DumpAsync(kind, text);
        if (kind == DumpKind.Data && role is not null)
        {
            WritePlugins(text, plugins);
        }

        if (kind == DumpKind.Data)
        {
            diagnostics?.Invoke(text);
        }

        if (text.MoveTo(path) is { } failure)
        {
            log.LogError("Cannot write {Path}: {Reason}", path, failure.Message);
        }
        else if (!text.IsEmpty)
        {
            log.LogInformation("Wrote {Path}", path);
        }
    }

    /// <summary>Removes what a process left that ended in the middle of a dump.</summary>
    internal void RemoveUnfinished(int processId, HostSettings settings)
    {
        foreach (DumpKind kind in (ReadOnlySpan<DumpKind>)[DumpKind.Data, DumpKind.Statistics, DumpKind.Json])
        {
            try
            {
                File.Delete(Unfinished(PathOf(kind, settings), processId));
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                log.LogWarning("Cannot remove an unfinished dump: {Reason}", exception.Message);
            }
        }
    }

    private static string Unfinished(string path, int processId) => $"{path}.{processId}.new";

    private string PathOf(DumpKind kind, HostSettings settings) => kind switch
    {
        DumpKind.Data => files.DataDump(temporaryDirectory, settings.StateDumpFile, role, settings.DataUseInstance),
        DumpKind.Json => Path.Combine(temporaryDirectory, $"keepalived{Suffix}.json"),
        _ => Path.Combine(temporaryDirectory, $"keepalived{Suffix}.stats"),
    };

    // As in the names of data dumps: the VRRP process has the plain name.
    private string Suffix => RoleNames.DumpSuffix(role);

    /// <summary>One that leaks, or allocates with every check, shows: the numbers grow from dump to dump.</summary>
    private static void WritePlugins(TextWriter text, PluginHost plugins)
    {
        text.WriteLine("------< Plugins >------");
        foreach (LoadedPlugin plugin in plugins.Plugins)
        {
            long allocated = plugin.Scheduler is { } scheduler ? Scheduling.EventLoop.AllocatedBytes(scheduler) : 0;
            text.WriteLine($" {plugin.Name} {plugin.Manifest.Version}: {allocated} bytes allocated on the loop{(plugin.Manifest.IsReplaceable ? ", replaceable" : "")}");
        }

        text.WriteLine($" Managed heap = {GC.GetTotalMemory(forceFullCollection: false)} bytes after {GC.CollectionCount(0)} collections");
    }

    private static void WriteGlobals(TextWriter text, HostSettings settings, GlobalDefinitions globals)
    {
        text.WriteLine("------< Global definitions >------");
        text.WriteLine($" Router ID = {globals.RouterId}");
        WriteIf(text, "Network namespace", globals.NetworkNamespace);
        WriteIf(text, "Instance", globals.Instance);
        WriteIf(text, "Default script user", globals.ScriptUser?.Name);
        text.WriteLine($" Script security = {(globals.ScriptSecurity ? "enabled" : "disabled")}");
        text.WriteLine($" Child wait time = {settings.ChildWaitTime.TotalSeconds}");
        text.WriteLine($" Umask = 0{Convert.ToString(settings.Umask, 8)}");
    }

    private static void WriteIf(TextWriter text, string name, string? value)
    {
        if (value is not null)
        {
            text.WriteLine($" {name} = {value}");
        }
    }
}
