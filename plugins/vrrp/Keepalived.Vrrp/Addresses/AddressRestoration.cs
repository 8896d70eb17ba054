using Keepalived.Scheduling;
using Microsoft.Extensions.Logging;

namespace Keepalived.Vrrp.Addresses;

/// <summary>
/// Puts the addresses of one master back that others have removed (<c>restore_addresses</c>): at once, and not more often than
/// <see cref="Restorations.Interval"/> allows. Made for the first loss.
/// </summary>
internal sealed class AddressRestoration : IDisposable
{
    private readonly IScheduler _scheduler;
    private readonly AddressInstaller _installer;
    private readonly ILogger _logger;
    private readonly ILoopTimer _timer;
    private readonly Dictionary<ManagedAddress, Restorations> _history = [];
    private readonly HashSet<ManagedAddress> _returning = [];
    private List<Loss> _losses = [];
    private string _title = "";

    public AddressRestoration(IScheduler scheduler, AddressInstaller installer, ILogger logger)
    {
        _scheduler = scheduler;
        _installer = installer;
        _logger = logger;
        _timer = scheduler.CreateTimer(_ => Restore(_title));
    }

    /// <summary>Somebody has removed an address.</summary>
    public void Note(ManagedAddress address, uint senderPort) => _losses.Add(new(address, senderPort));

    /// <summary>Puts back what is missing and may be put back now, and the rest when it may.</summary>
    /// <param name="title">Whose addresses they are, for the log.</param>
    /// <returns>Whether anything was missing.</returns>
    public bool Restore(string title)
    {
        _title = title;
        List<Loss> losses = _losses;
        _losses = [];
        foreach (Loss loss in losses)
        {
            if (loss.Address is { IsWanted: true, IsPresent: false })
            {
                Restore(loss);
            }
        }

        return losses.Count > 0;
    }

    /// <summary>The kernel has answered for an address.</summary>
    /// <returns>Whether it was one to put back.</returns>
    public bool Conclude(ManagedAddress address) => _returning.Remove(address);

    /// <summary>The addresses are not wanted any more.</summary>
    public void Cancel()
    {
        _timer.Disarm();
        _losses.Clear();
        _returning.Clear();
    }

    /// <summary>An address left the configuration.</summary>
    public void Forget(ManagedAddress address)
    {
        _history.Remove(address);
        _returning.Remove(address);
    }

    public void Dispose() => _timer.Dispose();

    private void Restore(in Loss loss)
    {
        MonotonicTime now = _scheduler.Now;
        Restorations history = _history.GetValueOrDefault(loss.Address);
        MonotonicTime earliest = history.Earliest(now);
        if (earliest > now)
        {
            _losses.Add(loss);
            _timer.Arm(_losses.Count > 1 ? MonotonicTime.Min(earliest, _timer.Deadline) : earliest);
            return;
        }

        if (history.Count(now))
        {
            VrrpLog.Restoring(_logger, _title, RemovalAuthor.Describe(loss.SenderPort), $"address {loss.Address.Info}", history.ToString());
        }

        _history[loss.Address] = history;
        _returning.Add(loss.Address);
        _installer.Want(loss.Address, true);
    }

    private readonly record struct Loss(ManagedAddress Address, uint SenderPort);
}
