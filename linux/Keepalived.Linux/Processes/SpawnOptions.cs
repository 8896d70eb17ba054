namespace Keepalived.Linux.Processes;

/// <summary>The identity a child gets: a user, a group and supplementary groups, by number.</summary>
/// <param name="UserId">Real, effective and saved user id.</param>
/// <param name="GroupId">Real, effective and saved group id.</param>
/// <param name="Groups">Supplementary groups; empty for none.</param>
public sealed record SpawnIdentity(uint UserId, uint GroupId, IReadOnlyList<uint> Groups);

/// <summary>A descriptor that a child finds open under a number of its own: one of ours, or a file opened for it.</summary>
/// <param name="Target">Its number in the child.</param>
/// <param name="Source">Our descriptor, or -1 to open <paramref name="Path"/>.</param>
/// <param name="Path">The file to open; null when <paramref name="Source"/> is given.</param>
/// <param name="Flags">O_* flags for opening it.</param>
public readonly record struct SpawnDescriptor(int Target, int Source, string? Path, int Flags)
{
    private const int ReadWrite = 2;

    /// <summary>The child finds our descriptor <paramref name="source"/> as <paramref name="target"/>.</summary>
    public static SpawnDescriptor Inherit(int source, int target) => new(target, source, null, 0);

    /// <summary>The child finds /dev/null as <paramref name="target"/>.</summary>
    public static SpawnDescriptor Null(int target) => new(target, -1, "/dev/null", ReadWrite);

    /// <summary>The child opens a file as <paramref name="target"/>, with its own identity.</summary>
    /// <param name="path">The file.</param>
    /// <param name="flags">O_* flags (fcntl.h).</param>
    /// <param name="target">Its number in the child.</param>
    public static SpawnDescriptor Open(string path, int flags, int target) => new(target, -1, path, flags);
}

/// <summary>
/// A program to start and everything that differs from ours for it. Signals are always back to their defaults and unblocked: the
/// runtime ignores SIGPIPE, which a child would inherit. Descriptors that are not named and not close-on-exec are closed from
/// <see cref="CloseFrom"/> on.
/// </summary>
public sealed record SpawnOptions
{
    /// <summary>Path of the program; a name without a slash is looked for in PATH when <see cref="SearchPath"/> is set.</summary>
    public required string Program { get; init; }

    /// <summary>All arguments, the program's own name first.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>The whole environment, each entry <c>NAME=value</c>.</summary>
    public required IReadOnlyList<string> Environment { get; init; }

    /// <summary>Look for the program in our PATH.</summary>
    public bool SearchPath { get; init; }

    /// <summary>Directory to start in; null = ours.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>Lead a process group of its own, so that a signal to the group reaches its children too.</summary>
    public bool NewProcessGroup { get; init; }

    /// <summary>Lead a session of its own.</summary>
    public bool NewSession { get; init; }

    /// <summary>Who to run as; null = us. Needs CAP_SETUID and CAP_SETGID.</summary>
    public SpawnIdentity? Identity { get; init; }

    /// <summary>Descriptors to hand over, by their numbers in the child. Unnamed 0..2 are ours.</summary>
    public IReadOnlyList<SpawnDescriptor> Descriptors { get; init; } = [];

    /// <summary>Close every descriptor from this number on in the child; 0 = leave them to close-on-exec. Needs glibc 2.34, ignored before.</summary>
    public int CloseFrom { get; init; }

    /// <summary>Scheduling of all the child's threads from the start; null = inherited.</summary>
    public (SchedulingPolicy Policy, int Priority)? Scheduling { get; init; }

    /// <summary>Nice value and processors of the child; null = the calling thread's.</summary>
    public ThreadScheduling? StartWith { get; init; }
}

/// <summary>A child that has been started.</summary>
/// <param name="ProcessId">Its process id.</param>
/// <param name="Descriptor">Its pidfd, which the caller owns.</param>
public readonly record struct SpawnedProcess(int ProcessId, int Descriptor);

/// <summary>Scheduling policies (linux/sched.h).</summary>
public enum SchedulingPolicy
{
    /// <summary>SCHED_OTHER: time sharing; its priority is 0.</summary>
    Other = 0,

    /// <summary>SCHED_FIFO: real-time, priority 1..99.</summary>
    Fifo = 1,

    /// <summary>SCHED_RR: real-time in turns, priority 1..99.</summary>
    RoundRobin = 2,
}
