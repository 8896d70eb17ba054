using Keepalived.Linux;
using Keepalived.Linux.Local;
using Keepalived.Scripts;

namespace Keepalived.Host.Scripts;

/// <summary>What became of the path of a script.</summary>
internal enum ScriptPathState
{
    /// <summary>It can be run.</summary>
    Usable,

    /// <summary>It can be run, but somebody other than root could replace it.</summary>
    Insecure,

    /// <summary>There is no such file, or not for this user.</summary>
    NotFound,

    /// <summary>The user may not execute it.</summary>
    NotExecutable,
}

/// <summary>The result of resolving a script.</summary>
/// <param name="State">What was found.</param>
/// <param name="Path">The path to run; of <c>&lt;/PATH</c> the file that the shell reads.</param>
/// <param name="IsShellInput">The file is read by a shell instead of being executed.</param>
/// <param name="Culprit">The component of the path that is at fault; null when none is.</param>
internal readonly record struct ScriptPath(ScriptPathState State, string Path, bool IsShellInput, string? Culprit)
{
    /// <summary>True when it can be run at all.</summary>
    public bool CanRun => State is ScriptPathState.Usable or ScriptPathState.Insecure;
}

/// <summary>
/// Finds a script as the user who will run it and walks its path: as root nobody but root may be able to replace the file or a directory on
/// the way. Owner, group bits and sticky directories as keepalived judges them; a symbolic link that root owns is followed instead of
/// condemned, since on a system with merged /usr every path through /bin has one (docs/decisions).
/// </summary>
internal static class ScriptPathWalk
{
    private const uint Execute = 1;
    private const uint Read = 4;

    /// <summary>Resolves the program of a command.</summary>
    /// <param name="program">Path, name to search for, or <c>&lt;/PATH</c>.</param>
    /// <param name="user">Who will run it.</param>
    /// <param name="groups">All groups that the user will have.</param>
    /// <param name="keepLinks"><c>use_symlink_paths</c>.</param>
    /// <param name="searchPath">PATH; null for the system's default.</param>
    internal static ScriptPath Resolve(string program, uint user, ReadOnlySpan<uint> groups, bool keepLinks, string? searchPath)
    {
        bool isShellInput = program.StartsWith('<');
        string wanted = isShellInput ? program[1..].TrimStart(' ', '\t') : program;
        uint permission = isShellInput ? Read : Execute;
        string? found = wanted.Contains('/', StringComparison.Ordinal) ? wanted : Search(wanted, user, groups, permission, searchPath);
        if (found is null || FileStatus.TryGet(found, follow: true, out FileStatus status) != Errno.None)
        {
            return new(ScriptPathState.NotFound, wanted, isShellInput, null);
        }

        if (Unreachable(found, user, groups) is { } closed)
        {
            return new(ScriptPathState.NotFound, found, isShellInput, closed);
        }

        if (!status.IsRegular || !status.Permits(user, groups, permission))
        {
            return new(ScriptPathState.NotExecutable, found, isShellInput, found);
        }

        string? resolved = FileStatus.Resolve(found);
        string path = keepLinks || resolved is null ? Path.GetFullPath(found) : resolved;
        string? culprit = Environment.IsPrivilegedProcess ? FirstInsecure(found) ?? (resolved is null ? null : FirstInsecure(resolved)) : null;
        return new(culprit is null ? ScriptPathState.Usable : ScriptPathState.Insecure, path, isShellInput, culprit);
    }

    /// <summary>True when nobody but root can change what is there.</summary>
    internal static bool IsSecure(in FileStatus status)
    {
        if (status.UserId != 0)
        {
            return false;
        }

        bool othersWrite = status.IsOtherWritable || (status.IsGroupWritable && status.GroupId != 0);
        return !othersWrite || (status.IsDirectory && status.IsSticky) || status.IsLink;
    }

    private static string? Search(string name, uint user, ReadOnlySpan<uint> groups, uint permission, string? searchPath)
    {
        foreach (string directory in (searchPath ?? "/usr/local/bin:/usr/bin:/bin").Split(':'))
        {
            string candidate = Path.Combine(directory.Length == 0 ? "." : directory, name);
            if (FileStatus.TryGet(candidate, follow: true, out FileStatus status) == Errno.None
                && status.IsRegular && status.Permits(user, groups, permission) && Unreachable(candidate, user, groups) is null)
            {
                return candidate;
            }
        }

        return null;
    }

    private static string? Unreachable(string path, uint user, ReadOnlySpan<uint> groups)
    {
        if (user == 0)
        {
            return null;
        }

        foreach (string directory in Ancestors(FileStatus.Resolve(path) ?? path))
        {
            if (FileStatus.TryGet(directory, follow: true, out FileStatus status) == Errno.None && !status.Permits(user, groups, Execute))
            {
                return directory;
            }
        }

        return null;
    }

    private static string? FirstInsecure(string path)
    {
        string absolute = Path.GetFullPath(path);
        foreach (string component in Ancestors(absolute))
        {
            if (!IsSecureAt(component))
            {
                return component;
            }
        }

        return IsSecureAt(absolute) ? null : absolute;
    }

    private static bool IsSecureAt(string path) =>
        FileStatus.TryGet(path, follow: false, out FileStatus status) == Errno.None && IsSecure(status);

    private static List<string> Ancestors(string absolute)
    {
        List<string> ancestors = ["/"];
        for (int slash = absolute.IndexOf('/', 1); slash > 0; slash = absolute.IndexOf('/', slash + 1))
        {
            ancestors.Add(absolute[..slash]);
        }

        return ancestors;
    }
}
