using Keepalived.Scheduling;
using Microsoft.Extensions.Logging;

namespace Keepalived.Host.Plugins;

/// <summary>
/// Follows a version that has been replaced until nothing of it is in memory, and says so, or says that something still holds it. Collecting is
/// forced: this happens only after an operator has replaced a plugin.
/// </summary>
internal sealed class UnloadedPlugin : IDisposable
{
    private const int MostLooks = 10;
    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(1);
    private readonly string _name;
    private readonly Version _version;
    private readonly WeakReference _context;
    private readonly ILogger _log;
    private readonly ILoopTimer _timer;
    private int _looks;

    private UnloadedPlugin(string name, Version version, WeakReference context, IScheduler scheduler, ILogger log)
    {
        _name = name;
        _version = version;
        _context = context;
        _log = log;
        _timer = scheduler.CreateTimer(Look);
        _timer.Arm(scheduler.Now + _interval);
    }

    /// <summary>Unloads a plugin that has been stopped and follows it.</summary>
    internal static UnloadedPlugin Follow(LoadedPlugin plugin, IScheduler scheduler, ILogger log) =>
        new(plugin.Name, plugin.Manifest.Version, plugin.Unload(), scheduler, log);

    public void Dispose() => _timer.Dispose();

    private void Look(MonotonicTime deadline)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        if (!_context.IsAlive)
        {
            _log.LogInformation("Plugin {Plugin}: version {Version} has been unloaded", _name, _version);
        }
        else if (++_looks < MostLooks)
        {
            _timer.Arm(deadline + _interval);
        }
        else
        {
            _log.LogWarning(
                "Plugin {Plugin}: something still refers to version {Version}, which stays in memory; a thread or a static event of it is the usual cause", _name, _version);
        }
    }
}
