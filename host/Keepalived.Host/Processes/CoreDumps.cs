using Keepalived.Linux;
using Keepalived.Linux.Resources;
using Microsoft.Extensions.Logging;

namespace Keepalived.Host.Processes;

/// <summary><c>-m</c> and <c>-M</c>: core dumps are allowed for this process and its children, and the kernel's pattern is ours until the end.</summary>
internal sealed class CoreDumps : IDisposable
{
    private const string PatternFile = "/proc/sys/kernel/core_pattern";
    private readonly string? _previous;

    private CoreDumps(string? previous) => _previous = previous;

    /// <summary>Does what the command line asks for; what is not permitted is logged and left out.</summary>
    internal static CoreDumps Allow(bool allowed, string? pattern, ILogger log)
    {
        string? previous = null;
        try
        {
            if (allowed)
            {
                ResourceLimits.Set(Resource.CoreSize, new(ResourceLimit.Unlimited, ResourceLimit.Unlimited));
            }

            if (pattern is not null)
            {
                previous = File.ReadAllText(PatternFile);
                File.WriteAllText(PatternFile, pattern);
            }
        }
        catch (Exception exception) when (exception is LinuxException or IOException or UnauthorizedAccessException)
        {
            log.LogWarning("Cannot set up core dumps: {Reason}", exception.Message);
        }

        return new(previous);
    }

    public void Dispose()
    {
        if (_previous is not null)
        {
            File.WriteAllText(PatternFile, _previous);
        }
    }
}
