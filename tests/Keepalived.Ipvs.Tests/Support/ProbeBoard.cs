using Keepalived.Checking;
using Keepalived.Configuration;

namespace Keepalived.Ipvs.Tests;

/// <summary>What probes of a test find, by real server, and when they ran.</summary>
internal sealed class ProbeBoard
{
    private static readonly AsyncLocal<ProbeBoard?> _current = new();
    private readonly Dictionary<string, CheckResult> _results = [];

    /// <summary>The board of the running test.</summary>
    public static ProbeBoard Current => _current.Value ??= new ProbeBoard();

    /// <summary>Probes so far, as <c>server@seconds</c>.</summary>
    public List<string> Log { get; } = [];

    /// <summary>When a probe of a name last ran for checkers of an interval.</summary>
    public Dictionary<(string Name, double Loop), double> LastRuns { get; } = [];

    /// <summary>Checkers made so far.</summary>
    public int Created { get; set; }

    /// <summary>When set, probes wait for this instead of ending at once.</summary>
    public TaskCompletionSource<CheckResult>? Pending { get; set; }

    /// <summary>Ends the probe that waits for news.</summary>
    public TaskCompletionSource<CheckResult> News { get; private set; } = new();

    /// <summary>Tells a checker that waits for news what is new.</summary>
    public void Tell(CheckResult result)
    {
        TaskCompletionSource<CheckResult> news = News;
        News = new();
        news.SetResult(result);
    }

    /// <summary>When set, probes throw it.</summary>
    public Exception? Throws { get; set; }

    public static void Reset() => _current.Value = new ProbeBoard();

    public void Set(string address, bool isUp, string? reason = null) => _results[address] = isUp ? CheckResult.Up(reason) : CheckResult.Down(reason ?? "no answer");

    public void Set(string address, CheckResult result) => _results[address] = result;

    public CheckResult this[string address] => _results.TryGetValue(address, out CheckResult result) ? result : CheckResult.Up();
}

/// <summary>A checker that finds what the board says.</summary>
internal sealed record BoardCheckDefinition(CheckOptions Options, string Label) : CheckerDefinition("BOARD_CHECK", Options)
{
    public override bool MayBeShared => Label != "alone";

    public override IChecker? CreateChecker(CheckTarget target)
    {
        if (Label == "impossible")
        {
            return null;
        }

        ProbeBoard.Current.Created++;
        return new BoardChecker(ProbeBoard.Current, Label);
    }

    private sealed class BoardChecker(ProbeBoard board, string label) : IChecker
    {
        public ValueTask<CheckResult> CheckAsync(CheckContext context)
        {
            string address = context.Target.EndPoint.Address + label;
            board.LastRuns[(address, context.Options.DelayLoop!.Value.TotalSeconds)] = ((VirtualScheduler)context.Scheduler).Seconds;
            board.Log.Add($"{address}@{((VirtualScheduler)context.Scheduler).Seconds:0.###}");
            return board.Throws is { } exception ? throw exception : board.Pending is { } pending ? new(pending.Task) : new(board[address]);
        }

        public void Dispose()
        {
        }
    }
}

internal sealed class BoardCheckBuilder : CheckerBuilder
{
    public string Label { get; set; } = "";

    public override CheckerDefinition Build(IConfigurationSession session) => new BoardCheckDefinition(Options, Label);
}

/// <summary>A checker that waits to be told by the board; at first it finds what the board says of the address.</summary>
internal sealed record NewsCheckDefinition() : CheckerDefinition("NEWS_CHECK", CheckOptions.Unset)
{
    public override bool WaitsToBeTold => true;

    public override IChecker CreateChecker(CheckTarget target) => new NewsChecker(ProbeBoard.Current);

    private sealed class NewsChecker(ProbeBoard board) : IChecker
    {
        private bool _hasBegun;

        public ValueTask<CheckResult> CheckAsync(CheckContext context)
        {
            board.Log.Add($"news@{((VirtualScheduler)context.Scheduler).Seconds:0.###}");
            if (_hasBegun)
            {
                return new(board.News.Task);
            }

            _hasBegun = true;
            return new(board[context.Target.EndPoint.Address.ToString()]);
        }

        public void Dispose()
        {
        }
    }
}

internal sealed class NewsCheckBuilder : CheckerBuilder
{
    public override CheckerDefinition Build(IConfigurationSession session) => new NewsCheckDefinition();
}
