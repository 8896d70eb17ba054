using System.Collections;
using Keepalived.Plugins;

namespace Keepalived.Host.Scripts;

/// <summary>
/// The environment of programs that we start. Scripts get the daemon's without what could change how they run (IFS, LD_PRELOAD,
/// LD_LIBRARY_PATH, as in keepalived) and without the settings of our run time; our own children get those settings instead.
/// </summary>
internal static class ScriptEnvironment
{
    private static readonly string[] _commonSettings =
    [
        "DOTNET_TieredPGO=0",

        // Switching pages between writable and executable costs 0.1-0.3 ms whenever code is compiled; diagnostics cost three threads.
        "DOTNET_EnableWriteXorExecute=0",
        "DOTNET_EnableDiagnostics=0",

        // Address space, not memory: without it the heap reserves 256 GB and page tables grow. 192 MB live are ten times what we have seen.
        "DOTNET_GCHeapHardLimit=0xC000000",
    ];

    // 30,000 calls instead of 30: our code is compiled ahead, and compiling it anew would run beside the first large takeover.
    private static readonly string[] _childSettings = [.. _commonSettings, "DOTNET_TC_CallCountThreshold=0x7530"];

    // Thousands of checks a second run the same methods, whose code from ahead of time costs more than code made for this processor. 500 calls,
    // and counted only once no new method has been called for two seconds: compiling does not run beside the start of a large configuration.
    private static readonly string[] _checkerSettings =
        [.. _commonSettings, "DOTNET_TC_CallCountThreshold=0x1F4", "DOTNET_TC_CallCountingDelayMs=0x7D0"];

    // A worker waits for others most of its time: a pool thread that spins for its next work costs more than what there is to do.
    private static readonly string[] _workerSettings = [.. _childSettings, "DOTNET_ThreadPool_UnfairSemaphoreSpinLimit=0"];

    private static string[]? _forScripts;

    /// <summary>The environment of scripts.</summary>
    internal static IReadOnlyList<string> ForScripts => _forScripts ??= Copy(static name => !IsHarmful(name) && !IsRunTime(name), []);

    /// <summary>The environment of our own child processes.</summary>
    /// <param name="role">What the process does.</param>
    internal static IReadOnlyList<string> ForChildren(PluginRoles role) =>
        Copy(static name => !IsSetForChildren(name), role == PluginRoles.Checker ? _checkerSettings : _childSettings);

    /// <summary>The environment of worker processes.</summary>
    internal static IReadOnlyList<string> ForWorkers() => Copy(static name => !IsSetForChildren(name), _workerSettings);

    /// <summary>The environment of the daemon that goes to the background.</summary>
    /// <param name="mayNotify">Whether a NOTIFY_SOCKET is meant for it.</param>
    internal static IReadOnlyList<string> ForDaemon(bool mayNotify) => Copy(name => mayNotify || name != "NOTIFY_SOCKET", []);

    private static bool IsHarmful(string name) => name is "IFS" or "LD_PRELOAD" or "LD_LIBRARY_PATH" or "NOTIFY_SOCKET";

    private static bool IsRunTime(string name) =>
        name.StartsWith("DOTNET_", StringComparison.Ordinal) || name.StartsWith("COMPlus_", StringComparison.Ordinal);

    private static bool IsSetForChildren(string name) =>
        name == "NOTIFY_SOCKET" || IsSet(name, _workerSettings) || IsSet(name, _checkerSettings);

    private static bool IsSet(string name, string[] settings) => Array.Exists(settings, setting => setting.StartsWith(name + "=", StringComparison.Ordinal));

    private static string[] Copy(Predicate<string> wanted, ReadOnlySpan<string> more)
    {
        List<string> result = [];
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
        {
            string name = (string)entry.Key;
            if (wanted(name))
            {
                result.Add($"{name}={entry.Value}");
            }
        }

        result.AddRange(more);
        return [.. result];
    }
}
