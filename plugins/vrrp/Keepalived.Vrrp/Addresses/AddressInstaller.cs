using Keepalived.Linux;
using Keepalived.Linux.Netlink.Route;
using Keepalived.Scheduling;

namespace Keepalived.Vrrp.Addresses;

/// <summary>
/// Brings the kernel's addresses to what the instances want, in chunks, as many in a turn of the loop as fit before the next deadline
/// and into <see cref="TurnBudget"/>, so that thousands of addresses delay no advertisement by more than a chunk's time and no packet
/// that comes by more than the budget (the kernel needs 15 µs for an address, and 70 µs when there are thousands). Wishes are states,
/// not commands: an address that is wanted and unwanted again before its turn costs nothing.
/// </summary>
internal sealed class AddressInstaller : IAddressTableHandler, IDisposable
{
    /// <summary>Changes handed to the kernel at once.</summary>
    public const int ChunkSize = 8;

    /// <summary>Changes in a turn at most, however fast the kernel is.</summary>
    public const int MostPerTurn = 512;

    private static readonly TimeSpan TurnBudget = TimeSpan.FromMilliseconds(4);

    private readonly IScheduler _scheduler;
    private readonly InterfaceTable _interfaces;
    private readonly IAddressTable _table;
    private readonly IDescriptorWatch? _watch;
    private readonly Action _pump;
    private readonly List<ManagedAddress?> _slots = [];
    private readonly Stack<int> _freeSlots = new();
    private readonly Dictionary<IManagedAddressOwner, int> _unsettled = [];
    private readonly Queue<ManagedAddress> _work = new();
    private int _inFlight;
    private bool _pumpScheduled;
    private bool _isPumping;

    public AddressInstaller(IScheduler scheduler, InterfaceTable interfaces, Func<IAddressTableHandler, IAddressTable> open)
    {
        _scheduler = scheduler;
        _interfaces = interfaces;
        _pump = PumpAtTurnEnd;
        _table = open(this);
        _watch = _table.Descriptor < 0 ? null : scheduler.Watch(_table.Descriptor, Readiness.Read, OnReadable);
    }

    /// <summary>Nothing waits for the kernel.</summary>
    public bool IsIdle => _inFlight == 0 && _work.Count == 0;

    /// <summary>Called when the installer becomes idle.</summary>
    public Action? BecameIdle { get; set; }

    /// <summary>Asks for an address to be there or not. The kernel is told at the end of this turn, after the advertisements.</summary>
    public void Want(ManagedAddress address, bool wanted)
    {
        address.IsWanted = wanted;
        if (!address.IsQueued && !address.IsInFlight && address.IsPresent != wanted)
        {
            Enqueue(address);
        }
    }

    /// <summary>True while something of this owner is queued or with the kernel.</summary>
    public bool IsUnsettled(IManagedAddressOwner owner) => _unsettled.ContainsKey(owner);

    /// <summary>Does a turn's share now: for the end of the daemon, where there may be no further turn.</summary>
    public void Pump()
    {
        _isPumping = true;
        MonotonicTime begun = _scheduler.ReadClock();
        MonotonicTime end = MonotonicTime.Min(begun + TurnBudget, _scheduler.NextDeadline);
        for (int issued = 0; issued < MostPerTurn && IssueChunk(); issued += ChunkSize)
        {
            // The kernel has worked the chunk through inside the send, so its answers are there already.
            _table.OnReadable();
            MonotonicTime now = _scheduler.ReadClock();
            // Another chunk is supposed to take as long as this one did.
            if (now + (now - begun) >= end)
            {
                break;
            }

            begun = now;
        }

        _isPumping = false;
        if (_inFlight == 0 && _work.Count > 0)
        {
            SchedulePump();
        }
    }

    public void Dispose()
    {
        _watch?.Dispose();
        _table.Dispose();
    }

