using Keepalived.Plugins;

namespace Keepalived.Host.Processes;

/// <summary>
/// Dumps that take many turns: of each kind one at a time. Who asks meanwhile gets one more when it is over, however often they ask. Loop thread.
/// </summary>
internal sealed class RunningDumps(Func<DumpKind, Task> write, Action<Exception> failed)
{
    private HashSet<DumpKind> _running = [];
    private HashSet<DumpKind> _again = [];

    /// <summary>Starts one, or makes sure that one starts after the one that runs.</summary>
    public void Ask(DumpKind kind)
    {
        if (_running.Add(kind))
        {
            _ = WriteAsync(kind, _running, _again);
        }
        else
        {
            _again.Add(kind);
        }
    }

    /// <summary>A plugin is gone: a dump that waits for it never ends, and shall be in nobody's way.</summary>
    public void Forget() => (_running, _again) = ([], []);

    private async Task WriteAsync(DumpKind kind, HashSet<DumpKind> running, HashSet<DumpKind> again)
    {
        try
        {
            do
            {
                await write(kind);
            }
            while (again.Remove(kind));
        }
        catch (Exception exception)
        {
            failed(exception);
        }
        finally
        {
            running.Remove(kind);
        }
    }
}
