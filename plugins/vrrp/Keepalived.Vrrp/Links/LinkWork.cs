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
    public const int MostPassedOver = 4;

    private static readonly TimeSpan TurnBudget = TimeSpan.FromMilliseconds(4);

    private readonly VrrpServices _services;
    private readonly Queue<Piece> _queue = new();
    private readonly ILoopTimer _alarm;
    private readonly Action _pump;
    private TimeSpan _making = TimeSpan.FromMilliseconds(1);
    private TimeSpan _removing = TimeSpan.FromMilliseconds(1);
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
        Piece piece = new(work, isRemoval);
        if (_queue.Count == 0 && (HasRoom(piece) || (isUrgent && _spent == TimeSpan.Zero)))
        {
            Run(piece);
            return;
        }

        _queue.Enqueue(piece);
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
        while (_queue.TryPeek(out Piece next))
        {
            if (!HasRoom(next) && _passedOver < MostPassedOver)
            {
                _passedOver += _spent == TimeSpan.Zero ? 1 : 0;
                WaitForRoom(next);
                return;
            }

            Run(_queue.Dequeue());
        }
    }

    // Where a deadline is too near, the turn that serves it is the next one in which there may be room.
    private void WaitForRoom(Piece piece)
    {
        MonotonicTime deadline = Scheduler.NextDeadline;
        MonotonicTime now = Scheduler.ReadClock();
        if (now < deadline && now + Estimate(piece) > deadline)
        {
            _alarm.Arm(deadline);
        }
        else
        {
            SchedulePump();
        }
    }

    private bool HasRoom(Piece piece) =>
        (_spent == TimeSpan.Zero || _spent + Estimate(piece) <= TurnBudget) && Scheduler.ReadClock() + Estimate(piece) <= Scheduler.NextDeadline;

    // Some kernels wait for all of their processors before they let an interface go.
    private ref TimeSpan Estimate(Piece piece) => ref piece.IsRemoval ? ref _removing : ref _making;

    private void Run(Piece piece)
    {
        MonotonicTime begun = Scheduler.ReadClock();
        piece.Work();
        TimeSpan took = Scheduler.ReadClock() - begun;
        _spent += took;
        _passedOver = 0;
        // A slow one is believed at once, a fast one by halves.
        ref TimeSpan estimate = ref Estimate(piece);
        estimate = took > estimate ? took : (took + estimate) / 2;
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
