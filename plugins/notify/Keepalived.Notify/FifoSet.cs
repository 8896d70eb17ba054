using Keepalived.Events;

namespace Keepalived.Notify;

/// <summary>The open FIFOs of this process.</summary>
internal sealed class FifoSet(INotificationPipes pipes, NotifyServices services) : IDisposable
{
    private readonly List<Fifo> _fifos = [];

    /// <summary>
    /// Opens what is new, closes what is gone, leaves the others open so that their readers lose nothing, and starts each script anew.
    /// One that cannot be opened is reported and left out.
    /// </summary>
    public void Apply(IEnumerable<FifoSettings> wanted)
    {
        List<FifoSettings> rest = [.. wanted];
        for (int i = _fifos.Count - 1; i >= 0; i--)
        {
            Fifo fifo = _fifos[i];
            int kept = rest.FindIndex(settings => settings with { Script = null } == fifo.Settings with { Script = null });
            if (kept >= 0)
            {
                fifo.RunScript(rest[kept]);
                rest.RemoveAt(kept);
            }
            else
            {
                fifo.Dispose();
                _fifos.RemoveAt(i);
            }
        }

        foreach (FifoSettings settings in rest)
        {
            Open(settings);
        }
    }

    public void Write(FifoLine line)
    {
        foreach (Fifo fifo in _fifos)
        {
            fifo.Write(line);
        }
    }

    public void Dump(TextWriter writer)
    {
        foreach (Fifo fifo in _fifos)
        {
            writer.WriteLine($" Notify FIFO = {fifo.Settings.Path}");
            writer.WriteLine($"   Lines written = {fifo.Written}");
            writer.WriteLine($"   Lines dropped = {fifo.Dropped}");
            if (fifo.Settings.Script is { } script)
            {
                writer.WriteLine($"   Script = {script}");
            }
        }
    }

    public void Dispose()
    {
        foreach (Fifo fifo in _fifos)
        {
            fifo.Dispose();
        }

        _fifos.Clear();
    }

    private void Open(FifoSettings settings)
    {
        try
        {
            var fifo = new Fifo(settings, pipes.Open(settings.Path, settings.Owner), services);
            _fifos.Add(fifo);
            fifo.RunScript(settings);
        }
        catch (IOException exception)
        {
            NotifyLog.FifoNotOpened(services.Logger, settings.Path, exception.Message);
        }
    }
}
