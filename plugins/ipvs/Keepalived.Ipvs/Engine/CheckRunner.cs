using Keepalived.Checking;
using Keepalived.Events;
using Keepalived.Scheduling;
using Keepalived.Scripts;
using Keepalived.Tracking;
using Microsoft.Extensions.Logging;

namespace Keepalived.Ipvs;

/// <summary>What all checkers of this process share.</summary>
internal sealed record CheckEnvironment(
    IScheduler Scheduler, ICheckSockets Sockets, IScriptRunner Scripts, IFileNumbers Files, ILogger Logger, Random Random, ICheckReports Reports)
{
    /// <summary>On whose behalf checkers of other people's plugins run; null where there are none.</summary>
    public ICheckerScopes? Scopes { get; init; }

    /// <summary>What the BFD process tells, for those who ask.</summary>
    public Func<IBfdSessions>? OpenBfdSessions { get; init; }
}

/// <summary>Told of what checkers decided.</summary>
internal interface ICheckReports
{
    /// <summary>A checker's verdict changed.</summary>
    void CheckerChanged(CheckRunner checker, in CheckResult result);

    /// <summary>A checker names another weight than before.</summary>
    void CheckerWeightChanged(CheckRunner checker, in CheckResult result);
}

/// <summary>What one result means for one real server.</summary>
/// <param name="Transition">What changed.</param>
/// <param name="HasOtherWeight">The check names another weight than before.</param>
internal readonly record struct CheckNews(CheckTransition Transition, bool HasOtherWeight);

/// <summary>
/// One checker of one real server: has <see cref="CheckState"/> judge the results and reports. The probe is its own, or one that it shares with
/// checkers of other real servers (<see cref="SharedProbe"/>); then its own prober rests.
/// </summary>
internal sealed class CheckRunner : Prober
{
    private readonly SharedProbe? _shared;

    /// <param name="configured">The checker as configured.</param>
    /// <param name="server">The server that it belongs to.</param>
    /// <param name="environment">What all checkers share.</param>
    /// <param name="shared">Whose results it is judged by; null = it probes itself.</param>
    public CheckRunner(ConfiguredChecker configured, RealServer server, CheckEnvironment environment, SharedProbe? shared = null)
        : base(configured, environment)
    {
        Server = server;
        _shared = shared;
        State = CheckState.Initial(configured.Options.Alpha!.Value, Timing);
    }

    /// <inheritdoc/>
    public override RealServer Server { get; }

    /// <summary>What is known.</summary>
    public CheckState State { get; private set; }

    /// <summary>The weight that a dynamic check named last; null when it names none.</summary>
    public int? DynamicWeight { get; private set; }

    /// <summary>What it adds to the configured weight.</summary>
    public int AddedWeight { get; private set; }

    /// <summary>Whether its probe is one that others share.</summary>
    public bool IsShared => _shared is not null;

    /// <inheritdoc/>
    public override MonotonicTime NextAction => _shared is null ? base.NextAction : _shared.NextAction;

    /// <inheritdoc/>
    public override bool IsProbing => _shared is null ? base.IsProbing : _shared.IsProbing;

    /// <inheritdoc/>
    protected override bool IsSuspended => Server.Owner.IsSuspended;

    /// <inheritdoc/>
    protected override bool IsUp => State.IsUp;

    /// <summary>Starts a checker that is new: the first probe comes after a second and a part of the warm-up, so that probes are spread evenly.</summary>
    /// <param name="assumeUp">Start as up whatever <c>alpha</c> says: its server is known to be well.</param>
    /// <returns>False when this kind of check cannot be run: it must not take part in any judgement.</returns>
    public bool Start(bool assumeUp = false)
    {
        if (assumeUp)
        {
            State = State with { IsUp = true };
        }

        if (!(_shared?.Join(this) ?? Create()))
        {
            Environment.Logger.CheckCannotRun(Kind, Server.Name, Server.Owner.Name);
            Dispose();
            return false;
        }

        if (Configured.Definition.WaitsToBeTold)
        {
            Arm(TimeSpan.Zero);
            Environment.Logger.CheckFollows(Server.Name, Server.Owner.Name, Kind);
            return true;
        }

        if (_shared is null)
        {
            ArmFirst();
        }

        Environment.Logger.CheckStarted(Server.Name, Server.Owner.Name, Kind, Timing.DelayLoop.TotalSeconds);
        return true;
    }

