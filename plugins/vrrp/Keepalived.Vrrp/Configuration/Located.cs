using Keepalived.Configuration;

namespace Keepalived.Vrrp.Configuration;

/// <summary>
/// A value with the place it was read from, so that a finding made later still points at the line. An object, since a draft has room for forty
/// of them and few are written: ten thousand instances are drafts all at once.
/// </summary>
internal sealed record Located<T>(T Value, SourceLocation Location);
