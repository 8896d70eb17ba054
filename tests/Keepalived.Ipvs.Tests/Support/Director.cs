using Keepalived.Checking;
using Keepalived.Events;
using Keepalived.Linux.Netlink;
using Keepalived.Scheduling;
using Keepalived.Scripts;
using Microsoft.Extensions.Logging;

namespace Keepalived.Ipvs.Tests;

/// <summary>A director in virtual time: the running part of the plugin over a fake kernel, probes that find what the board says.</summary>
internal sealed class Director : IEventBus, IScriptRunner, ILogger
{
    private readonly List<Action<ScriptResult>> _scriptsEnd = [];
    private readonly IpvsRuntime _runtime;

    public Director(string configuration, FakeKernel? kernel = null)
        : this(configuration, kernel ?? new FakeKernel(), _ => kernel)
    {
    }

    /// <summary>A director over any kernel, for example the real one.</summary>
    public Director(string configuration, Func<IScheduler, IKernelTable> open)
        : this(configuration, new FakeKernel(), open)
    {
    }

    /// <summary>A director over a fake kernel's IPVS and any nftables.</summary>
    public Director(string configuration, Func<INetlinkTransport> openNftables, bool counts = false)
        : this(configuration, new FakeKernel(), static _ => null, openNftables, counts)
    {
    }

    private Director(string configuration, FakeKernel kernel, Func<IScheduler, IKernelTable?> open, Func<INetlinkTransport>? openNftables = null, bool counts = false)
    {
        ProbeBoard.Reset();
        Probes = ProbeBoard.Current;
        Kernel = kernel;
        Announcer = new PoolAnnouncer(this, this, this);
        _runtime = new(this, Announcer, reports => new(Scheduler, new NoSockets(), this, null!, this, new NoJitter(), reports) { OpenBfdSessions = () => Sessions })
        {
            OpenAddresses = (_, changed) =>
            {
                Addresses.Changed = changed;
                return Addresses;
            },
            OpenNftables = _ => openNftables!(),
            CountsFirewallMatches = counts,
        };
        _runtime.Start(open(Scheduler) ?? kernel, ConfigurationText.ReadClean(configuration));
    }

    public VirtualScheduler Scheduler { get; } = new();

    public FakeKernel Kernel { get; }

    public ProbeBoard Probes { get; }

    public PoolAnnouncer Announcer { get; }

    /// <summary>What the BFD process tells.</summary>
    public Keepalived.Testing.ScriptedBfdSessions Sessions { get; } = new();

    /// <summary>The addresses of the machine.</summary>
    public FakeAddresses Addresses { get; } = new();

    public IpvsRuntime Runtime => _runtime;

    /// <summary>Events so far, one line each.</summary>
    public List<string> Events { get; } = [];

    /// <summary>Scripts run so far.</summary>
    public List<string> Scripts { get; } = [];

    public List<string> Messages { get; } = [];

    /// <summary>Lets every script end that runs.</summary>
    public void EndScripts()
    {
        foreach (Action<ScriptResult> ended in _scriptsEnd)
        {
            ended(new(new(0, 0, null), false, TimeSpan.Zero, null));
        }

        _scriptsEnd.Clear();
    }

    public void Advance(double seconds) => Scheduler.Advance(seconds);

    public void Reload(string configuration)
    {
        Kernel.Requests.Clear();
        Events.Clear();
        Scripts.Clear();
        _runtime.Apply(ConfigurationText.ReadClean(configuration));
    }

    public void Stop(bool keepServices = false)
    {
        Kernel.Requests.Clear();
        Events.Clear();
        Scripts.Clear();
        _runtime.Stop(keepServices);
    }

    public CheckState StateOf(string server) => _runtime.Servers.SelectMany(service => service.Servers)
        .Single(real => real.Definition.Destination.Address.ToString() == server).Checkers[0].State;

    void IEventBus.Publish(DaemonEvent daemonEvent) => Events.Add(daemonEvent switch
    {
        RealServerStateChanged e => $"{e.RealServer} {(e.IsUp ? "UP" : "DOWN")}: {e.Cause}",
        QuorumStateChanged e => $"{e.VirtualServer} {(e.IsUp ? "UP" : "DOWN")}: {e.Cause}",
        _ => daemonEvent.ToString(),
    });

    IDisposable IEventBus.Subscribe(DaemonEventHandler handler) => throw new NotSupportedException();

    IScriptRun IScriptRunner.Run(ScriptCommand command, ReadOnlySpan<string> extraArguments, TimeSpan limit, Action<ScriptResult>? completed)
    {
        Scripts.Add(command.ToString());
        if (completed is not null)
        {
            _scriptsEnd.Add(completed);
        }

        return new FinishedScript();
    }

    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Messages.Add($"{logLevel}: {formatter(state, exception)}");

    bool ILogger.IsEnabled(LogLevel logLevel) => true;

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    private sealed class NoSockets : ICheckSockets
    {
        public ValueTask<ConnectResult> ConnectAsync(System.Net.IPEndPoint remote, SocketBinding binding, MonotonicTime deadline) =>
            throw new NotSupportedException();

        public DatagramResult OpenDatagram(System.Net.IPEndPoint remote, SocketBinding binding) => throw new NotSupportedException();

        public ValueTask<TransferResult> EchoAsync(
            System.Net.IPAddress remote, SocketBinding binding, ReadOnlyMemory<byte> payload, MonotonicTime deadline) => throw new NotSupportedException();
    }

    /// <summary>No warm-up at all, so that first probes come after one second.</summary>
    private sealed class NoJitter : Random
    {
        public override double NextDouble() => 0;
    }

    private sealed class FinishedScript : IScriptRun
    {
        public bool IsRunning => false;

        public void Cancel()
        {
        }
    }
}
