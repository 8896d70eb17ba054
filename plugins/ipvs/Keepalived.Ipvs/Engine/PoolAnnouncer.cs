using Keepalived.Events;
using Keepalived.Scripts;
using Microsoft.Extensions.Logging;

namespace Keepalived.Ipvs;

/// <summary>Tells of what happens in pools: the log, the events, the scripts, in this order.</summary>
internal sealed class PoolAnnouncer(ILogger logger, IEventBus events, IScriptRunner scripts) : IPoolObserver
{
    /// <summary>Time that a script gets while the daemon stops.</summary>
    public static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(1);

    private int _stopScripts;
    private TaskCompletionSource? _stopScriptsEnded;

    /// <summary>Set when the daemon begins to stop.</summary>
    public bool IsStopping { get; set; }

    /// <summary>Completes when no script runs any more that was started because of the stop.</summary>
    public Task StopScriptsEnded() => _stopScripts == 0 ? Task.CompletedTask : (_stopScriptsEnded ??= new()).Task;

    public void ServerChanged(RealServer server, bool isUp, string cause, string? detail)
    {
        string service = server.Owner.Name;
        string because = detail is null ? cause : $"{cause} ({detail})";
        if (isUp)
        {
            logger.ServerUp(server.Name, service, Consequence(server, isUp), because);
        }
        else
        {
            logger.ServerDown(server.Name, service, Consequence(server, isUp), because);
        }

        events.Publish(new RealServerStateChanged(service, server.Name, isUp, cause) { Detail = detail, SmtpAlert = server.Definition.Traits.SmtpAlert });
        Run(isUp ? server.Definition.NotifyUp : server.Definition.NotifyDown, "real server", server.Name);
    }

    public void WeightChanged(RealServer server, string cause) =>
        logger.WeightChanged(server.Name, server.Owner.Name, server.EffectiveWeight, cause);

    public void QuorumChanged(VirtualServer server, bool isUp, string cause)
    {
        if (isUp)
        {
            logger.QuorumUp(server.Name, cause);
        }
        else
        {
            logger.QuorumDown(server.Name, cause);
        }

        events.Publish(new QuorumStateChanged(server.Name, isUp, cause) { SmtpAlert = server.Definition.SmtpAlert });
        Run(isUp ? server.Definition.QuorumUp : server.Definition.QuorumDown, "virtual server", server.Name);
    }

    public void SorryServerChanged(VirtualServer server, bool isIn)
    {
        string name = server.Definition.SorryServer?.Name ?? "(removed)";
        if (isIn)
        {
            logger.SorryServerIn(name, server.Name);
        }
        else
        {
            logger.SorryServerOut(name, server.Name);
        }
    }

    private static string Consequence(RealServer server, bool isUp) => (server.Owner.IsSorry, isUp, server.Definition.InhibitOnFailure) switch
    {
        (true, true, _) => "waits for the quorum",
        (true, false, _) => "the sorry server serves",
        (_, true, _) => $"weight {server.EffectiveWeight}",
        (_, _, true) => "weight 0",
        _ => "removed",
    };

    private void Run(ScriptCommand? command, string kind, string name)
    {
        if (command is null)
        {
            return;
        }

        bool atStop = IsStopping;
        _stopScripts += atStop ? 1 : 0;
        scripts.Run(command, [], atStop ? StopLimit : Timeout.InfiniteTimeSpan, result =>
        {
            events.Publish(NotifyScriptEnded.Of($"{kind} {name}", command, in result));
            if (atStop && --_stopScripts == 0)
            {
                _stopScriptsEnded?.TrySetResult();
            }
        });
    }
}
