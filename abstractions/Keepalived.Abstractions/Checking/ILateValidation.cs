using Keepalived.Configuration;

namespace Keepalived.Checking;

/// <summary>
/// A <see cref="CheckerDefinition"/> part of whose validation needs the whole configuration: <c>global_defs</c>, blocks of other plugins.
/// </summary>
public interface ILateValidation
{
    /// <summary>Called when everything has been read, once for each place; reports what does not fit.</summary>
    /// <param name="session">The reading.</param>
    /// <param name="location">Where the checker's block began.</param>
    /// <returns>False leaves the checker out.</returns>
    bool Validate(IConfigurationSession session, SourceLocation location);
}
