using Keepalived.Configuration;
using Keepalived.Host.Configuration;
using Keepalived.Plugins;
using Keepalived.Scripts;
using Keepalived.Linux.Local;
using Keepalived.Linux.Processes;

namespace Keepalived.Host.Scripts;

/// <summary>Says at configuration time which scripts may be run and as whom. Reads the system, changes nothing.</summary>
internal sealed class ScriptPolicy : IScriptPolicy
{
    private const string DefaultUser = "keepalived_script";
    private static readonly Dictionary<ScriptUser, uint[]> _groups = [];

    public bool Validate(ScriptCommand command, SourceLocation location, IConfigurationSession session)
    {
        GlobalDefinitions globals = session.Globals;
        if (globals.ScriptSecurity && Environment.IsPrivilegedProcess && (command.User ?? globals.ScriptUser) is null)
        {
            session.Get<MissingScriptUser>().Report(session, location);
            return false;
        }

        ScriptPath path = Resolve(command, globals);
        if (path.State != ScriptPathState.NotFound && !path.IsShellInput && !globals.ScriptSecurity)
        {
            session.Get<UnsecuredScripts>().Report(session, location);
        }

        // What cannot be run is left out without a word in keepalived's verdict, unless what it belongs to cannot do without it.
        switch (path.State)
        {
            case ScriptPathState.NotFound:
                Remark(
                    session,
                    location,
                    $"script {command.Program} is disabled: it does not exist or {UserName(command, globals)} cannot reach it",
                    path.Culprit is null ? "correct the path" : $"let the user search {path.Culprit}");
                return false;
            case ScriptPathState.NotExecutable:
                Remark(
                    session,
                    location,
                    $"script {command.Program} is disabled: {UserName(command, globals)} may not {(path.IsShellInput ? "read" : "execute")} it",
                    $"chmod a+{(path.IsShellInput ? "r" : "x")} {path.Path}");
                return false;
            case ScriptPathState.Insecure:
                ReportInsecure(command, location, session, path);
                return !globals.ScriptSecurity;
            default:
                return true;
        }
    }

    public ScriptUser? ResolveUser(IKeywordReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        string name = reader.Word("user name");
        if (UserDatabase.FindUser(name) is not { } user)
        {
            throw reader.Reject($"there is no user '{name}'", "create it, or name one that exists");
        }

        bool supplementary = reader.Session.Get<HostSettings>().SetSupplementaryGroups;
        if (!reader.TryWord(out string groupWord))
        {
            return new(user.UserId, user.GroupId, supplementary, name);
        }

        bool withSupplementary = groupWord.StartsWith(':');
        string groupName = withSupplementary ? groupWord[1..] : groupWord;
        return UserDatabase.FindGroup(groupName) is { } group
            ? new(user.UserId, group, supplementary || withSupplementary, name)
            : throw reader.Reject($"there is no group '{groupName}'", "create it, or name one that exists");
    }

    /// <summary>Who runs scripts that name nobody: <c>script_user</c>, else the user <c>keepalived_script</c>, else null, the daemon's.</summary>
    internal static ScriptUser? DefaultFor(HostSettings settings) =>
        settings.ScriptUser
        ?? (Environment.IsPrivilegedProcess && UserDatabase.FindUser(DefaultUser) is { } user
            ? new(user.UserId, user.GroupId, settings.SetSupplementaryGroups, DefaultUser)
            : null);

    /// <summary>Finds the file that a command would run, as its user sees it.</summary>
    internal static ScriptPath Resolve(ScriptCommand command, GlobalDefinitions globals)
    {
        ScriptUser? user = command.User ?? globals.ScriptUser;
        uint userId = user?.UserId ?? OwnIdentity.UserId;
        uint[] groups = user is null ? OwnIdentity.Groups : GroupsOf(user);
        return ScriptPathWalk.Resolve(
            command.Program, userId, groups, globals.UseSymlinkPaths, Environment.GetEnvironmentVariable("PATH"));
    }

    /// <summary>The groups that a script of a user runs with, its own first.</summary>
    internal static uint[] GroupsOf(ScriptUser user)
    {
        if (!user.SupplementaryGroups)
        {
            return [user.GroupId];
        }

        // A name service may block: asked when the script is validated, never again while the loop has deadlines.
        // A reading before a reload is on a thread of its own.
        lock (_groups)
        {
            if (!_groups.TryGetValue(user, out uint[]? groups))
            {
                _groups[user] = groups = [.. UserDatabase.GroupsOf(user.Name, user.GroupId)];
            }

            return groups;
        }
    }

    private static string UserName(ScriptCommand command, GlobalDefinitions globals) =>
        (command.User ?? globals.ScriptUser)?.Name is { } name ? "user " + name : "the daemon";

    private static void Remark(IConfigurationSession session, SourceLocation location, string message, string remedy) =>
        session.Report(new(DiagnosticClass.Ok, DiagnosticSeverity.Warning, location, message, remedy));

    private static void ReportInsecure(ScriptCommand command, SourceLocation location, IConfigurationSession session, ScriptPath path)
    {
        string effect = session.Globals.ScriptSecurity
            ? $"script {command.Program} is disabled: it is insecure"
            : $"script {command.Program} is run although it is insecure";
        string remedy = $"make {path.Culprit} writable by root alone"
            + (session.Globals.ScriptSecurity ? "" : ", and add enable_script_security to global_defs");
        session.Report(new(
            session.Globals.ScriptSecurity ? DiagnosticClass.Ok : DiagnosticClass.Security,
            session.Globals.ScriptSecurity ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning,
            location,
            $"{effect}, since others than root can change {path.Culprit}",
            remedy));
    }

    /// <summary>Says once that scripts without a user are not run: all of them have one cause.</summary>
    private sealed class MissingScriptUser
    {
        private bool _isReported;

        public void Report(IConfigurationSession session, SourceLocation location)
        {
            if (!_isReported)
            {
                _isReported = true;
                session.Error(
                    location,
                    $"scripts that name no user are disabled: enable_script_security keeps the daemon from running them as itself, and there is no user '{DefaultUser}'",
                    $"create the user {DefaultUser}, or say script_user in global_defs");
            }
        }
    }

    /// <summary>Says once that scripts run although <c>enable_script_security</c> is not there; that alone makes <c>-t</c> end with 6.</summary>
    private sealed class UnsecuredScripts
    {
        private bool _isReported;

        public void Report(IConfigurationSession session, SourceLocation location)
        {
            if (!_isReported)
            {
                _isReported = true;
                session.Report(new(
                    DiagnosticClass.Security,
                    DiagnosticSeverity.Warning,
                    location,
                    "SECURITY VIOLATION: scripts are run without enable_script_security",
                    "add enable_script_security to global_defs, so that no script runs that others than root can change"));
            }
        }
    }
}
