namespace Keepalived.Simulation;

/// <summary>Something happened that must not.</summary>
/// <param name="At">Virtual time since the beginning.</param>
/// <param name="What">What, in words.</param>
public sealed record Violation(TimeSpan At, string What);
