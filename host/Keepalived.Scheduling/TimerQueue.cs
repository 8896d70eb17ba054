using System.Diagnostics;

namespace Keepalived.Scheduling;

/// <summary>
/// Deadlines in a heap of four branches ordered by deadline, then by arming. What is compared lies in the heap's array, side by side, because
/// with thousands of timers following references costs more than comparing. A timer knows its own place, so arming, moving and disarming cost
/// O(log n). Room grows with the most timers ever armed at once and is kept, so in steady state nothing is allocated.
/// <para>
/// A pass first moves everything that is due out of the heap and then runs it. What is armed during the pass therefore waits for the
/// next one, even with a deadline that has passed. Each arming and disarming gives the timer a new generation; an entry of the pass
/// whose generation is no longer the timer's was disarmed or armed anew meanwhile and is skipped.
/// </para>
/// </summary>
internal sealed class TimerQueue
{
    private const int Branches = 4;
    private Entry[] _heap = new Entry[16];
    private DueTimer[] _due = new DueTimer[16];
    private int _count;
    private long _sequence;

    internal int Count => _count;

    /// <summary>The earliest deadline; <see cref="MonotonicTime.Never"/> when nothing is armed.</summary>
    internal MonotonicTime Next => _count == 0 ? MonotonicTime.Never : _heap[0].Deadline;

    internal void Arm(LoopTimer timer, MonotonicTime deadline)
    {
        timer.Generation++;
        timer.QueuedDeadline = deadline;
        var entry = new Entry(deadline, ++_sequence, timer);
        if (timer.HeapIndex < 0)
        {
            if (_count == _heap.Length)
            {
                Array.Resize(ref _heap, _count * 2);
                Array.Resize(ref _due, _count * 2); // a pass may take all of them
            }

            SiftUp(entry, _count++);
        }
        else
        {
            Move(entry, timer.HeapIndex);
        }

        timer.IsQueued = true;
    }

    internal void Disarm(LoopTimer timer)
    {
        if (!timer.IsQueued)
        {
            return;
        }

        timer.Generation++;
        timer.IsQueued = false;
        if (timer.HeapIndex >= 0)
        {
            RemoveFromHeap(timer);
        }
    }

    /// <summary>Moves every timer due at <paramref name="now"/> out of the heap, in the order to run them; returns how many.</summary>
    internal int TakeDue(MonotonicTime now)
    {
        int due = 0;
        while (_count > 0 && _heap[0].Deadline <= now)
        {
            LoopTimer timer = _heap[0].Timer;
            RemoveFromHeap(timer);
            _due[due++] = new DueTimer(timer, timer.Generation);
        }

        return due;
    }

    /// <summary>Takes one entry of the pass; null when it was disarmed or armed anew since. The timer is no longer armed afterwards.</summary>
    internal LoopTimer? Claim(int index)
    {
        DueTimer entry = _due[index];
        _due[index] = default;
        if (entry.Timer.Generation != entry.Generation)
        {
            return null;
        }

        entry.Timer.IsQueued = false;
        return entry.Timer;
    }

    /// <summary>Disarms every timer of an owner.</summary>
    internal void DisarmAll(LoopOwner owner)
    {
        int kept = 0;
        for (int i = 0; i < _count; i++)
        {
            Entry entry = _heap[i];
            LoopTimer timer = entry.Timer;
            if (timer.Owner == owner)
            {
                timer.HeapIndex = -1;
                timer.IsQueued = false;
                timer.Generation++;
            }
            else
            {
                Place(entry, kept++);
            }
        }

        Array.Clear(_heap, kept, _count - kept);
        _count = kept;
        for (int i = _count - 1; i >= 0; i--)
        {
            SiftDown(_heap[i], i); // an order from the bottom up, as the places above may be in any
        }

        foreach (DueTimer due in _due)
        {
            if (due.Timer?.Owner == owner && due.Timer.Generation == due.Generation)
            {
                Disarm(due.Timer);
            }
        }
    }

    [Conditional("DEBUG")]
    internal void AssertInvariants()
    {
        for (int i = 0; i < _count; i++)
        {
            Debug.Assert(_heap[i].Timer.HeapIndex == i, "a timer knows its place");
            Debug.Assert(_heap[i].Deadline == _heap[i].Timer.QueuedDeadline, "the heap has each timer's deadline");
            Debug.Assert(i == 0 || !IsBefore(_heap[i], _heap[(i - 1) / Branches]), "no timer comes before the one above it");
        }
    }

    private static bool IsBefore(in Entry left, in Entry right) =>
        left.Deadline < right.Deadline || (left.Deadline == right.Deadline && left.Sequence < right.Sequence);

    private void RemoveFromHeap(LoopTimer timer)
    {
        int index = timer.HeapIndex;
        Entry last = _heap[--_count];
        _heap[_count] = default;
        timer.HeapIndex = -1;
        if (last.Timer != timer)
        {
            Move(last, index);
        }
    }

    /// <summary>Puts an entry where it belongs, beginning at a place that is free for it.</summary>
    private void Move(Entry entry, int index)
    {
        if (index > 0 && IsBefore(entry, _heap[(index - 1) / Branches]))
        {
            SiftUp(entry, index);
        }
        else
        {
            SiftDown(entry, index);
        }
    }

    private void SiftUp(Entry entry, int index)
    {
        while (index > 0)
        {
            int above = (index - 1) / Branches;
            if (!IsBefore(entry, _heap[above]))
            {
                break;
            }

            Place(_heap[above], index);
            index = above;
        }

        Place(entry, index);
    }

    private void SiftDown(Entry entry, int index)
    {
        while (true)
        {
            int first = (Branches * index) + 1;
            if (first >= _count)
            {
                break;
            }

            int earliest = first;
            int end = Math.Min(first + Branches, _count);
            for (int below = first + 1; below < end; below++)
            {
                if (IsBefore(_heap[below], _heap[earliest]))
                {
                    earliest = below;
                }
            }

            if (!IsBefore(_heap[earliest], entry))
            {
                break;
            }

            Place(_heap[earliest], index);
            index = earliest;
        }

        Place(entry, index);
    }

    private void Place(in Entry entry, int index)
    {
        _heap[index] = entry;
        entry.Timer.HeapIndex = index;
    }

    private readonly record struct Entry(MonotonicTime Deadline, long Sequence, LoopTimer Timer);

    private readonly record struct DueTimer(LoopTimer Timer, long Generation);
}
