// This room is BFD itself: packets, receive checks, authentication, timers, polls, echo and the state machine of one session. It
// references the contract room alone. RFC 5880 decides; where keepalived is known to choose among what the RFC permits (jitter, the
// idle interval, a new discriminator after each loss), its choice is ours.
//
// Owns      BfdControlPacket and BfdControlHeader (Packets/), BfdSessionTable that finds a packet's session (Receiving/), BfdSession
//           (Session/), the authentication sections (Authentication/), our own echo packets (Echo/).
// Thread    None of its own. Every member is called on the loop thread of the BFD process, and every effect is called back on it
//           before the input returns.
// Never     Does I/O, reads a clock, sleeps, knows an address or a port, or allocates in steady state. Time comes with each input; a
//           timer is an absolute deadline handed out by SetDeadline, and whether it has passed is decided here.
//
// Covered   RFC 5880 sections 4, 6.1 to 6.9 (demand mode as the one who is asked for silence; it is never asked for here), RFC 5881
//           sections 4 and 5, RFC 5883 section 5. Left out: multipoint (RFC 8562), S-BFD (RFC 7880).
//
// How to use it
//
//   var table = new BfdSessionTable<Path>(random, new(key16));      one per process; Path: a value of yours that names a neighbour
//   BfdSession s = table.Open(path, options, effects);             Down and silent
//   s.Start(now);                                                  from here on it sends through effects.Send
//   effects.SetDeadline(t)                                         arm your timer; when it is due: s.Advance(scheduler.Now)
//   BfdReceipt r = table.Receive(payload, path, new BfdArrival(ttl, isMultihopPort), now);      every datagram of 3784 and 4784
//   BfdReceipt r = table.ReceiveEcho(payload, now);                every datagram of 3785 that is not to be returned to its sender
//   effects.StateChanged(previous, current, cause)                 tell VRRP and checkers
//   s.Reconfigure(options, now)                                    reload: intervals by a poll sequence, the session stays up
//   s.TakeDown(now) / s.PutBack(now)                               administratively down and back; the neighbour is told
//   s.PathLost(now, detail) -> effects.TryReopenPath()             the socket is gone: AdminDown, a try every minute and when a packet comes
//   table.Close(s)                                                 removed; TakeDown before it tells the neighbour that it is on purpose
//
// The machine (RFC 5880 section 6.2; what the neighbour says stands on the arrows)
//
//                 Down                            Init, Up                   Down, AdminDown, detection time
//   DOWN ───────────────────▶ INIT ─────────────────────────▶ UP ─────────────────────────────────────────▶ DOWN
//    │                         │  AdminDown, detection time    ▲
//    │   Init                  └──────────▶ DOWN               │
//    └─────────────────────────────────────────────────────────┘        ADMINDOWN: TakeDown, PathLost from all; PutBack to DOWN
//
// * A detection time that has passed is believed at the second look: the first asks for another call in the next turn of the loop, which
//   reads the sockets before it runs timers. So a packet that waited unread while this process did not run counts, and the price on a
//   working loop is one turn, microseconds.
// * A packet goes out at once when it would say something else than the last one (section 6.8.7); polls and finals do not count as
//   something else, but a final is always answered at once.
// * Parameters change by one rule, RefreshParameters: what is advertised, what is in force until a poll is answered, and that a second
//   change waits for the first poll to be over (section 6.8.3, the third choice).

namespace Keepalived.Bfd.Protocol;

/// <summary>One BFD session: the state variables of RFC 5880 section 6.8.1 and its procedures. See the comment at the top of its file.</summary>
public sealed partial class BfdSession
{
    /// <summary>How long after <see cref="PathLost"/> the path is tried again.</summary>
    public static readonly TimeSpan DefaultRetry = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan ShortestRetry = TimeSpan.FromSeconds(1);

    private readonly IBfdSessionEffects _effects;
    private readonly DiscriminatorTable _discriminators;
    private readonly Random _random;
    private bool _isStarted;
    private bool _isClosed;
    private bool _isTakenDown;
    private bool _isPathLost;
    private bool _inInput;
    private bool _answersPoll;
    private MonotonicTime _now;
    private MonotonicTime _retryAt = MonotonicTime.Never;
    private MonotonicTime _lastRetry;
    private TimeSpan _retryInterval = DefaultRetry;

