using Keepalived.Checking;
using Keepalived.Scheduling;

namespace Keepalived.Ipvs;

/// <summary>
/// One probe for several checkers that ask the same thing of the same place (<c>checker_share_probes</c>): one schedule, one connection. Each
/// member judges every result by its own state, retries and weights. The next probe is made when the first of them wants it. Who waits
/// for its retry is not counted a failure that was found before its <c>delay_before_retry</c> was over, so that nobody gives up earlier than alone.
/// The first probe comes after the warm-up of the member that came first. Members of suspended virtual servers learn nothing.
/// </summary>
internal sealed class SharedProbe(ConfiguredChecker configured, CheckEnvironment environment, Action<SharedProbe> emptied) : Prober(configured, environment)
{
    private readonly List<Member> _members = [];
    private bool _isBegun;

    /// <summary>How many share it.</summary>
    public int Count => _members.Count;

    /// <summary>The first that is checked; messages name it.</summary>
    public override RealServer Server => (FirstActive() ?? _members[0]).Runner.Server;

    /// <inheritdoc/>
    protected override bool IsSuspended => FirstActive() is null;

    /// <inheritdoc/>
    protected override bool IsUp
    {
        get
        {
            foreach (Member member in _members)
            {
                if (member.Runner.State.IsUp)
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>A new checker takes part: it is judged by the next result.</summary>
    /// <returns>False when this kind of check cannot be run.</returns>
    public bool Join(CheckRunner runner)
    {
        if (!Begin(null))
        {
            return false;
        }

        bool isIdle = IsIdle;
        _members.Add(new(runner, NextAction));
        if (isIdle)
        {
            Forgive();
            ArmFirst();
        }

        return true;
    }

    /// <summary>A checker takes part that goes on where another was.</summary>
    /// <param name="runner">The checker.</param>
    /// <param name="previous">The one in whose place it is.</param>
    /// <param name="planned">When it would probe at the latest.</param>
    public void Join(CheckRunner runner, CheckRunner previous, MonotonicTime planned)
    {
        Begin(previous);
        if (IsIdle)
        {
            Forgive();
        }

        _members.Add(new(runner, planned));
        if (!IsProbing && planned < NextAction)
        {
            ArmAt(planned);
        }
    }

    /// <summary>A member ends. The probe goes on for the others; without any it ends too.</summary>
    public void Leave(CheckRunner runner)
    {
        for (int i = _members.Count - 1; i >= 0; i--)
        {
            if (ReferenceEquals(_members[i].Runner, runner))
            {
                // The last one takes the place: Judge goes through them from the end and meets it at most twice, and never misses one.
                _members[i] = _members[^1];
                _members.RemoveAt(_members.Count - 1);
                break;
            }
        }

        if (_members.Count == 0)
        {
            Dispose();
            emptied(this);
        }
        else if (!IsProbing && IsSuspended)
        {
            ArmAfterSuspension();
        }
    }

    /// <summary>The virtual server of a member is suspended or not any more.</summary>
    public void FollowSuspension()
    {
        if (IsIdle || IsSuspended)
        {
            ArmAfterSuspension();
        }
    }

    /// <inheritdoc/>
    protected override void Judge(in CheckResult result)
    {
        MonotonicTime now = Environment.Scheduler.Now;
        MonotonicTime next = MonotonicTime.Never;
        foreach (Member member in _members)
        {
            CheckRunner runner = member.Runner;
            if (runner.Server.Owner.IsSuspended)
            {
                continue;
            }

            bool isEarlyRetry = !result.IsUp && runner.State is { IsUp: true, HasRun: true, RetriesUsed: > 0 } && member.Due > now;
            if (!isEarlyRetry)
            {
                member.News = runner.Take(in result, out TimeSpan delay);
                member.Due = now + delay;
            }

            next = MonotonicTime.Min(next, member.Due);
        }

        ArmAt(next == MonotonicTime.Never ? now + Timing.DelayLoop : next);
        Report(in result);
    }

    /// <summary>Tells what changed, after everything has changed; what is told may make members leave and new ones join.</summary>
    private void Report(in CheckResult result)
    {
        for (int i = _members.Count - 1; i >= 0; i--)
        {
            if (i >= _members.Count)
            {
                continue;
            }

            Member member = _members[i];
            CheckNews news = member.News;
            member.News = default;
            member.Runner.Report(in result, news);
        }
    }

    private bool IsIdle => NextAction == MonotonicTime.Never && !IsProbing;

    private bool Begin(CheckRunner? previous)
    {
        if (_isBegun)
        {
            return true;
        }

        if (previous is { IsShared: false, IsProbing: false })
        {
            TakeCheckerOf(previous);
            return _isBegun = true;
        }

        return _isBegun = Create();
    }

    private Member? FirstActive()
    {
        foreach (Member member in _members)
        {
            if (!member.Runner.Server.Owner.IsSuspended)
            {
                return member;
            }
        }

        return null;
    }

    private sealed class Member(CheckRunner runner, MonotonicTime due)
    {
        public CheckRunner Runner { get; } = runner;

        /// <summary>When it wants the next result.</summary>
        public MonotonicTime Due { get; set; } = due;

        /// <summary>What the last result changed, until it is told.</summary>
        public CheckNews News { get; set; }
    }
}

/// <summary>All probes that are shared, by what they ask.</summary>
internal sealed class SharedProbes(CheckEnvironment environment)
{
    private readonly Dictionary<Question, SharedProbe> _probes = [];

    /// <summary>How many there are.</summary>
    public int Count => _probes.Count;

    /// <summary>Whether a kind of check can be shared: one that waits for news has no schedule to share.</summary>
    public static bool Fits(CheckerDefinition definition) => definition.MayBeShared && !definition.WaitsToBeTold;

    /// <summary>The probe that asks what a checker asks; the checker must join it.</summary>
    public SharedProbe For(ConfiguredChecker configured)
    {
        var question = Question.Of(configured);
        if (!_probes.TryGetValue(question, out SharedProbe? probe))
        {
            probe = new(configured, environment, emptied => Forget(question, emptied));
            _probes.Add(question, probe);
        }

        return probe;
    }

    private void Forget(Question question, SharedProbe emptied)
    {
        if (_probes.TryGetValue(question, out SharedProbe? probe) && ReferenceEquals(probe, emptied))
        {
            _probes.Remove(question);
        }
    }

    /// <summary>
    /// What is asked, of whom and when: everything but names, and but the options that concern the verdict alone. The definition's own options are
    /// left out because the resolved ones stand for them.
    /// </summary>
    internal readonly record struct Question(System.Net.IPEndPoint EndPoint, string? VirtualHost, CheckerDefinition Definition, CheckOptions Options)
    {
        public static Question Of(ConfiguredChecker configured) => new(
            configured.Target.EndPoint, configured.Target.VirtualHost, configured.Definition with { Options = CheckOptions.Unset },
            configured.Options with { Retry = null, Warmup = null, Alpha = null, LogAllFailures = null });
    }
}
