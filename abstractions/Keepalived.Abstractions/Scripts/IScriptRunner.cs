using Keepalived.Scheduling;

namespace Keepalived.Scripts;

/// <summary>The identity that a script runs as.</summary>
/// <param name="UserId">User id.</param>
/// <param name="GroupId">Group id.</param>
/// <param name="SupplementaryGroups">Run with the user's supplementary groups as well.</param>
/// <param name="Name">User name, for messages and the supplementary groups.</param>
public sealed record ScriptUser(uint UserId, uint GroupId, bool SupplementaryGroups, string Name);

/// <summary>A program to run, as configured. Compared by value: a reload with the same command is no change.</summary>
/// <param name="Program">Path or name of the program.</param>
/// <param name="Arguments">Its arguments, without the program.</param>
/// <param name="User">Who runs it; null = the default of <c>global_defs</c>.</param>
public sealed record ScriptCommand(string Program, EquatableArray<string> Arguments, ScriptUser? User)
{
    /// <summary>The command line as one would type it.</summary>
    public override string ToString() => Arguments.Count == 0 ? Program : Program + " " + string.Join(' ', Arguments);
}

/// <summary>How a script run ended.</summary>
/// <param name="Exit">How the process ended; null when it could not be started.</param>
/// <param name="TimedOut">It ran into its time limit and was signalled.</param>
/// <param name="Duration">From start to end.</param>
/// <param name="Failure">Why it could not be started; null when it was.</param>
public readonly record struct ScriptResult(ProcessExit? Exit, bool TimedOut, TimeSpan Duration, string? Failure)
{
    /// <summary>True when it exited with 0 in time.</summary>
    public bool IsSuccess => !TimedOut && Exit is { IsSuccess: true };

    /// <summary>For example <c>exit code 3</c>, <c>time-out, signal 15</c> or why it was not started.</summary>
    public override string ToString() => Failure ?? (TimedOut ? $"time-out, {Exit}" : $"{Exit}");
}

/// <summary>
/// Says at configuration time which programs may be run and as whom. Reads the system, changes nothing; the reading of the
/// configuration offers it as <see cref="Configuration.IConfigurationSession.Scripts"/>.
/// </summary>
public interface IScriptPolicy
{
    /// <summary>
    /// Checks that a command can and may be run; reports what is wrong. False means: leave it out. To be called from
    /// <see cref="Plugins.IPlugin.BuildConfiguration"/>, where <c>global_defs</c> is complete.
    /// </summary>
    bool Validate(ScriptCommand command, Configuration.SourceLocation location, Configuration.IConfigurationSession session);

    /// <summary>Resolves <c>USER [GROUP]</c> or <c>USER :GROUP</c> words of the configuration; null (reported) when they do not exist.</summary>
    ScriptUser? ResolveUser(Configuration.IKeywordReader reader);
}

/// <summary>
/// Runs programs without ever blocking the loop: own process group, default signals, closed descriptors, the user's identity, a clean
/// environment; at the time limit TERM to the group, 2 s later KILL.
/// </summary>
public interface IScriptRunner
{
    /// <summary>Starts a program.</summary>
    /// <param name="command">What to run.</param>
    /// <param name="extraArguments">Arguments appended to the configured ones.</param>
    /// <param name="limit">Time limit; <see cref="System.Threading.Timeout.InfiniteTimeSpan"/> for none.</param>
    /// <param name="completed">Called on the loop when it has ended or could not be started; null when nobody wants to know.</param>
    IScriptRun Run(ScriptCommand command, ReadOnlySpan<string> extraArguments, TimeSpan limit, Action<ScriptResult>? completed = null);
}

/// <summary>A script that has been started.</summary>
public interface IScriptRun
{
    /// <summary>True until it has been reaped.</summary>
    bool IsRunning { get; }

    /// <summary>Ends it as at its time limit.</summary>
    void Cancel();
}
