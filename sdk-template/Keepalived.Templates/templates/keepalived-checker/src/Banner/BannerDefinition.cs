using Keepalived.Checking;

namespace Banner;

/// <summary>
/// A <c>BANNER_CHECK</c> as configured. Two that are equal are the same check: a reload that changes nothing leaves a running one alone.
/// </summary>
/// <param name="Options">The options that all checkers have.</param>
/// <param name="Beginning">What the first line begins with.</param>
internal sealed record BannerDefinition(CheckOptions Options, string Beginning) : CheckerDefinition("BANNER_CHECK", Options)
{
    /// <summary>What is expected where nothing is written.</summary>
    public const string UsualBeginning = "220";

    /// <summary>Longest text that can be expected.</summary>
    public const int LongestBeginning = 200;

    /// <inheritdoc/>
    public override IChecker CreateChecker(CheckTarget target) => new BannerChecker(Beginning);
}
