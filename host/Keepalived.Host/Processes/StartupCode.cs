using Keepalived.Linux.Resources;
using Keepalived.Scheduling;

namespace Keepalived.Host.Processes;

/// <summary>
/// Half of the memory of a process that has started is program code that it will not run again: the run time's own start, the reading of
/// the configuration, the compiler. Gives it back once the process has settled, a part per turn of the loop, so that nothing else is late
/// for it. Under locked memory the kernel refuses, which is right. Loop thread only; docs/decisions/0011.
/// </summary>
internal static class StartupCode
{
    /// <summary>Past the first advertisements and their announcements, which would only fault the code in again.</summary>
    private static readonly TimeSpan _delay = TimeSpan.FromMilliseconds(100);

    /// <summary>Begins a moment from now.</summary>
    internal static void Release(IScheduler scheduler)
    {
        ILoopTimer? timer = null;
        timer = scheduler.CreateTimer(_ =>
        {
            timer?.Dispose();
            Begin(scheduler);
        });
        // The loop's time stands still until its first turn.
        timer.Arm(scheduler.ReadClock() + _delay);
    }

    private static void Begin(IScheduler scheduler)
    {
        MappedCode code;
        try
        {
            code = new MappedCode(AppContext.BaseDirectory);
        }
        catch (IOException)
        {
            // Without /proc there is no list to go by; the memory stays.
            return;
        }

        scheduler.Post(Next);

        void Next()
        {
            if (code.ReleaseNext())
            {
                scheduler.Post(Next);
            }
            else
            {
                code.Dispose();
            }
        }
    }
}