    /// <summary>
    /// Starts in the place of one that probed the same thing at other times, or alone where it is shared now or the other way round: takes over
    /// what it knows and, where it can, the checker itself.
    /// </summary>
    public void TakeOver(CheckRunner previous)
    {
        State = previous.State.CarriedTo(Timing);
        DynamicWeight = previous.DynamicWeight;
        AddedWeight = previous.AddedWeight;
        MonotonicTime now = Environment.Scheduler.Now;
        MonotonicTime latest = now + Timing.DelayLoop;
        MonotonicTime planned = previous.IsProbing ? latest : MonotonicTime.Min(previous.NextAction, latest);
        if (_shared is not null)
        {
            _shared.Join(this, previous, planned);
        }
        else if (previous.IsProbing || previous.IsShared)
        {
            // The probe under way, or the shared one, belongs to the previous one and ends with it.
            Create();
            ArmAt(Configured.Definition.WaitsToBeTold ? now : previous.IsShared ? SomewhereUntil(planned) : planned);
        }
        else
        {
            TakeCheckerOf(previous);
            ArmAt(planned);
        }
    }

    /// <summary>
    /// Its virtual server is suspended or not any more. A probe under way ends as it would; the next one is spread over an interval, as after a
    /// failover all checks of a director begin in the same moment.
    /// </summary>
    public void FollowSuspension()
    {
        if (_shared is not null)
        {
            _shared.FollowSuspension();
        }
        else
        {
            ArmAfterSuspension();
        }
    }

    /// <summary>Judges a result: nobody is told yet.</summary>
    /// <param name="result">What the probe found.</param>
    /// <param name="delay">Wait before the next probe.</param>
    public CheckNews Take(in CheckResult result, out TimeSpan delay)
    {
        State = State.After(in result, Timing, out CheckDecision decision);
        delay = decision.Delay;
        Log(in result, in decision);
        int added = result.AddedWeight ?? 0;
        bool hasOtherWeight = result.IsUp && !result.IsPartial && (result.Weight != DynamicWeight || added != AddedWeight);
        if (hasOtherWeight)
        {
            DynamicWeight = result.Weight;
            AddedWeight = added;
        }

        return new(decision.Transition, hasOtherWeight);
    }

    /// <summary>Tells what a result changed. It may end with this checker disposed.</summary>
    public void Report(in CheckResult result, CheckNews news)
    {
        if (news.HasOtherWeight)
        {
            Environment.Reports.CheckerWeightChanged(this, in result);
        }

        if (news.Transition != CheckTransition.None)
        {
            Environment.Reports.CheckerChanged(this, in result);
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _shared?.Leave(this);
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override void Judge(in CheckResult result)
    {
        CheckNews news = Take(in result, out TimeSpan delay);
        ArmNext(delay);
        Report(in result, news);
    }

    /// <summary>Who probed together and now probes alone does so at a time of its own, but not later than planned.</summary>
    private MonotonicTime SomewhereUntil(MonotonicTime planned)
    {
        MonotonicTime now = Environment.Scheduler.Now;
        return planned <= now ? now : now + ((planned - now) * Environment.Random.NextDouble());
    }

    private void Log(in CheckResult result, in CheckDecision decision)
    {
        switch (decision.Transition)
        {
            case CheckTransition.Up:
                Environment.Logger.CheckSucceeded(Kind, Server.Name, Server.Owner.Name, result.Reason ?? "answered as it should");
                break;
            case CheckTransition.Down:
                Environment.Logger.CheckFailed(Kind, Server.Name, Server.Owner.Name, decision.RetriesUsed, result.Reason ?? "no reason given");
                break;
            case CheckTransition.None when !result.IsUp && !State.IsUp && Configured.Options.LogAllFailures!.Value:
                Environment.Logger.StillFailing(Kind, Server.Name, Server.Owner.Name, result.Reason ?? "no reason given");
                break;
            case CheckTransition.None when !result.IsUp && Configured.Options.LogAllFailures!.Value:
                Environment.Logger.TryFailed(Kind, Server.Name, Server.Owner.Name, decision.RetriesUsed + 1, result.Reason ?? "no reason given");
                break;
            default:
                break;
        }
    }
}
