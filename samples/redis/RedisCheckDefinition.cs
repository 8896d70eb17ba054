using Keepalived.Checking;

namespace Keepalived.Samples.Redis;

/// <summary>A role in replication.</summary>
internal enum RedisRole
{
    /// <summary>Whatever it is.</summary>
    Any,

    /// <summary>Takes writes.</summary>
    Master,

    /// <summary>Follows a master.</summary>
    Replica,
}

/// <summary>What a replica's lag means.</summary>
/// <param name="Tolerated">Costs nothing.</param>
/// <param name="WeightPerSecond">Added to the weight for each second beyond.</param>
/// <param name="Limit">More is a failure; zero = no limit.</param>
internal sealed record LagRule(TimeSpan Tolerated, int WeightPerSecond, TimeSpan Limit)
{
    /// <summary>Whether the lag matters at all.</summary>
    public bool IsUsed => WeightPerSecond != 0 || Limit > TimeSpan.Zero;

    /// <summary>What a lag adds to the weight; null for nothing.</summary>
    public int? WeightOf(TimeSpan lag)
    {
        long seconds = (long)Math.Max(0, (lag - Tolerated).TotalSeconds);
        long weight = seconds * WeightPerSecond;
        return weight == 0 ? null : (int)Math.Clamp(weight, int.MinValue, int.MaxValue);
    }
}

/// <summary>A <c>REDIS_CHECK</c> as configured.</summary>
/// <param name="Options">The common options.</param>
/// <param name="UserName"><c>username</c>.</param>
/// <param name="Password"><c>password</c>.</param>
/// <param name="Role"><c>role</c>.</param>
/// <param name="Lag"><c>lag_tolerated</c>, <c>lag_weight</c>, <c>lag_limit</c>.</param>
internal sealed record RedisCheckDefinition(CheckOptions Options, string? UserName, string? Password, RedisRole Role, LagRule Lag)
    : CheckerDefinition("REDIS_CHECK", Options)
{
    /// <inheritdoc/>
    public override string Describe(in CheckResult result) => result.IsUp ? "REDIS CHECK succeed on service" : "REDIS CHECK failed on service";

    /// <inheritdoc/>
    public override IChecker CreateChecker(CheckTarget target) => new RedisChecker(this);
}
