using System.Net;
using Keepalived.Checking;
using Keepalived.Scheduling;

namespace Keepalived.Testing;

/// <summary>
/// One checker in virtual time against what a test writes down: servers, machines, files, scripts.
/// <code>
/// using var rig = new CheckerRig(new GreetingDefinition(CheckOptions.Unset), "192.0.2.1:25");
/// rig.Server.Accepts(c => c.Sends("220 ready\r\n"));
/// Assert.True(rig.Run().IsUp);
/// </code>
/// </summary>
public sealed class CheckerRig : IDisposable
{
    private static readonly CheckOptions _builtIn = new()
    {
        ConnectTimeout = TimeSpan.FromSeconds(5), DelayLoop = TimeSpan.FromSeconds(60), Retry = 1, DelayBeforeRetry = TimeSpan.FromSeconds(1),
        Warmup = TimeSpan.FromSeconds(60), Alpha = false, LogAllFailures = false,
    };

    private readonly IScheduler _scheduler;
    private readonly CheckContext _context;

    /// <summary>Makes the checker of a definition.</summary>
    /// <param name="definition">The checker as configured; what its options leave unset is resolved as the engine does it.</param>
    /// <param name="endPoint">The real server, for example <c>192.0.2.1:80</c>; <c>connect_ip</c> and <c>connect_port</c> of the definition win.</param>
    /// <param name="virtualHost"><c>virtualhost</c> of the real server.</param>
    /// <exception cref="ArgumentException">The definition makes no checker.</exception>
    public CheckerRig(CheckerDefinition definition, string endPoint = "192.0.2.1:80", string? virtualHost = null)
    {
        ArgumentNullException.ThrowIfNull(definition);
        _scheduler = Loop.ForOwner(definition.Kind);
        Sockets = new(_scheduler);
        IPEndPoint server = IPEndPoint.Parse(endPoint);
        CheckOptions written = definition.Options.Over(_builtIn);
        CheckOptions options = written with { ConnectAddress = written.ConnectAddress ?? server.Address, ConnectPort = written.ConnectPort ?? server.Port };
        Target = new("[192.0.2.100]:tcp:80", $"[{server.Address}]:tcp:{server.Port}", new(options.ConnectAddress, options.ConnectPort.Value), virtualHost);
        _context = new(Target, options, Sockets, _scheduler, Log) { Scripts = Scripts, Files = Files, OpenBfdSessions = () => Sessions };
        Checker = definition.CreateChecker(Target) ?? throw new ArgumentException($"{definition.Kind} makes no checker", nameof(definition));
    }

    /// <summary>Virtual time.</summary>
    public VirtualLoop Loop { get; } = new();

    /// <summary>All servers that there are.</summary>
    public ScriptedCheckSockets Sockets { get; }

    /// <summary>What the checker probes.</summary>
    public CheckTarget Target { get; }

    /// <summary>The server that the checker connects to.</summary>
    public ScriptedServer Server => Sockets.Server(Target.EndPoint);

    /// <summary>Programs that the checker ran.</summary>
    public RecordingScriptRunner Scripts { get; } = new();

    /// <summary>Numbers in files.</summary>
    public ScriptedFileNumbers Files { get; } = new();

    /// <summary>BFD sessions.</summary>
    public ScriptedBfdSessions Sessions { get; } = new();

    /// <summary>What the checker logged.</summary>
    public RecordingLogger Log { get; } = new();

    /// <summary>The checker.</summary>
    public IChecker Checker { get; }

    /// <summary>How long a probe may take: <c>connect_timeout</c>, 5 s unless the definition says something else.</summary>
    public TimeSpan ConnectTimeout => _context.Options.ConnectTimeout!.Value;

    /// <summary>Probes once, to the end, however much virtual time that takes.</summary>
    /// <exception cref="TimeoutException">It had not ended after an hour.</exception>
    /// <exception cref="InvalidOperationException">It left a connection or a socket open.</exception>
    public CheckResult Run()
    {
        CheckResult result = Loop.Complete(Begin, TimeSpan.FromHours(1));
        return Sockets.OpenConnections == 0
            ? result
            : throw new InvalidOperationException($"The probe has ended and left {Sockets.OpenConnections} connections or sockets open: dispose them.");
    }

    /// <summary>Begins a probe, for tests that do something in the middle of one: start it with <see cref="VirtualLoop.Complete"/>.</summary>
    public ValueTask<CheckResult> Begin()
    {
        _context.Deadline = _scheduler.Now + ConnectTimeout;
        return Checker.CheckAsync(_context);
    }

    /// <summary>Ends the checker, as the daemon does when its server is taken out of the configuration.</summary>
    public void Dispose() => Checker.Dispose();
}
