using System.Runtime.ExceptionServices;
using Keepalived.Configuration;
using Keepalived.Host.Configuration;
using Keepalived.Host.Plugins;
using Keepalived.Linux;
using Keepalived.Scheduling;
using Keepalived.Scripts;

namespace Keepalived.Host.Processes;

/// <summary>
/// Reads the configuration of a reload on a thread of its own: a thousand instances take longer than an advertisement may be late. The
/// result comes back on the loop; a reading that is not waited for any more ends unseen.
/// </summary>
internal static class AsideReading
{
    /// <summary>Starts a reading.</summary>
    /// <param name="loop">Where the result goes.</param>
    /// <param name="readings">What reads.</param>
    /// <param name="descriptor">The configuration; closed.</param>
    /// <param name="scripts">Judges scripts.</param>
    /// <param name="loopPriority">The loop's real-time priority; 0 for none.</param>
    /// <param name="finished">Called on the loop.</param>
    public static void Begin(
        IScheduler loop, ReadingRoom readings, int descriptor, IScriptPolicy scripts, int loopPriority, Action<Reading, IReadOnlyList<PluginFailure>> finished)
    {
        Thread thread = new(Run) { IsBackground = true, Name = "reading" };
        thread.Start();

        void Run()
        {
            StepBehind(loopPriority);
            try
            {
                Reading reading = readings.ReadAside(Content(descriptor), isTest: false, scripts, out IReadOnlyList<PluginFailure> failures);
                loop.Post(() => finished(reading, failures));
            }
#pragma warning disable CA1031 // Belongs to the loop, which knows what to do about it.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                ExceptionDispatchInfo thrown = ExceptionDispatchInfo.Capture(exception);
                loop.Post(thrown.Throw);
            }
        }
    }

    /// <summary>What a memory file of the parent has.</summary>
    public static ExpandedConfiguration Content(int descriptor)
    {
        using MemoryFile file = MemoryFile.FromDescriptor(descriptor);
        using MemoryStream content = new(file.ReadAll(), writable: false);
        return ExpandedConfiguration.Read(content);
    }

    // The thread inherits the loop's priority. Below it, but not below everybody: the collector stops the loop, too, while it works here.
    private static void StepBehind(int loopPriority)
    {
        if (loopPriority <= 1)
        {
            return;
        }

        try
        {
            ProcessScheduling.SetRealTimePriority(thread: 0, loopPriority - 1);
        }
        catch (LinuxException)
        {
            // Then it shares the processors with the loop as an equal.
        }
    }
}
