using System.Runtime.InteropServices;

namespace Keepalived.Scheduling;

/// <summary>
/// Signals to this process as callbacks on the loop, in place of their default action. The runtime catches them on a thread of its own
/// and this posts them, so equal signals in quick succession may each arrive. Real-time signals are given by number: SIGRTMIN+2 is 36
/// and SIGRTMAX-1 is 63.
/// </summary>
public sealed class SignalSource : IDisposable
{
    private readonly List<PosixSignalRegistration> _registrations = [];

    /// <summary>Begins to catch signals.</summary>
    /// <param name="scheduler">Where to call back.</param>
    /// <param name="signals">Raw numbers, 1..64, but not SIGKILL and SIGSTOP.</param>
    /// <param name="handler">Called on the loop with the signal's number.</param>
    /// <exception cref="IOException">The kernel does not let a signal be caught.</exception>
    public SignalSource(IScheduler scheduler, ReadOnlySpan<int> signals, Action<int> handler)
    {
        ArgumentNullException.ThrowIfNull(scheduler);
        ArgumentNullException.ThrowIfNull(handler);
        try
        {
            foreach (int signal in signals)
            {
                int number = signal;
                SendOrPostCallback callback = _ => handler(number);
                _registrations.Add(PosixSignalRegistration.Create((PosixSignal)signal, context =>
                {
                    context.Cancel = true; // ours now: the default action would end the process
                    scheduler.SynchronizationContext.Post(callback, null);
                }));
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Gives the signals back to their default actions.</summary>
    public void Dispose()
    {
        _registrations.ForEach(registration => registration.Dispose());
        _registrations.Clear();
    }
}
