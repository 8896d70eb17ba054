using Keepalived.Checking;
using Keepalived.Scripts;

namespace Keepalived.Checkers.Misc;

/// <summary>
/// Runs the script once for each probe and makes a verdict of how it ended. Exit code 0 is up with the configured weight; with
/// <c>misc_dynamic</c> 2 to 255 are up with a weight of the code less 2. Everything else is down: other codes, signals, a script that does
/// not end in time or cannot be run.
/// </summary>
internal sealed class MiscChecker : IChecker
{
    private const int LowestWeightCode = 2;
    private readonly MiscCheckDefinition _definition;
    private readonly Action<ScriptResult> _ended;
    private readonly CheckResultSource _verdict = new();
    private TimeSpan _limit;
    private IScriptRun? _run;

    public MiscChecker(MiscCheckDefinition definition)
    {
        _definition = definition;
        _ended = Ended;
    }

    /// <inheritdoc/>
    public ValueTask<CheckResult> CheckAsync(CheckContext context)
    {
        _limit = _definition.LimitOf(context.Options);
        ValueTask<CheckResult> verdict = _verdict.Wait();
        _run = context.Scripts.Run(_definition.Command, [], _limit, _ended);
        return verdict;
    }

    /// <summary>Ends a script that still runs: nobody waits for its verdict any more.</summary>
    public void Dispose() => _run?.Cancel();

    /// <summary>What the end of a script means.</summary>
    internal CheckResult Judge(in ScriptResult result)
    {
        if (result.TimedOut)
        {
            return CheckResult.Down($"the script did not end within {_limit.TotalSeconds:0.######} s and was ended");
        }

        if (result.Exit is not { } exit)
        {
            return CheckResult.Down($"the script could not be run: {result.Failure}");
        }

        return exit.ExitCode switch
        {
            0 => CheckResult.Up(),
            { } code when code >= LowestWeightCode && _definition.IsDynamic =>
                new CheckResult(true, $"the script ended with exit code {code}", code - LowestWeightCode),
            _ => CheckResult.Down($"the script ended with {exit}"),
        };
    }

    private void Ended(ScriptResult result) => _verdict.Complete(Judge(in result));
}