    void IAddressTableHandler.Completed(long token, Errno errno, string? kernelText)
    {
        ManagedAddress address = _slots[(int)(token >> 1)]!;
        bool wasAdd = (token & 1) != 0;
        _inFlight--;
        address.IsInFlight = false;
        _slots[address.Slot] = null;
        _freeSlots.Push(address.Slot);
        address.Slot = -1;
        Conclude(address, wasAdd, errno, kernelText);
        bool again = address.IsWanted != address.IsPresent && !(errno != Errno.None && wasAdd == address.IsWanted);
        if (again)
        {
            Enqueue(address);
        }

        Settle(address.Owner);
    }

    /// <returns>Whether the kernel has got something to do.</returns>
    private bool IssueChunk()
    {
        while (_inFlight == 0 && _work.Count > 0)
        {
            for (int i = 0; i < ChunkSize && _work.TryDequeue(out ManagedAddress? address); i++)
            {
                address.IsQueued = false;
                Issue(address);
            }

            if (_inFlight > 0)
            {
                _table.Flush();
                return true;
            }
        }

        return false;
    }

    private void Conclude(ManagedAddress address, bool wasAdd, Errno errno, string? kernelText)
    {
        if (wasAdd)
        {
            // EEXIST: the kernel has just what was asked for.
            address.IsPresent = errno is Errno.None or Errno.EEXIST;
            if (address.IsPresent)
            {
                _interfaces.NoteInstalled(address.Info);
                address.Owner.AddressInstalled(address);
            }
            else
            {
                address.Owner.AddressFailed(address, wasAdd, errno, kernelText);
            }

            return;
        }

        address.IsPresent = false;
        if (errno == Errno.None)
        {
            return;
        }

        address.ExpectedRemovals = Math.Max(0, address.ExpectedRemovals - 1);
        // Not there, or its interface is not: nothing is left to remove.
        if (errno is not (Errno.EADDRNOTAVAIL or Errno.ENODEV))
        {
            address.Owner.AddressFailed(address, wasAdd, errno, kernelText);
        }
    }

    private void Issue(ManagedAddress address)
    {
        bool needless = address.IsWanted == address.IsPresent || address.Info.InterfaceIndex == 0;
        if (needless)
        {
            address.IsPresent &= address.Info.InterfaceIndex != 0;
            Settle(address.Owner);
            return;
        }

        address.Slot = TakeSlot(address);
        address.IsInFlight = true;
        _inFlight++;
        if (address.IsWanted)
        {
            _table.QueueAdd(address.Info, ((long)address.Slot << 1) | 1);
        }
        else
        {
            address.ExpectedRemovals++;
            _table.QueueDelete(address.Info, (long)address.Slot << 1);
        }
    }

    private void Enqueue(ManagedAddress address)
    {
        address.IsQueued = true;
        _work.Enqueue(address);
        System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_unsettled, address.Owner, out _)++;
        if (!_isPumping && _inFlight == 0)
        {
            SchedulePump();
        }
    }

    private void SchedulePump()
    {
        if (!_pumpScheduled)
        {
            _pumpScheduled = true;
            _scheduler.RunAtTurnEnd(_pump);
        }
    }

    private void Settle(IManagedAddressOwner owner)
    {
        ref int count = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrNullRef(_unsettled, owner);
        count--;
        if (count == 0)
        {
            _unsettled.Remove(owner);
            owner.AddressesSettled();
        }
    }

    private int TakeSlot(ManagedAddress address)
    {
        if (_freeSlots.TryPop(out int slot))
        {
            _slots[slot] = address;
            return slot;
        }

        _slots.Add(address);
        return _slots.Count - 1;
    }

    private void OnReadable(Readiness readiness)
    {
        _table.OnReadable();
        PumpAtTurnEnd();
    }

    private void PumpAtTurnEnd()
    {
        _pumpScheduled = false;
        Pump();
        if (IsIdle)
        {
            BecameIdle?.Invoke();
        }
    }
}
