namespace Keepalived.Scheduling;

/// <summary>
/// The event loop of a process as one owner (a plugin, a host room) sees it. One thread runs everything; all members but <see cref="Post"/>
/// must be called on it. A callback that throws is logged with its owner's name and retires that owner: its timers, watches and
/// posted work are dropped and the other owners run on. Nothing here allocates once it is set up.
/// </summary>
public interface IScheduler
{
    /// <summary>The monotonic time read at the start of this turn of the loop. Use it for all decisions, so that one turn has one time.</summary>
    MonotonicTime Now { get; }

    /// <summary>Reads the monotonic clock now; for measuring, not for deciding.</summary>
    MonotonicTime ReadClock();

    /// <summary>
    /// When the loop's next timer may be due, of whatever owner; <see cref="MonotonicTime.Never"/> while none is armed. For long work that is
    /// cut into portions: a portion that ends before it makes nobody late.
    /// </summary>
    MonotonicTime NextDeadline { get; }

    /// <summary>The same clocks for code that wants a <see cref="System.TimeProvider"/>; its timers run on the loop.</summary>
    TimeProvider TimeProvider { get; }

    /// <summary>Posts continuations to the loop; current on the loop thread, so that an awaiting plugin resumes there.</summary>
    SynchronizationContext SynchronizationContext { get; }

    /// <summary>True on the loop thread.</summary>
    bool IsLoopThread { get; }

    /// <summary>Creates a timer, not armed.</summary>
    ILoopTimer CreateTimer(TimerHandler handler);

    /// <summary>
    /// Watches a descriptor, level-triggered. The caller owns the descriptor and disposes the watch before closing it.
    /// </summary>
    /// <exception cref="IOException">The kernel refuses the descriptor (epoll_ctl(2)).</exception>
    IDescriptorWatch Watch(int descriptor, Readiness interest, ReadinessHandler handler);

    /// <summary>Watches a child process through its pidfd, reaps it with a targeted wait and reports how it ended, once. Takes ownership of the pidfd.</summary>
    IDisposable WatchProcess(int processId, int processDescriptor, ProcessExitHandler handler);

    /// <summary>Runs a callback on the loop in a later turn, in order of posting. May be called from any thread.</summary>
    void Post(Action callback);

    /// <summary>
    /// Runs a callback once at the end of this turn, after all descriptors and due timers: the place to send in one batch what several
    /// timers of this turn queued. Called outside a turn, it runs at the end of the next.
    /// </summary>
    void RunAtTurnEnd(Action callback);
}

/// <summary>Called when a timer's deadline has been reached.</summary>
/// <param name="deadline">The deadline that was armed; the lateness is <see cref="IScheduler.Now"/> minus it. Re-arm from it, not from now, to be free of drift.</param>
public delegate void TimerHandler(MonotonicTime deadline);

/// <summary>Called when a watched descriptor is ready.</summary>
public delegate void ReadinessHandler(Readiness readiness);

/// <summary>Called once when a watched child process has ended.</summary>
public delegate void ProcessExitHandler(ProcessExit exit);

/// <summary>A one-shot deadline on the loop. Timers due in one turn run in order of deadline, then of arming.</summary>
public interface ILoopTimer : IDisposable
{
    /// <summary>True between <see cref="Arm"/> and the call of the handler or <see cref="Disarm"/>.</summary>
    bool IsArmed { get; }

    /// <summary>The deadline while armed, else <see cref="MonotonicTime.Never"/>.</summary>
    MonotonicTime Deadline { get; }

    /// <summary>Sets or moves the deadline. One that has passed is due in the next turn.</summary>
    void Arm(MonotonicTime deadline);

    /// <summary>Clears the deadline; nothing happens when there is none.</summary>
    void Disarm();
}

/// <summary>A watched descriptor; disposing ends the watch and leaves the descriptor open.</summary>
public interface IDescriptorWatch : IDisposable
{
    /// <summary>What is watched for; setting it takes effect at once.</summary>
    Readiness Interest { get; set; }
}

/// <summary>What a descriptor is ready for; the values are those of epoll_ctl(2).</summary>
[Flags]
public enum Readiness
{
    /// <summary>Nothing: only errors and hang-ups are reported.</summary>
    None = 0,

    /// <summary>EPOLLIN: reading will not block.</summary>
    Read = 1,

    /// <summary>EPOLLPRI: exceptional condition.</summary>
    Priority = 2,

    /// <summary>EPOLLOUT: writing will not block.</summary>
    Write = 4,

    /// <summary>EPOLLERR; reported whether asked for or not.</summary>
    Error = 8,

    /// <summary>EPOLLHUP; reported whether asked for or not.</summary>
    HangUp = 16,
}

/// <summary>How a child process ended (waitid(2)).</summary>
/// <param name="ProcessId">Its process id.</param>
/// <param name="ExitCode">Its exit code, 0..255; null when a signal ended it.</param>
/// <param name="Signal">The signal that ended it; null when it exited.</param>
public readonly record struct ProcessExit(int ProcessId, int? ExitCode, int? Signal)
{
    /// <summary>True when it exited with code 0.</summary>
    public bool IsSuccess => ExitCode == 0;

    /// <summary>For example <c>exit code 3</c> or <c>signal 9</c>.</summary>
    public override string ToString() => Signal is { } signal ? $"signal {signal}" : $"exit code {ExitCode}";
}
