using Keepalived.Events;
using Keepalived.Scheduling;
using Keepalived.Scripts;
using Microsoft.Extensions.Logging;

namespace Keepalived.Notify;

/// <summary>An open FIFO with the script that reads it. A script that ends is not started again before a reload, as in keepalived.</summary>
internal sealed class Fifo : IDisposable
{
    private readonly INotificationPipe _pipe;
    private readonly NotifyServices _services;
    private IScriptRun? _run;
    private readonly LossReport _losses;
    private int _runs;

    public Fifo(FifoSettings settings, INotificationPipe pipe, NotifyServices services)
    {
        Settings = settings;
        _pipe = pipe;
        _services = services;
        _losses = new LossReport(
            services.Scheduler,
            count => NotifyLog.FifoFull(services.Logger, settings.Path, count),
            count => NotifyLog.FifoReadAgain(services.Logger, settings.Path, count));
    }

    public FifoSettings Settings { get; private set; }

    /// <summary>Lines written since the FIFO was opened.</summary>
    public long Written { get; private set; }

    /// <summary>Lines lost because the FIFO was full.</summary>
    public long Dropped => _losses.Count;

    /// <summary>Starts the script, or starts it anew with the settings of a reload; the FIFO stays open.</summary>
    public void RunScript(FifoSettings settings)
    {
        EndScript();
        Settings = settings;
        if (settings.Script is { } script)
        {
            int run = _runs;
            _run = _services.Scripts.Run(script, [settings.Path], Timeout.InfiniteTimeSpan, result => OnScriptEnded(run, script, result));
        }
    }

    /// <summary>Writes a line, or drops and counts it when the FIFO is full.</summary>
    public void Write(FifoLine line)
    {
        if (Settings.Kind != FifoKind.Common && Settings.Kind != line.Kind)
        {
            return;
        }

        if (_pipe.TryWrite(line.Bytes))
        {
            Written++;
            _losses.Taken();
        }
        else
        {
            _losses.Add();
        }
    }

    public void Dispose()
    {
        EndScript();
        _losses.Close();
        _pipe.Dispose();
    }

    private void EndScript()
    {
        _runs++;
        _run?.Cancel();
        _run = null;
    }

    private void OnScriptEnded(int run, ScriptCommand script, ScriptResult result)
    {
        if (run != _runs)
        {
            return; // A reload or the stop has ended it: no news.
        }

        _run = null;
        _services.Events.Publish(NotifyScriptEnded.Of($"FIFO {Settings.Path}", script, result));
        if (result.Failure is { } failure)
        {
            NotifyLog.ScriptNotStarted(_services.Logger, script, Settings.Path, failure);
        }
        else
        {
            NotifyLog.ScriptEnded(_services.Logger, script, Settings.Path, result.Exit?.ToString() ?? "no status");
        }
    }
}

/// <summary>What FIFOs need of the host.</summary>
internal sealed record NotifyServices(IScheduler Scheduler, IScriptRunner Scripts, IEventBus Events, ILogger Logger);
