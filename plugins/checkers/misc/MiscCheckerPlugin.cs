// MISC_CHECK: a script says how a real server is. The plugin owns the keywords, the record and what exit codes mean; how scripts are run, as
// whom and how they are ended is the host's business, when to run them the engine's. Runs on the loop thread of the checker process.
using Keepalived.Checkers.Misc;
using Keepalived.Checking;
using Keepalived.Configuration;
using Keepalived.Plugins;
using Keepalived.Scripts;

[assembly: KeepalivedPlugin("checker-misc", PluginRoles.Checker, typeof(MiscCheckerPlugin), PluginContract.Version)]
[assembly: PluginKeywords("virtual_server/real_server", "MISC_CHECK")]

namespace Keepalived.Checkers.Misc;

/// <summary>Registers <c>MISC_CHECK</c>.</summary>
public sealed class MiscCheckerPlugin : IPlugin
{
    private static readonly TimeSpan _longestTimeout = TimeSpan.FromSeconds(4294);

    /// <inheritdoc/>
    public void RegisterKeywords(IKeywordTree keywords)
    {
        IKeywordBlock<MiscCheckBuilder> block = keywords.AddChecker<MiscCheckBuilder>(
            new KeywordSpec("MISC_CHECK", "{ … }", "A script ends with 0."),
            CheckOptionSet.Timing | CheckOptionSet.Alpha,
            new CheckOptionDefaults("0", "1"));
        block.Keyword(new("misc_path", "CMD|\"CMD ARGS\"", "The script: exit code 0 means up."), static (r, b) => b.Read(r));
        block.Keyword(new("misc_timeout", "SECONDS 0..4294", "Time that the script is given; 0 or absent = delay_loop.") { Default = "0" }, static (r, b) =>
            b.Timeout = TimeSpan.FromSeconds(r.Integer("time-out", 0, (long)_longestTimeout.TotalSeconds)));
        block.Keyword(new("misc_dynamic", "", "Exit codes from 2 to 255 mean up, with a weight of the code less 2.") { Default = "false" }, static (r, b) =>
        {
            r.Rest();
            b.IsDynamic = true;
        });
        block.Keyword(new("user", "USER [[:]GROUP]", "Who runs the script; script_user if absent."), static (r, b) => b.ReadUser(r));
    }
}

/// <summary>A <c>MISC_CHECK</c> block while it is read.</summary>
internal sealed class MiscCheckBuilder : CheckerBuilder
{
    private string? _program;
    private EquatableArray<string> _arguments;
    private ScriptUser? _user;
    private bool _isUserUnknown;

    public TimeSpan Timeout { get; set; }

    public bool IsDynamic { get; set; }

    public void Read(IKeywordReader reader)
    {
        IReadOnlyList<string> words = reader.Command("script");
        var arguments = new List<string>(words.Count - 1);
        for (int i = 1; i < words.Count; i++)
        {
            arguments.Add(words[i]);
        }

        // Behaviour of keepalived: what follows the first word on the line are arguments too, quoted or not.
        arguments.AddRange(reader.Rest());
        _program = words[0];
        _arguments = arguments.ToEquatableArray();
    }

    public void ReadUser(IKeywordReader reader)
    {
        if (reader.AtEnd)
        {
            reader.Word("user");
        }

        _user = reader.Session.Scripts.ResolveUser(reader);
        _isUserUnknown = _user is null;
    }

    /// <inheritdoc/>
    public override CheckerDefinition? Build(IConfigurationSession session)
    {
        if (_program is null)
        {
            session.Error(Location, "MISC_CHECK has no misc_path: the checker is left out", "add: misc_path CMD");
            return null;
        }

        // The unknown user has been reported where it stands.
        return _isUserUnknown ? null : new MiscCheckDefinition(Options, new ScriptCommand(_program, _arguments, _user), Timeout, IsDynamic);
    }
}

/// <summary>A <c>MISC_CHECK</c> as configured.</summary>
/// <param name="Options">The common options, without those of connections.</param>
/// <param name="Command"><c>misc_path</c> and <c>user</c>.</param>
/// <param name="Timeout"><c>misc_timeout</c>; 0 = the delay loop.</param>
/// <param name="IsDynamic"><c>misc_dynamic</c>.</param>
internal sealed record MiscCheckDefinition(CheckOptions Options, ScriptCommand Command, TimeSpan Timeout, bool IsDynamic)
    : CheckerDefinition("MISC_CHECK", Options), ILateValidation
{
    // From the time limit on: TERM, KILL after 2 s, and the host gives up after 10 s.
    private static readonly TimeSpan _longestEnd = TimeSpan.FromSeconds(15);

    /// <inheritdoc/>
    public override uint DefaultRetry => 0;

    /// <inheritdoc/>
    public override string Describe(in CheckResult result) => result.IsUp ? "MISC CHECK succeeded on service" : "MISC CHECK failed on service";

    /// <inheritdoc/>
    public override TimeSpan LongestProbe(CheckOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return LimitOf(options) + _longestEnd;
    }

    /// <summary>How long the script may run.</summary>
    public TimeSpan LimitOf(CheckOptions options) => Timeout > TimeSpan.Zero ? Timeout : options.DelayLoop!.Value;

    /// <inheritdoc/>
    public override IChecker CreateChecker(CheckTarget target) => new MiscChecker(this);

    /// <inheritdoc/>
    public bool Validate(IConfigurationSession session, SourceLocation location) => session.Scripts.Validate(Command, location, session);
}
