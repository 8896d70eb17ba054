using System.Globalization;
using Keepalived.Host.Configuration;
using Keepalived.Linux;
using Keepalived.Linux.Processes;
using Keepalived.Linux.Resources;
using Microsoft.Extensions.Logging;

namespace Keepalived.Host.Processes;

/// <summary>
/// Applies a child's scheduling settings to itself. At start the real-time policy is there already, since the spawner set it before exec and
/// every thread inherited it; at a reload it is set on each thread. What is not permitted is said once and the daemon runs without.
/// </summary>
internal static class ProcessScheduling
{
    internal static void Apply(ProcessSettings settings, ProcessSettings? previous, ILogger log)
    {
        if (settings == previous)
        {
            return;
        }

        if (settings.ProcessName is { } name)
        {
            Try(log, "name the process", () => ProcessControl.SetName(name));
        }

        if (settings is { RealTimePriority: > 0, RealTimeLimit: { } limit })
        {
            Try(log, "limit real-time CPU", () => LimitRealTime(limit));
        }

        if (previous is not null && previous.RealTimePriority != settings.RealTimePriority)
        {
            (SchedulingPolicy policy, int priority) = PolicyOf(settings);
            Try(log, "change the real-time priority", () => ForEachThread(thread => Linux.Resources.ProcessScheduling.SetPolicy(thread, policy, priority, resetOnFork: false)));
        }

        if ((settings.Nice ?? 0) != (previous?.Nice ?? 0))
        {
            Try(log, "set the nice value", () => ForEachThread(thread => Linux.Resources.ProcessScheduling.SetNice(thread, settings.Nice ?? 0)));
        }

        if (settings.Cpus != (previous?.Cpus ?? default))
        {
            IEnumerable<int> cpus = settings.Cpus.Count > 0 ? settings.Cpus : Enumerable.Range(0, Environment.ProcessorCount);
            Try(log, "set the CPU affinity", () => ForEachThread(thread => Linux.Resources.ProcessScheduling.SetAffinity(thread, cpus)));
        }

        if (settings.NoSwap && previous is not { NoSwap: true })
        {
            Try(log, "lock memory", ResourceLimits.LockMemory);
        }
    }

    /// <summary>The policy that a child is spawned with.</summary>
    internal static (SchedulingPolicy Policy, int Priority) PolicyOf(ProcessSettings settings) =>
        settings.RealTimePriority > 0 ? (SchedulingPolicy.RoundRobin, settings.RealTimePriority) : (SchedulingPolicy.Other, 0);

    /// <summary>Puts one thread under SCHED_RR.</summary>
    /// <exception cref="LinuxException">Not permitted, or it has ended.</exception>
    internal static void SetRealTimePriority(int thread, int priority) =>
        Linux.Resources.ProcessScheduling.SetPolicy(thread, SchedulingPolicy.RoundRobin, priority, resetOnFork: false);

    /// <summary>Puts every thread of this process under SCHED_RR, 1..99, or back to the ordinary policy for 0.</summary>
    internal static void ChangePriority(int priority, ILogger log)
    {
        SchedulingPolicy policy = priority > 0 ? SchedulingPolicy.RoundRobin : SchedulingPolicy.Other;
        Try(log, "change the real-time priority", () => ForEachThread(thread => Linux.Resources.ProcessScheduling.SetPolicy(thread, policy, priority, resetOnFork: false)));
    }

    /// <summary>Puts every thread of this process under SCHED_RR: what a process that was started before its configuration was known does itself.</summary>
    internal static void SetRealTimePriority(int priority, ILogger log) =>
        Try(log, "set the real-time priority", () => ForEachThread(thread => SetRealTimePriority(thread, priority)));

    private static void LimitRealTime(long microseconds)
    {
        ulong hard = (ulong)microseconds;
        ResourceLimits.Set(Resource.RealTimeTime, new(hard / 2, hard));
    }

    // A thread that another starts meanwhile inherits from it; the second pass finds one that was started before its starter was changed.
    private static void ForEachThread(Action<int> action)
    {
        for (int pass = 0; pass < 2; pass++)
        {
            foreach (string task in Directory.EnumerateDirectories("/proc/self/task"))
            {
                int thread = int.Parse(Path.GetFileName(task.AsSpan()), CultureInfo.InvariantCulture);
                try
                {
                    action(thread);
                }
                catch (LinuxException exception) when (exception.Errno == Errno.ESRCH)
                {
                    // It has ended.
                }
            }
        }
    }

    private static void Try(ILogger log, string what, Action action)
    {
        try
        {
            action();
        }
        catch (LinuxException exception)
        {
            log.LogWarning("Cannot {What}: {Reason}; give the daemon the capability or remove the setting", what, exception.Message);
        }
    }
}
