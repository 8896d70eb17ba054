using System.Net;
using Keepalived.Checking;
using Keepalived.Scheduling;
using Keepalived.Testing;

namespace Keepalived.Checkers.Tests;

/// <summary>One checker in virtual time against what a test writes down: servers, machines, scripts.</summary>
internal sealed class VirtualRig
{
    public static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);
    private readonly IScheduler _scheduler;
    private readonly CheckContext _context;

    public VirtualRig(CheckerDefinition definition, string endPoint = "192.0.2.1:80")
    {
        _scheduler = Loop.ForOwner("checker");
        Sockets = new(_scheduler);
        IPEndPoint remote = IPEndPoint.Parse(endPoint);
        CheckOptions options = definition.Options with
        {
            ConnectAddress = remote.Address, ConnectPort = remote.Port, ConnectTimeout = ConnectTimeout, DelayLoop = TimeSpan.FromSeconds(60),
        };
        var target = new CheckTarget("[192.0.2.100]:tcp:80", $"[{remote.Address}]:tcp:{remote.Port}", remote, null);
        _context = new(target, options, Sockets, _scheduler, new RecordingLogger()) { Scripts = Scripts, Files = Files, OpenBfdSessions = () => Sessions };
        Checker = definition.CreateChecker(target)!;
    }

    public VirtualLoop Loop { get; } = new();

    public ScriptedCheckSockets Sockets { get; }

    public RecordingScriptRunner Scripts { get; } = new();

    public ScriptedFileNumbers Files { get; } = new();

    public ScriptedBfdSessions Sessions { get; } = new();

    public IChecker Checker { get; }

    /// <summary>Probes once, to the end.</summary>
    public CheckResult Run()
    {
        CheckResult result = Loop.Complete(Begin, TimeSpan.FromMinutes(10));
        Assert.Equal(0, Sockets.OpenConnections);
        return result;
    }

    /// <summary>Begins a probe.</summary>
    public ValueTask<CheckResult> Begin()
    {
        _context.Deadline = _scheduler.Now + ConnectTimeout;
        return Checker.CheckAsync(_context);
    }
}
