using Keepalived.Scheduling;
using Keepalived.Scripts;
using Keepalived.Tracking;
using Microsoft.Extensions.Logging;

namespace Keepalived.Checking;

/// <summary>
/// On whose behalf a checker runs. The engine starts a probe by posting to <see cref="Scheduler"/> and gives the checker this plugin's sockets,
/// so that all of its code runs as the plugin that brought it: what it allocates is on that plugin's account, a callback that blocks is named
/// as that plugin's, and one that throws retires that plugin and not the engine.
/// </summary>
/// <param name="Plugin">Name of the plugin.</param>
/// <param name="Scheduler">The loop as that plugin.</param>
/// <param name="Sockets">Sockets whose continuations run as that plugin.</param>
/// <param name="Scripts">Programs whose ends are told to that plugin.</param>
/// <param name="Files">Numbers in files whose changes are told to that plugin.</param>
/// <param name="Logger">The log, named after that plugin.</param>
public sealed record CheckerScope(
    string Plugin, IScheduler Scheduler, ICheckSockets Sockets, IScriptRunner Scripts, IFileNumbers Files, ILogger Logger)
{
    /// <summary>
    /// For calls that must answer at once, and so cannot be posted (making a checker, disposing of one): until its result is disposed, the loop
    /// takes what runs for the plugin's. Null where nobody keeps accounts.
    /// </summary>
    public Func<IDisposable>? BeginWork { get; init; }

    /// <summary>Retires the plugin, because such a call threw an exception that fails no probe; with the name of the call.</summary>
    public Action<string, Exception>? Retire { get; init; }
}

/// <summary>Host service of the engine that runs checkers.</summary>
public interface ICheckerScopes
{
    /// <summary>The scope of the plugin that brought a checker; null for one that ships with the daemon and runs on the engine's behalf.</summary>
    CheckerScope? Of(CheckerDefinition definition);
}
