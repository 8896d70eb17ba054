using Keepalived.Configuration;

namespace Keepalived.Vrrp.Configuration;

/// <summary>A value with the place it was read from, so that a finding made later still points at the line.</summary>
internal readonly record struct Located<T>(T Value, SourceLocation Location);
