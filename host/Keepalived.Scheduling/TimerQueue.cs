using System.Diagnostics;

namespace Keepalived.Scheduling;

/// <summary>
/// Deadlines in a binary heap ordered by deadline, then by arming. A timer knows its own place, so arming, moving and disarming cost
/// O(log n). Room grows with the most timers ever armed at once and is kept, so in steady state nothing is allocated.
/// <para>
/// A pass first moves everything that is due out of the heap and then runs it. What is armed during the pass therefore waits for the
/// next one, even with a deadline that has passed. Each arming and disarming gives the timer a new generation; an entry of the pass
/// whose generation is no longer the timer's was disarmed or armed anew meanwhile and is skipped.
/// </para>
/// </summary>
internal sealed class TimerQueue
{
    private LoopTimer[] _heap = new LoopTimer[16];
    private DueTimer[] _due = new DueTimer[16];
    private int _count;
    private long _sequence;

    internal int Count => _count;

    /// <summary>The earliest deadline; <see cref="MonotonicTime.Never"/> when nothing is armed.</summary>
    internal MonotonicTime Next => _count == 0 ? MonotonicTime.Never : _heap[0].QueuedDeadline;

    internal void Arm(LoopTimer timer, MonotonicTime deadline)
    {
        timer.Generation++;
        timer.QueuedDeadline = deadline;
        timer.Sequence = ++_sequence;
        if (timer.HeapIndex < 0)
        {
            if (_count == _heap.Length)
            {
                Array.Resize(ref _heap, _count * 2);
                Array.Resize(ref _due, _count * 2); // a pass may take all of them
            }

            timer.HeapIndex = _count++;
            SiftUp(timer);
        }
        else
        {
            SiftUp(timer);
            SiftDown(timer);
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
        while (_count > 0 && _heap[0].QueuedDeadline <= now)
        {
            LoopTimer timer = _heap[0];
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
            LoopTimer timer = _heap[i];
            if (timer.Owner == owner)
            {
                timer.HeapIndex = -1;
                timer.IsQueued = false;
                timer.Generation++;
            }
            else
            {
                Place(timer, kept++);
            }
        }

        Array.Clear(_heap, kept, _count - kept);
        _count = kept;
        for (int i = (_count / 2) - 1; i >= 0; i--)
        {
            SiftDown(_heap[i]); // an order from the bottom up, as the places above may be in any
        }

        foreach (DueTimer entry in _due)
        {
            if (entry.Timer?.Owner == owner && entry.Timer.Generation == entry.Generation)
            {
                Disarm(entry.Timer);
            }
        }
    }

    [Conditional("DEBUG")]
    internal void AssertInvariants()
    {
        for (int i = 0; i < _count; i++)
        {
            Debug.Assert(_heap[i].HeapIndex == i, "a timer knows its place");
            Debug.Assert(i == 0 || !IsBefore(_heap[i], _heap[(i - 1) / 2]), "no timer comes before the one above it");
        }
    }

    private static bool IsBefore(LoopTimer left, LoopTimer right) =>
        left.QueuedDeadline < right.QueuedDeadline
        || (left.QueuedDeadline == right.QueuedDeadline && left.Sequence < right.Sequence);

    private void RemoveFromHeap(LoopTimer timer)
    {
        int index = timer.HeapIndex;
        LoopTimer last = _heap[--_count];
        _heap[_count] = null!;
        timer.HeapIndex = -1;
        if (last != timer)
        {
            last.HeapIndex = index;
            _heap[index] = last;
            SiftUp(last);
            SiftDown(last);
        }
    }

    private void SiftUp(LoopTimer timer)
    {
        int index = timer.HeapIndex;
        while (index > 0)
        {
            int above = (index - 1) / 2;
            if (!IsBefore(timer, _heap[above]))
            {
                break;
            }

            Place(_heap[above], index);
            index = above;
        }

        Place(timer, index);
    }

    private void SiftDown(LoopTimer timer)
    {
        int index = timer.HeapIndex;
        while (true)
        {
            int below = (2 * index) + 1;
            if (below >= _count)
            {
                break;
            }

            if (below + 1 < _count && IsBefore(_heap[below + 1], _heap[below]))
            {
                below++;
            }

            if (!IsBefore(_heap[below], timer))
            {
                break;
            }

            Place(_heap[below], index);
            index = below;
        }

        Place(timer, index);
    }

    private void Place(LoopTimer timer, int index)
    {
        _heap[index] = timer;
        timer.HeapIndex = index;
    }

    private readonly record struct DueTimer(LoopTimer Timer, long Generation);
}
