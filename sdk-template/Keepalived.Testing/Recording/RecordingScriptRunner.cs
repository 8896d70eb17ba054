using Keepalived.Configuration;
using Keepalived.Scheduling;
using Keepalived.Scripts;

namespace Keepalived.Testing;

/// <summary>A program that code under test has started.</summary>
public sealed class RecordedScriptRun : IScriptRun
{
    private readonly Action<ScriptResult>? _completed;

    internal RecordedScriptRun(ScriptCommand command, IReadOnlyList<string> extraArguments, TimeSpan limit, Action<ScriptResult>? completed)
    {
        Command = command;
        ExtraArguments = extraArguments;
        Limit = limit;
        _completed = completed;
    }

    /// <summary>What was to be run.</summary>
    public ScriptCommand Command { get; }

    /// <summary>The arguments appended to the configured ones.</summary>
    public IReadOnlyList<string> ExtraArguments { get; }

    /// <summary>The time limit.</summary>
    public TimeSpan Limit { get; }

    /// <summary>True once the code under test has cancelled it; it still runs until the test ends it.</summary>
    public bool IsCancelled { get; private set; }

    /// <inheritdoc/>
    public bool IsRunning { get; private set; } = true;

    /// <inheritdoc/>
    public void Cancel() => IsCancelled = true;

    /// <summary>Ends it with a result.</summary>
    public void End(ScriptResult result)
    {
        if (!IsRunning)
        {
            throw new InvalidOperationException("The script has ended before.");
        }

        IsRunning = false;
        _completed?.Invoke(result);
    }

    /// <summary>Ends it with an exit code.</summary>
    public void Exit(int code) => End(new ScriptResult(new ProcessExit(1000, code, null), false, TimeSpan.Zero, null));

    /// <summary>Ends it at its time limit.</summary>
    public void TimeOut() => End(new ScriptResult(new ProcessExit(1000, null, 15), true, Limit, null));

    /// <inheritdoc/>
    public override string ToString() => ExtraArguments.Count == 0 ? $"{Command}" : $"{Command} {string.Join(' ', ExtraArguments)}";
}

/// <summary>A script runner that starts nothing: a test looks at what would have run and says how it ends.</summary>
public sealed class RecordingScriptRunner : IScriptRunner
{
    private readonly List<RecordedScriptRun> _runs = [];
    private readonly Dictionary<string, ScriptUser> _users = [];
    private readonly HashSet<string> _invalid = [];

    /// <summary>Everything started so far.</summary>
    public IReadOnlyList<RecordedScriptRun> Runs => _runs;

    /// <summary>The command lines of everything started so far, with all arguments.</summary>
    public IReadOnlyList<string> CommandLines => _runs.ConvertAll(run => run.ToString());

    /// <summary>What each run ends with, at once; null leaves that to the test.</summary>
    public Func<RecordedScriptRun, ScriptResult?>? EndsWith { get; set; }

    /// <summary>Makes a user known.</summary>
    public void AddUser(ScriptUser user)
    {
        ArgumentNullException.ThrowIfNull(user);
        _users[user.Name] = user;
    }

    /// <summary>Makes <see cref="Validate"/> refuse a program.</summary>
    public void Refuse(string program) => _invalid.Add(program);

    /// <inheritdoc/>
    public bool Validate(ScriptCommand command, SourceLocation location, IConfigurationSession session)
    {
        ArgumentNullException.ThrowIfNull(command);
        return !_invalid.Contains(command.Program);
    }

    /// <inheritdoc/>
    public IScriptRun Run(
        ScriptCommand command, ReadOnlySpan<string> extraArguments, TimeSpan limit, Action<ScriptResult>? completed = null)
    {
        var run = new RecordedScriptRun(command, extraArguments.ToArray(), limit, completed);
        _runs.Add(run);
        if (EndsWith?.Invoke(run) is { } result)
        {
            run.End(result);
        }

        return run;
    }

    /// <inheritdoc/>
    public ScriptUser? ResolveUser(IKeywordReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        string name = reader.Word("user name");
        _ = reader.Rest();
        return _users.GetValueOrDefault(name);
    }
}
