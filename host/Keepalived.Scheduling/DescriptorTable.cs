using Keepalived.Linux;
using Keepalived.Linux.Events;

namespace Keepalived.Scheduling;

/// <summary>
/// Watched descriptors. An event names a slot and the slot's generation, so one that the kernel reported before its watch was disposed,
/// in the same turn, finds a newer generation and is dropped.
/// </summary>
internal sealed class DescriptorTable : IDisposable
{
    private const ulong WakeData = ulong.MaxValue - 1;
    private readonly Epoll _epoll;
    private readonly EpollEvents _events;
    private Slot[] _slots = new Slot[16];
    private int _used;
    private int _free = -1;

    internal DescriptorTable(int eventsPerTurn, Epoll epoll)
    {
        _events = new EpollEvents(eventsPerTurn);
        _epoll = epoll;
    }

    /// <summary>Makes <paramref name="descriptor"/> end a wait; its events are not reported.</summary>
    internal void AddWakeUp(int descriptor) => Check(_epoll.Add(descriptor, (uint)Readiness.Read, WakeData), descriptor);

    internal int Wait(long nanoseconds) => _epoll.Wait(_events, nanoseconds);

    /// <summary>The watch an event belongs to; null when it is gone, or for the wake-up, which <paramref name="wokenUp"/> tells.</summary>
    internal DescriptorWatch? Find(int index, out Readiness readiness, out bool wokenUp)
    {
        readiness = (Readiness)(_events.Flags(index) & 0x1F);
        ulong data = _events.Data(index);
        wokenUp = data == WakeData;
        if (wokenUp)
        {
            return null;
        }

        ref Slot slot = ref _slots[(int)(data & 0xFFFF_FFFF)];
        return slot.Generation == (uint)(data >> 32) ? slot.Watch : null;
    }

    internal int Add(DescriptorWatch watch, int descriptor, Readiness interest)
    {
        int index = Allocate();
        _slots[index].Watch = watch;
        Errno error = _epoll.Add(descriptor, (uint)interest, DataOf(index));
        if (error != Errno.None)
        {
            Free(index);
            Check(error, descriptor);
        }

        return index;
    }

    internal void Modify(int index, int descriptor, Readiness interest) =>
        Check(_epoll.Modify(descriptor, (uint)interest, DataOf(index)), descriptor);

    /// <summary>
    /// Ends a watch. A descriptor closed too early is gone from the set already, and at the end of the process the set itself may be: no
    /// reason to fail here.
    /// </summary>
    internal void Remove(int index, int descriptor)
    {
        if (!_epoll.IsClosed)
        {
            _ = _epoll.Remove(descriptor);
        }

        Free(index);
    }

    /// <summary>Ends a watch whose descriptor is closed at once: the kernel takes that out of the set by itself.</summary>
    internal void Forget(int index) => Free(index);

    /// <summary>Ends every watch of an owner.</summary>
    internal void Retire(LoopOwner owner)
    {
        for (int i = 0; i < _used; i++)
        {
            if (_slots[i].Watch is { } watch && watch.Owner == owner)
            {
                watch.Ended();
            }
        }
    }

    public void Dispose()
    {
        _events.Dispose();
        _epoll.Dispose();
    }

    private static void Check(Errno error, int descriptor)
    {
        if (error != Errno.None)
        {
            var cause = new LinuxException($"watch descriptor {descriptor}", error);
            throw new IOException(cause.Message, cause);
        }
    }

    private ulong DataOf(int index) => ((ulong)_slots[index].Generation << 32) | (uint)index;

    private int Allocate()
    {
        if (_free >= 0)
        {
            int index = _free;
            _free = _slots[index].NextFree;
            return index;
        }

        if (_used == _slots.Length)
        {
            Array.Resize(ref _slots, _used * 2);
        }

        return _used++;
    }

    private void Free(int index)
    {
        ref Slot slot = ref _slots[index];
        slot.Watch = null;
        slot.Generation = unchecked(slot.Generation + 1) & 0x7FFF_FFFF; // never reaches the data values kept for ourselves
        slot.NextFree = _free;
        _free = index;
    }

    private struct Slot
    {
        internal DescriptorWatch? Watch;
        internal uint Generation;
        internal int NextFree;
    }
}
