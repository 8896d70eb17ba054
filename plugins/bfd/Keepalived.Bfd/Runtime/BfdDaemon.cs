using Keepalived.Bfd.Network;
using Keepalived.Bfd.Protocol;
using Keepalived.Bfd.Reporting;
using Keepalived.Events;
using Keepalived.Plugins;
using Keepalived.Scheduling;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Keepalived.Bfd.Runtime;

/// <summary>The plugin in the BFD process: puts the runtime together out of the host's services.</summary>
internal sealed class BfdDaemon : IDisposable
{
    private static readonly BfdConfiguration _nothing = new([]);
    private readonly BfdRuntime _runtime;
    private readonly IScheduler _scheduler;
    private BfdConfiguration? _toStart;

    public BfdDaemon(IServiceProvider services, BfdConfiguration? configuration)
    {
        _scheduler = services.GetRequiredService<IScheduler>();
        Random random = new();
        _runtime = new(new BfdServices
        {
            Scheduler = _scheduler,
            Logger = services.GetRequiredService<ILogger>(),
            Events = services.GetRequiredService<IEventBus>(),
            Publisher = services.GetRequiredService<IBfdSessionPublisher>(),
            Network = new KernelBfdNetwork(_scheduler, random),
            Table = new(random, new BfdEchoSigner(EchoKey())),
        });

        // In the first turn, not here: the loop's time stands still until then, and timers reckoned from it would be short.
        _toStart = configuration ?? _nothing;
        _scheduler.Post(() =>
        {
            if (_toStart is { } first)
            {
                _toStart = null;
                _runtime.Apply(first);
            }
        });
    }

    /// <summary>Takes the configuration of a reload.</summary>
    public void Apply(BfdConfiguration? configuration)
    {
        if (_toStart is not null)
        {
            _toStart = configuration ?? _nothing;
            return;
        }

        _runtime.Apply(configuration ?? _nothing);
    }

    /// <summary>Writes what an operator asked for.</summary>
    public void Dump(DumpKind kind, TextWriter writer)
    {
        switch (kind)
        {
            case DumpKind.Data:
                new DataDump(writer, _scheduler.Now).Write(_runtime);
                break;
            case DumpKind.Statistics or DumpKind.StatisticsClear:
                StatisticsDump.Write(writer, _runtime, clears: kind == DumpKind.StatisticsClear);
                break;
            case DumpKind.Json:
                JsonDump.Write(writer, _runtime, _scheduler.Now);
                break;
        }
    }

    public void Dispose()
    {
        _toStart = null;
        _runtime.Dispose();
    }

    // A random number of the system without the assembly of cryptography: 122 bits of the 128 are random (RFC 9562 section 5.4).
    private static byte[] EchoKey() => Guid.NewGuid().ToByteArray();
}
