// The notify room tells people and programs what happened: one numbered log line for each event (-D), and lines on the notification FIFOs.
//
// Owns      the keywords notify_fifo, vrrp_notify_fifo, lvs_notify_fifo, their *_script, fifo_write_vrrp_states_on_reload; the FIFOs and the
//           scripts that read them. A subscriber of the event bus: nobody calls it.
// Thread    The loop of the VRRP process and of the checker process, an instance in each.
// Never     Blocks: a FIFO that is full loses the line, which is counted. Never decides what happened or whether; it only says it.
// Left out  Sending mail, whose keywords (smtp_*, notification_email*) are read here: a later issue. Notify scripts of an instance or a server belong to the plugins that
//           own the instance or the server, since they know the scripts.
using Keepalived.Configuration;
using Keepalived.Events;
using Keepalived.Plugins;
using Keepalived.Scheduling;
using Keepalived.Scripts;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

[assembly: KeepalivedPlugin("notify", PluginRoles.Vrrp | PluginRoles.Checker, typeof(Keepalived.Notify.NotifyPlugin), PluginContract.Version, IsListener = true)]
[assembly: PluginKeywords("global_defs", Keepalived.Notify.NotifyKeywords.Names + " " + Keepalived.Notify.MailKeywords.Names)]

namespace Keepalived.Notify;

/// <summary>The notify plugin.</summary>
public sealed class NotifyPlugin : IPlugin, IDisposable
{
    private readonly VrrpStates _states = new();
    private PluginRoles _role;
    private IScheduler? _scheduler;
    private IDisposable? _subscription;
    private EventLog? _eventLog;
    private FifoSet? _fifos;
    private NotifyConfiguration _configuration = NotifyConfiguration.Empty;

    /// <inheritdoc/>
    public void RegisterKeywords(IKeywordTree keywords)
    {
        ArgumentNullException.ThrowIfNull(keywords);
        IKeywordBlock<IConfigurationSession> globals = keywords.Extend<IConfigurationSession>("global_defs");
        NotifyKeywords.Register(globals);
        MailKeywords.Register(globals);
    }

    /// <inheritdoc/>
    public object? BuildConfiguration(IConfigurationSession session)
    {
        ArgumentNullException.ThrowIfNull(session);
        return session.Get<NotifyDraft>().Build(session);
    }

    /// <inheritdoc/>
    public void Start(IServiceProvider services, object? configuration)
    {
        ArgumentNullException.ThrowIfNull(services);
        IDaemonContext daemon = services.GetRequiredService<IDaemonContext>();
        _role = daemon.Role;
        _scheduler = services.GetRequiredService<IScheduler>();
        ILogger logger = services.GetRequiredService<ILogger>();
        // Whoever publishes an event has logged it in keepalived's words; number and cause are details (-D).
        _eventLog = daemon.LogDetail > 0 ? new EventLog(logger) : null;
        _configuration = (NotifyConfiguration?)configuration ?? NotifyConfiguration.Empty;
        _fifos = new FifoSet(services.GetRequiredService<INotificationPipes>(), services.GetRequiredService<IScriptRunner>(), logger);
        _fifos.Apply(_configuration.FifosOf(_role));
        _subscription = services.GetRequiredService<IEventBus>().Subscribe(OnEvent);
    }

    /// <inheritdoc/>
    public void Reload(object? configuration)
    {
        _configuration = (NotifyConfiguration?)configuration ?? NotifyConfiguration.Empty;
        _fifos!.Apply(_configuration.FifosOf(_role));
        if (_configuration.WritesStatesOnReload)
        {
            // In a later turn: the VRRP plugin may be given its new configuration after this one, and what it deletes has no state.
            _scheduler!.Post(() => _states.WriteAll(line => _fifos?.Write(line)));
        }
    }

    /// <inheritdoc/>
    public ValueTask StopAsync(CancellationToken limit)
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public void Dump(DumpKind kind, TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        if (kind == DumpKind.Data)
        {
            _fifos?.Dump(writer);
        }
    }

    /// <summary>Stops listening, ends the scripts and closes the FIFOs; those that this process made vanish.</summary>
    public void Dispose()
    {
        _subscription?.Dispose();
        _subscription = null;
        _fifos?.Dispose();
        _fifos = null;
    }

    private void OnEvent(EventStamp stamp, DaemonEvent daemonEvent)
    {
        _eventLog?.Write(stamp, daemonEvent);
        _states.Remember(daemonEvent);
        if (FifoLine.For(daemonEvent) is { } line)
        {
            _fifos!.Write(line);
        }
    }
}
