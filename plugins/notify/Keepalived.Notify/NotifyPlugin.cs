// The notify room tells people and programs what happened: one log line for each event, lines on the notification FIFOs, mail.
//
// Owns      the keywords notify_fifo, vrrp_notify_fifo, lvs_notify_fifo, their *_script, fifo_write_vrrp_states_on_reload, log_event_limit and those of
//           mail; the FIFOs and the scripts that read them; the queue of mail and the process that delivers it. A subscriber of the event
//           bus: nobody calls it.
// Thread    The loop of the VRRP process and of the checker process, an instance in each. Mail is written in a process of its own (Mail/Worker).
// Never     Blocks: a FIFO that is full loses the line, a queue of mail that is full the mail, and both count. Never decides what happened; it only
//           says it. Notify scripts of an instance or a server belong to the plugins that own these, since they know the scripts.
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
    private static readonly TimeSpan _stopTime = TimeSpan.FromSeconds(1);
    private readonly VrrpStates _states = new();
    private PluginRoles _role;
    private IScheduler? _scheduler;
    private IDisposable? _subscription;
    private EventLog? _eventLog;
    private FifoSet? _fifos;
    private Mailer? _mailer;
    private IServiceProvider? _services;
    private IDaemonContext? _daemon;
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
        _services = services;
        _daemon = daemon;
        _configuration = (NotifyConfiguration?)configuration ?? NotifyConfiguration.Empty;
        _eventLog = daemon.LogsEvents ? new EventLog(logger, _scheduler, _configuration.Log) : null;
        IEventBus events = services.GetRequiredService<IEventBus>();
        _fifos = new FifoSet(services.GetRequiredService<INotificationPipes>(), new(_scheduler, services.GetRequiredService<IScriptRunner>(), events, logger));
        _fifos.Apply(_configuration.FifosOf(_role));
        ApplyMail();
        _subscription = events.Subscribe(OnEvent);
    }

    /// <inheritdoc/>
    public void Reload(object? configuration)
    {
        _configuration = (NotifyConfiguration?)configuration ?? NotifyConfiguration.Empty;
        _fifos!.Apply(_configuration.FifosOf(_role));
        _eventLog?.Apply(_configuration.Log);
        ApplyMail();
        if (_configuration.WritesStatesOnReload)
        {
            // In a later turn: the VRRP plugin may be given its new configuration after this one, and what it deletes has no state.
            _scheduler!.Post(() => _states.WriteAll(line => _fifos?.Write(line)));
        }
    }

    /// <inheritdoc/>
    public async ValueTask StopAsync(CancellationToken limit)
    {
        // By now the others have stopped and said so: what they said last is mailed like everything else.
        _subscription?.Dispose();
        if (_mailer is { } mailer)
        {
            await mailer.StopAsync(_stopTime);
        }

        Dispose();
    }

    /// <inheritdoc/>
    public void Dump(DumpKind kind, TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        if (kind == DumpKind.Data)
        {
            _fifos?.Dump(writer);
            _mailer?.Dump(writer);
        }
    }

    /// <summary>Stops listening, ends the scripts and closes the FIFOs; those that this process made vanish.</summary>
    public void Dispose()
    {
        _subscription?.Dispose();
        _subscription = null;
        _fifos?.Dispose();
        _fifos = null;
        _mailer?.Dispose();
        _mailer = null;
        _eventLog?.Dispose();
        _eventLog = null;
    }

    // Without mail in the configuration no type of it is loaded. With it gone by a reload, what waits is still delivered.
    private void ApplyMail()
    {
        if (_configuration.Mail.IsOn && _mailer is null)
        {
            StartMail();
        }
        else if (_mailer is not null)
        {
            ReloadMail();
        }
    }

    private void StartMail() => _mailer = new Mailer(
        _scheduler!, _services!.GetRequiredService<IWorkerProcesses>(), _services!.GetRequiredService<ILogger>(),
        _role == PluginRoles.Checker ? "checker" : "vrrp", _configuration.Mail, _daemon!.Globals.RouterId);

    private void ReloadMail() => _mailer!.Apply(_configuration.Mail, _daemon!.Globals.RouterId);

    private void OnEvent(EventStamp stamp, DaemonEvent daemonEvent)
    {
        _eventLog?.Write(stamp, daemonEvent);
        _states.Remember(daemonEvent);
        if (FifoLine.For(daemonEvent) is { } line)
        {
            _fifos!.Write(line);
        }

        _mailer?.OnEvent(stamp, daemonEvent);
    }
}