    internal BfdSession(BfdSessionOptions options, IBfdSessionEffects effects, DiscriminatorTable discriminators, Random random, BfdEchoSigner echoSigner)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(effects);
        options.Validate();
        Options = options;
        _effects = effects;
        _discriminators = discriminators;
        _random = random;
        _echoSigner = echoSigner;
        _authenticator = BfdAuthenticator.For(options.Authentication, random, previous: null);
        LocalDiscriminator = discriminators.Issue(this);
        ResetParameters();
    }

    /// <summary>Configuration in force.</summary>
    public BfdSessionOptions Options { get; private set; }

    /// <summary>bfd.SessionState.</summary>
    public BfdState State { get; private set; } = BfdState.Down;

    /// <summary>bfd.LocalDiag.</summary>
    public BfdDiagnostic Diagnostic { get; private set; }

    /// <summary>bfd.LocalDiscr; not 0, unique in its table, another one after each loss.</summary>
    public uint LocalDiscriminator { get; private set; }

    /// <summary>bfd.RemoteDiscr; 0 while the neighbour is not heard.</summary>
    public uint RemoteDiscriminator { get; private set; }

    /// <summary>bfd.RemoteSessionState, as last heard.</summary>
    public BfdState RemoteState { get; private set; } = BfdState.Down;

    /// <summary>The neighbour's diagnostic, as last heard.</summary>
    public BfdDiagnostic RemoteDiagnostic { get; private set; }

    /// <summary>Started, and not closed since.</summary>
    public bool IsStarted => _isStarted && !_isClosed;

    /// <summary>Held down because there is nothing to send through.</summary>
    public bool IsPathLost => _isPathLost;

    /// <summary>When <see cref="Advance"/> is to be called next; <see cref="MonotonicTime.Never"/> when there is nothing to wait for.</summary>
    public MonotonicTime NextDeadline => _deadlineHandedOut;

    /// <summary>Why the state changed last; without meaning before the first change.</summary>
    public BfdCause LastCause { get; private set; }

    /// <summary>When the state changed last; null before the first change.</summary>
    public MonotonicTime? LastTransition { get; private set; }

    /// <summary>The last 16 changes of state, with their causes.</summary>
    public RecentEntries<BfdHistoryEntry> History { get; } = new(capacity: 16);

    /// <summary>Counters.</summary>
    public BfdStatistics Statistics { get; } = new();

    /// <summary>Begins to send (unless passive), in <see cref="BfdState.Down"/>. Without effect when it is started.</summary>
    public void Start(MonotonicTime now)
    {
        Begin(now);
        _isStarted = true;
        End();
    }

    /// <summary>
    /// Takes the options of a reload. A session that is up stays up; changed intervals are agreed by a poll sequence, other
    /// authentication holds at once.
    /// </summary>
    /// <exception cref="ArgumentException">They cannot work (<see cref="BfdSessionOptions.Validate"/>).</exception>
    public void Reconfigure(BfdSessionOptions options, MonotonicTime now)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        Begin(now);
        if (options.Authentication != Options.Authentication)
        {
            _authenticator = BfdAuthenticator.For(options.Authentication, _random, _authenticator);
        }

        Options = options;
        End();
    }

    /// <summary>Holds the session down; the neighbour is told that it is no failure (RFC 5880 section 6.8.16).</summary>
    public void TakeDown(MonotonicTime now, string? detail = null)
    {
        Begin(now);
        _isTakenDown = true;
        Enter(BfdState.AdminDown, new(BfdCauseKind.TakenDown) { Detail = detail });
        End();
    }

    /// <summary>Ends <see cref="TakeDown"/>.</summary>
    public void PutBack(MonotonicTime now, string? detail = null)
    {
        Begin(now);
        _isTakenDown = false;
        if (!_isPathLost)
        {
            Leave(new(BfdCauseKind.PutBack) { Detail = detail });
        }

        End();
    }

    /// <summary>
    /// There is nothing to send through: the session is administratively down until <see cref="IBfdSessionEffects.TryReopenPath"/>
    /// succeeds, which is tried at intervals and, at most once a second, when a packet comes.
    /// </summary>
    /// <param name="now">The time.</param>
    /// <param name="detail">What is missing, for the cause.</param>
    /// <param name="retry">The interval, at least 1 s; null: <see cref="DefaultRetry"/>.</param>
    public void PathLost(MonotonicTime now, string? detail = null, TimeSpan? retry = null)
    {
        Begin(now);
        _isPathLost = true;
        _retryInterval = retry ?? DefaultRetry;
        _lastRetry = now;
        _retryAt = now + _retryInterval;
        Enter(BfdState.AdminDown, new(BfdCauseKind.PathLost) { Detail = detail });
        End();
    }

    /// <summary>Judges a packet of this session and acts on it (RFC 5880 section 6.8.6).</summary>
    /// <returns><see cref="BfdDropReason.None"/>, or why it had no effect; counted in either case.</returns>
    public BfdDropReason Receive(in BfdControlPacket packet, BfdArrival arrival, MonotonicTime now)
    {
        Begin(now);
        BfdDropReason reason = Judge(packet, arrival);
        if (reason == BfdDropReason.None)
        {
            reason = Accept(packet);
        }

        if (reason == BfdDropReason.None)
        {
            Statistics.Received++;
        }
        else
        {
            Statistics.Dropped.Add(reason);
        }

        End();
        return reason;
    }

    /// <summary>Looks at the clock. Harmless at any time; due work is done, work that is not due is not.</summary>
    public void Advance(MonotonicTime now)
    {
        Begin(now);
        if (IsStarted)
        {
            RunTimers();
        }

        // The caller's timer has fired: it is to be armed again even for the same time.
        _deadlineHandedOut = MonotonicTime.Never;
        End(always: true);
    }

    internal void Close()
    {
        _isClosed = true;
        _discriminators.Withdraw(LocalDiscriminator);
        _deadlineHandedOut = MonotonicTime.Never;
        _effects.SetDeadline(null);
    }

    private void Begin(MonotonicTime now)
    {
        if (_inInput)
        {
            throw new InvalidOperationException("A BFD session was fed from inside one of its own effects.");
        }

        _inInput = true;
        _now = now;
    }

    // What an input left to do: it follows from the state alone, so that no input can forget it.
    private void End(bool always = false)
    {
        try
        {
            RefreshEcho();
            RefreshParameters();
            RefreshDetection();
            SendWhatIsDue();
            ScheduleTransmission();
        }
        finally
        {
            _inInput = false;
            HandOutDeadline(always);
        }
    }

    private void Enter(BfdState state, in BfdCause cause)
    {
        BfdState previous = State;
        if (state == previous)
        {
            return;
        }

        State = state;
        LastCause = cause;
        LastTransition = _now;
        Diagnostic = DiagnosticOf(cause.Kind, Diagnostic);
        if (previous == BfdState.Up)
        {
            Statistics.WentDown++;
            LeaveUp();
        }
        else if (state == BfdState.Up)
        {
            Statistics.WentUp++;
        }

        History.Add(new(_now, previous, state, cause));
        _effects.StateChanged(previous, state, cause);
    }

    // A packet of before the loss that is still on its way must not find the session of after it: the discriminator is another one.
    private void LeaveUp()
    {
        _poll = PollPhase.None;
        _discriminators.Withdraw(LocalDiscriminator);
        LocalDiscriminator = _discriminators.Issue(this);
    }

    private void Leave(in BfdCause cause)
    {
        if (State == BfdState.AdminDown)
        {
            Enter(BfdState.Down, cause);
        }
    }

    private void TryReopen()
    {
        _lastRetry = _now;
        _retryAt = _now + _retryInterval;
        if (!_effects.TryReopenPath())
        {
            return;
        }

        _isPathLost = false;
        _retryAt = MonotonicTime.Never;
        if (!_isTakenDown)
        {
            Leave(new(BfdCauseKind.PathReopened));
        }
    }

    private static BfdDiagnostic DiagnosticOf(BfdCauseKind kind, BfdDiagnostic current) => kind switch
    {
        BfdCauseKind.DetectionTimeExpired => BfdDiagnostic.ControlDetectionTimeExpired,
        BfdCauseKind.EchoFailed => BfdDiagnostic.EchoFailed,
        BfdCauseKind.NeighborDown or BfdCauseKind.NeighborAdminDown => BfdDiagnostic.NeighborSignaledDown,
        BfdCauseKind.TakenDown => BfdDiagnostic.AdministrativelyDown,
        BfdCauseKind.PathLost => BfdDiagnostic.PathDown,
        // The neighbour shall learn why the session failed before it is up again, not only if it hears the one packet in between.
        BfdCauseKind.NeighborHeard => current,
        _ => BfdDiagnostic.None,
    };
}
