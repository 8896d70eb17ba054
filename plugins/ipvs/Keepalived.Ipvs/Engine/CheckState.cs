using Keepalived.Checking;

namespace Keepalived.Ipvs;

/// <summary>The times and counts that a checker works by, all resolved.</summary>
/// <param name="DelayLoop">From one probe to the next.</param>
/// <param name="DelayBeforeRetry">From a failed try to the next.</param>
/// <param name="Retry">More tries before a server that was up is called down.</param>
/// <param name="DelayWhileDown">From a failed probe to the next while the server is down.</param>
internal readonly record struct CheckTiming(TimeSpan DelayLoop, TimeSpan DelayBeforeRetry, uint Retry, TimeSpan DelayWhileDown)
{
    /// <summary>Takes them out of resolved options.</summary>
    public static CheckTiming Of(ConfiguredChecker checker)
    {
        CheckOptions options = checker.Options;
        TimeSpan loop = options.DelayLoop!.Value;
        TimeSpan retry = options.DelayBeforeRetry!.Value;
        uint retries = checker.Definition.WaitsToBeTold ? 0 : options.Retry!.Value;
        return new(loop, retry, retries, checker.Definition.KeepsRetryDelayWhileDown && retry > loop ? retry : loop);
    }
}

/// <summary>What a result changed.</summary>
internal enum CheckTransition
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The checker is up, and was not or had never said.</summary>
    Up,

    /// <summary>The checker is down, and was not or had never said.</summary>
    Down,
}

/// <summary>What follows from a result.</summary>
/// <param name="Transition">What changed.</param>
/// <param name="Delay">Wait before the next probe.</param>
/// <param name="RetriesUsed">Retries that had been made when the result came.</param>
internal readonly record struct CheckDecision(CheckTransition Transition, TimeSpan Delay, uint RetriesUsed);

/// <summary>
/// The judgement over one checker: counts failures and decides. A pure value; keepalived's algorithm: while up, a failure earns up to
/// <c>retry</c> more tries, and the try after the last one decides; at start all retries count as used up, so the first failure
/// decides; one success raises; while down there are no retries.
/// </summary>
internal readonly record struct CheckState
{
    /// <summary>Whether the checker counts as up.</summary>
    public bool IsUp { get; init; }

    /// <summary>Whether a result has decided anything yet.</summary>
    public bool HasRun { get; init; }

    /// <summary>Tries used up since the last success.</summary>
    public uint RetriesUsed { get; init; }

    /// <summary>The state at start.</summary>
    /// <param name="alpha">Start as down.</param>
    /// <param name="timing">The checker's counts.</param>
    public static CheckState Initial(bool alpha, in CheckTiming timing) => new() { IsUp = !alpha, RetriesUsed = timing.Retry };

    /// <summary>
    /// The state that a changed checker takes over from the one it replaces: what was found stays true, and a retry count never grows past
    /// what one more failure decides.
    /// </summary>
    public CheckState CarriedTo(in CheckTiming timing) => this with { RetriesUsed = IsUp ? Math.Min(RetriesUsed, timing.Retry) : timing.Retry };

    /// <summary>Judges one result.</summary>
    /// <param name="result">What the probe said.</param>
    /// <param name="timing">The checker's times and counts.</param>
    /// <param name="decision">What follows.</param>
    /// <returns>The state from now on.</returns>
    public CheckState After(in CheckResult result, in CheckTiming timing, out CheckDecision decision)
    {
        if (result.IsUp)
        {
            bool decides = !result.IsPartial;
            bool news = decides && (!IsUp || !HasRun);
            decision = new(news ? CheckTransition.Up : CheckTransition.None, result.NextProbe ?? timing.DelayLoop, RetriesUsed);
            return new() { IsUp = IsUp || decides, HasRun = HasRun || decides, RetriesUsed = 0 };
        }

        if (IsUp && RetriesUsed < timing.Retry)
        {
            decision = new(CheckTransition.None, result.NextProbe ?? timing.DelayBeforeRetry, RetriesUsed);
            return this with { RetriesUsed = RetriesUsed + 1 };
        }

        decision = new(IsUp || !HasRun ? CheckTransition.Down : CheckTransition.None, result.NextProbe ?? timing.DelayWhileDown, HasRun ? RetriesUsed : 0);
        return new() { IsUp = false, HasRun = true, RetriesUsed = 0 };
    }
}
