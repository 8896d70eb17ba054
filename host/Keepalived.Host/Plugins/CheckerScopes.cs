using Keepalived.Checking;
using Keepalived.Host.Files;
using Keepalived.Scheduling;
using Keepalived.Scheduling.Sockets;
using Keepalived.Scripts;
using Microsoft.Extensions.Logging;

namespace Keepalived.Host.Plugins;

/// <summary>Says on whose behalf a checker runs: finds the plugin by the context that the type of its definition was loaded in.</summary>
internal sealed class CheckerScopes(PluginHost plugins, Func<string, IScheduler> schedulerOf, IScriptRunner scripts, ILogger log) : ICheckerScopes
{
    /// <inheritdoc/>
    public CheckerScope? Of(CheckerDefinition definition)
    {
        LoadedPlugin? plugin = plugins.OwnerOf(definition.GetType().Assembly);
        return plugin is null || plugin.Manifest.IsShipped ? null : plugin.CheckerScope ??= Make(plugin);
    }

    private CheckerScope Make(LoadedPlugin plugin)
    {
        IScheduler scheduler = plugin.Scheduler ??= schedulerOf(plugin.OwnerName);
        return new(plugin.Name, scheduler, new CheckSockets(scheduler), new OwnedScripts(scripts, scheduler), new FileNumbers(scheduler, log), log)
        {
            BeginWork = plugins.BeginFor is { } begin ? () => begin(scheduler) : null,
            Retire = (call, exception) => plugins.RetireOwner(plugin.OwnerName, exception, call),
        };
    }

    /// <summary>Tells the ends of scripts to the plugin, on its own behalf.</summary>
    private sealed class OwnedScripts(IScriptRunner runner, IScheduler scheduler) : IScriptRunner
    {
        public IScriptRun Run(ScriptCommand command, ReadOnlySpan<string> extraArguments, TimeSpan limit, Action<ScriptResult>? completed = null) =>
            runner.Run(command, extraArguments, limit, completed is null ? null : result => Tell(completed, result));

        private void Tell(Action<ScriptResult> completed, ScriptResult result)
        {
            try
            {
                scheduler.Post(() => completed(result));
            }
            catch (ObjectDisposedException)
            {
                // The plugin was retired meanwhile: nobody waits for the script.
            }
        }
    }
}
