using Keepalived.Host.Configuration;
using Keepalived.Linux.Local;
using Microsoft.Extensions.Logging;

namespace Keepalived.Host.Processes;

/// <summary>Applies a child's scheduling settings to itself. The real-time policy is there already: the spawner set it before exec.</summary>
internal static class ProcessScheduling
{
    internal static void Apply(ProcessSettings settings, ILogger log)
    {
        if (settings.ProcessName is { } name)
        {
            ProcessControl.SetProcessName(name);
        }

        _ = log;
    }
}
