using Keepalived.Events;
using Keepalived.Scripts;
using Microsoft.Extensions.Logging;

namespace Keepalived.Notify;

/// <summary>An open FIFO with the script that reads it. A script that ends is not started again before a reload, as in keepalived.</summary>
internal sealed class Fifo : IDisposable
{
    private readonly INotificationPipe _pipe;
    private readonly IScriptRunner _scripts;
    private readonly ILogger _logger;
    private IScriptRun? _run;
    private long _droppedInRow;
    private int _runs;

    public Fifo(FifoSettings settings, INotificationPipe pipe, IScriptRunner scripts, ILogger logger)
    {
        Settings = settings;
        _pipe = pipe;
        _scripts = scripts;
        _logger = logger;
    }

    public FifoSettings Settings { get; private set; }

    /// <summary>Lines written since the FIFO was opened.</summary>
    public long Written { get; private set; }

    /// <summary>Lines lost because the FIFO was full.</summary>
    public long Dropped { get; private set; }

    /// <summary>Starts the script, or starts it anew with the settings of a reload; the FIFO stays open.</summary>
    public void RunScript(FifoSettings settings)
    {
        EndScript();
        Settings = settings;
        if (settings.Script is { } script)
        {
            int run = _runs;
            _run = _scripts.Run(script, [settings.Path], Timeout.InfiniteTimeSpan, result => OnScriptEnded(run, script, result));
        }
    }

    /// <summary>Writes a line, or drops and counts it when the FIFO is full. The first line of a row that is dropped is logged.</summary>
    public void Write(FifoLine line)
    {
        if (Settings.Kind != FifoKind.Common && Settings.Kind != line.Kind)
        {
            return;
        }

        if (_pipe.TryWrite(line.Bytes))
        {
            Written++;
            if (_droppedInRow > 0)
            {
                NotifyLog.FifoReadAgain(_logger, Settings.Path, _droppedInRow);
                _droppedInRow = 0;
            }

            return;
        }

        Dropped++;
        if (++_droppedInRow == 1)
        {
            NotifyLog.FifoFull(_logger, Settings.Path);
        }
    }

    public void Dispose()
    {
        EndScript();
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
        if (result.Failure is { } failure)
        {
            NotifyLog.ScriptNotStarted(_logger, script, Settings.Path, failure);
        }
        else if (run == _runs)
        {
            // Ended by itself: what a reload or a stop ends belongs to an earlier run.
            NotifyLog.ScriptEnded(_logger, script, Settings.Path, result.Exit?.ToString() ?? "no status");
            _run = null;
        }
    }
}
