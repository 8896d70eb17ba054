using Keepalived.Events;
using Keepalived.Plugins;
using Keepalived.Scheduling;
using Keepalived.Scripts;
using Keepalived.Vrrp.Configuration;
using Microsoft.Extensions.Logging;

namespace Keepalived.Vrrp.Tests.Kernel;

/// <summary>The plugin on a loop of its own, on a thread inside a namespace.</summary>
internal sealed class Director : IServiceProvider, IDisposable
{
    private readonly Thread _thread;
    private readonly ManualResetEventSlim _started = new();
    private readonly Dictionary<Type, object> _services;
    private readonly ManualResetEventSlim _ran = new();
    private readonly Action _runOnLoop;
    private Action? _onLoop;
    private EventLoop? _loop;
    private IScheduler? _scheduler;
    private Exception? _failure;

    public Director(Namespaces namespaces, int index, string configuration, bool releases = true)
    {
        _runOnLoop = () =>
        {
            _onLoop!();
            _ran.Set();
        };
        ConfigurationText text = ConfigurationText.Read(configuration, new UnknownLinks());
        Assert.NotNull(text.Parsed);
        _services = new()
        {
            [typeof(IDaemonContext)] = new SomeDaemon { ReleaseVrrp = releases, LogDetail = 1 },
            [typeof(IEventBus)] = Events,
            [typeof(IScriptRunner)] = Scripts,
            [typeof(ILogger)] = Log,
        };
        _thread = new Thread(() => Run(namespaces, index, text.Parsed)) { IsBackground = true };
        _thread.Start();
        Assert.True(_started.Wait(TimeSpan.FromSeconds(10)), "The loop did not start.");
        Assert.True(_failure is null, _failure?.ToString());
        // The instances start in the first turn.
        OnLoop(static () => { });
    }

    /// <summary>The loop's lateness so far.</summary>
    public LoopStatistics Lateness => _loop!.Statistics;

    public VrrpPlugin Plugin { get; } = new();

    public RecordedEvents Events { get; } = new();

    public RecordedScripts Scripts { get; } = new();

    public RecordedLog Log { get; } = new();

    public string LogText
    {
        get
        {
            lock (Log.Lines)
            {
                return string.Join('\n', Log.Lines);
            }
        }
    }

    public object? GetService(Type serviceType) => serviceType == typeof(IScheduler) ? _scheduler : _services.GetValueOrDefault(serviceType);

    /// <summary>Runs something on the loop and waits for it. On the loop itself nothing is allocated.</summary>
    public void OnLoop(Action action)
    {
        _onLoop = action;
        _ran.Reset();
        _scheduler!.Post(_runOnLoop);
        Assert.True(_ran.Wait(TimeSpan.FromSeconds(10)), "The loop does not answer.");
    }

    /// <summary>Ends politely.</summary>
    public void Stop()
    {
        using ManualResetEventSlim done = new();
        _scheduler!.Post(async () =>
        {
            await Plugin.StopAsync(CancellationToken.None);
            done.Set();
        });
        Assert.True(done.Wait(TimeSpan.FromSeconds(10)), "The plugin does not stop.");
        Kill();
    }

    /// <summary>Ends without a word, as SIGKILL does.</summary>
    public void Kill()
    {
        _loop!.Stop();
        _thread.Join(TimeSpan.FromSeconds(10));
    }

    public void Dispose() => Kill();

    private void Run(Namespaces namespaces, int index, VrrpConfiguration configuration)
    {
        try
        {
            namespaces.Enter(index);
            _loop = new EventLoop();
            _loop.OwnerFailed += (_, e) => _failure = e;
            _scheduler = _loop.ForOwner("vrrp");
            Plugin.Start(this, configuration);
        }
        catch (Exception e)
        {
            _failure = e;
        }

        _started.Set();
        _loop?.Run();
        Plugin.Dispose();
        _loop?.Dispose();
    }

    private sealed class UnknownLinks : ISystemLinks
    {
        public IReadOnlyList<Linux.Netlink.Route.LinkInfo> List(out bool isKnown)
        {
            isKnown = false;
            return [];
        }
    }
}
