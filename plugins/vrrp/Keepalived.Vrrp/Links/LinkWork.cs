using Keepalived.Scheduling;
using Keepalived.Vrrp.Runtime;

namespace Keepalived.Vrrp.Links;

/// <summary>
/// Makes and removes interfaces in turn, an instance's at a time: each waits for the kernel (about a millisecond), so hundreds at once, as a
/// reload or the return of a base interface brings them, would make every advertisement late. In a turn of the loop there is done as much
/// as ends before the next deadline and fits into <see cref="TurnBudget"/>. What comes while nothing waits, and fits, is done at once.
/// </summary>
internal sealed class LinkWork : IDisposable
{
    /// <summary>Turns that may pass without room for anything, before a piece is done all the same: else it might never be.</summary>
    public const int MostPassedOver = 8;

    private static readonly TimeSpan TurnBudget = TimeSpan.FromMilliseconds(4);

    private readonly VrrpServices _services;
    private readonly Queue<Piece> _queue = new();
    private readonly ILoopTimer _alarm;
    private readonly Action _pump;
    private TimeSpan _estimate = TimeSpan.FromMilliseconds(1);
    private TimeSpan _spent;
    private MonotonicTime _turn;
    private int _passedOver;
    private bool _isPumpScheduled;

    public LinkWork(VrrpServices services)
    {
        _services = services;
        _pump = Pump;
        _alarm = services.Scheduler.CreateTimer(_ => SchedulePump());
    }

    private IScheduler Scheduler => _services.Scheduler;

    /// <summary>Does a piece of work, now or in a later turn; pieces stay in order.</summary>
    /// <param name="work">Makes or removes what one instance has.</param>
    /// <param name="isRemoval">Is done at the end of the daemon, too.</param>
    /// <param name="isUrgent">Somebody runs who needs it: the first piece of a turn does not wait for room.</param>
    public void Do(Action work, bool isRemoval, bool isUrgent = false)
    {
        if (_services.IsAtRest)
        {
            work();
            return;
        }

        NoteTurn();
        if (_queue.Count == 0 && (HasRoom() || (isUrgent && _spent == TimeSpan.Zero)))
        {
            Run(work);
            return;
        }

        _queue.Enqueue(new Piece(work, isRemoval));
        if (!_alarm.IsArmed)
        {
            SchedulePump();
        }
    }

    /// <summary>The daemon ends: what is to be removed is removed, and nothing more is made.</summary>
    public void Finish()
    {
        while (_queue.TryDequeue(out Piece piece))
        {
            if (piece.IsRemoval)
            {
                piece.Work();
            }
        }
    }

    public void Dispose()
    {
        _queue.Clear();
        _alarm.Dispose();
    }

    private void Pump()
    {
        _isPumpScheduled = false;
        NoteTurn();
        while (_queue.Count > 0 && (HasRoom() || _passedOver >= MostPassedOver))
        {
            Run(_queue.Dequeue().Work);
        }

        if (_queue.Count > 0)
        {
            _passedOver += _spent == TimeSpan.Zero ? 1 : 0;
            Wait();
        }
    }

    // Where a deadline is too near, the turn that serves it is the next one in which there may be room.
    private void Wait()
    {
        MonotonicTime next = Scheduler.NextDeadline;
        MonotonicTime now = Scheduler.ReadClock();
        if (now < next && now + _estimate > next)
        {
            _alarm.Arm(next);
        }
        else
        {
            SchedulePump();
        }
    }

    private bool HasRoom() => _spent + _estimate <= TurnBudget && Scheduler.ReadClock() + _estimate <= Scheduler.NextDeadline;

    private void Run(Action work)
    {
        MonotonicTime begun = Scheduler.ReadClock();
        work();
        TimeSpan took = Scheduler.ReadClock() - begun;
        _spent += took;
        _passedOver = 0;
        // A slow one is believed at once, a fast one by halves; never more than a turn has, or nothing would fit.
        TimeSpan estimate = took > _estimate ? took : (took + _estimate) / 2;
        _estimate = estimate < TurnBudget ? estimate : TurnBudget;
    }

    private void NoteTurn()
    {
        if (_turn != Scheduler.Now)
        {
            (_turn, _spent) = (Scheduler.Now, TimeSpan.Zero);
        }
    }

    private void SchedulePump()
    {
        if (!_isPumpScheduled)
        {
            _isPumpScheduled = true;
            Scheduler.RunAtTurnEnd(_pump);
        }
    }

    private readonly record struct Piece(Action Work, bool IsRemoval);
}
