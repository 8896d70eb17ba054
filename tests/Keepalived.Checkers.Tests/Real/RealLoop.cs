using System.Net;
using Keepalived.Checking;
using Keepalived.Scheduling;
using Keepalived.Scheduling.Sockets;
using Keepalived.Scripts;
using Microsoft.Extensions.Logging.Abstractions;

namespace Keepalived.Checkers.Tests.Real;

/// <summary>Probes real servers on the real loop with the host's own sockets.</summary>
internal static class RealLoop
{
    private static readonly TimeSpan _connectTimeout = TimeSpan.FromSeconds(0.5);
    private static readonly IPEndPoint _nowhere = new(IPAddress.Loopback, 9);

    /// <summary>Probes a server once.</summary>
    public static CheckResult Run(CheckerDefinition definition, IPEndPoint? server = null, Func<IScheduler, IScriptRunner>? scripts = null, string? virtualHost = null) =>
        RunMany(definition, server, 1, scripts, virtualHost)[0];

    /// <summary>Probes a server several times, one after the other.</summary>
    public static CheckResult[] RunMany(
        CheckerDefinition definition, IPEndPoint? server, int count, Func<IScheduler, IScriptRunner>? scripts = null, string? virtualHost = null)
    {
        using EventLoop loop = new();
        IScheduler scheduler = loop.ForOwner("test");
        using CheckSockets sockets = new(scheduler);
        IPEndPoint remote = server ?? _nowhere;
        CheckOptions options = definition.Options with
        {
            ConnectAddress = remote.Address, ConnectPort = remote.Port, ConnectTimeout = definition.Options.ConnectTimeout ?? _connectTimeout, DelayLoop = TimeSpan.FromSeconds(5),
        };
        var target = new CheckTarget("virtual", "real", remote, virtualHost);
        var context = scripts is null
            ? new CheckContext(target, options, sockets, scheduler, NullLogger.Instance)
            : new CheckContext(target, options, sockets, scheduler, NullLogger.Instance) { Scripts = scripts(scheduler) };
        using IChecker checker = definition.CreateChecker(target)!;
        var results = new CheckResult[count];
        Exception? failure = null;
        loop.OwnerFailed += (_, exception) =>
        {
            failure = exception;
            loop.Stop(1);
        };
        ILoopTimer limit = scheduler.CreateTimer(_ => loop.Stop(2));
        limit.Arm(scheduler.ReadClock() + TimeSpan.FromSeconds(20));
        scheduler.Post(async () =>
        {
            for (int i = 0; i < count; i++)
            {
                context.Deadline = scheduler.ReadClock() + options.ConnectTimeout!.Value;
                results[i] = await checker.CheckAsync(context);
            }

            loop.Stop(0);
        });
        int code = loop.Run();
        Assert.True(code == 0, failure?.ToString() ?? "the check did not end within 20 s");
        return results;
    }
}
