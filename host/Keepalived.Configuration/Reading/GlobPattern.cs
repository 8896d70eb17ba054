namespace Keepalived.Configuration;

/// <summary>File names of include lines: <c>* ? […]</c> within a path component and brace alternatives, as glob(3) with GLOB_BRACE.</summary>
internal static class GlobPattern
{
    /// <summary>More alternatives than this are a slip or an attack, not a configuration.</summary>
    private const int MostAlternatives = 4096;

    public static bool HasWildcard(string pattern) => pattern.AsSpan().ContainsAny("*?[");

    /// <summary>Resolves brace alternatives; a brace without partner is an ordinary character.</summary>
    public static IReadOnlyList<string> Alternatives(string pattern)
    {
        var results = new List<string>();
        var pending = new Stack<string>();
        pending.Push(pattern);
        while (pending.TryPop(out string? next) && results.Count + pending.Count < MostAlternatives)
        {
            if (FindBraces(next) is not { } braces)
            {
                results.Add(next);
                continue;
            }

            // Pushed last to first, so that the results come in the order in which they are written.
            List<string> parts = SplitAlternatives(next.Substring(braces.Open + 1, braces.Close - braces.Open - 1));
            for (int i = parts.Count - 1; i >= 0; i--)
            {
                pending.Push(string.Concat(next.AsSpan(0, braces.Open), parts[i], next.AsSpan(braces.Close + 1)));
            }
        }

        return results;
    }

    /// <summary>The existing paths that a pattern without braces matches, sorted; a relative pattern gives relative paths.</summary>
    public static IReadOnlyList<string> Matches(string pattern, string directory, IConfigurationFileSystem files)
    {
        if (!HasWildcard(pattern))
        {
            return files.KindOf(Resolve(directory, pattern)) == ConfigurationFileKind.Missing ? [] : [pattern];
        }

        List<string> found = [pattern.StartsWith('/') ? "/" : ""];
        string[] components = pattern.Split('/', StringSplitOptions.RemoveEmptyEntries);
        foreach (string component in components)
        {
            found = Step(found, component, directory, files);
        }

        return found;
    }

    public static string Resolve(string directory, string path) => path.StartsWith('/') ? path : Path.Combine(directory, path);

    /// <summary>Matches one path component. A leading dot must be written.</summary>
    public static bool IsMatch(ReadOnlySpan<char> name, ReadOnlySpan<char> pattern)
    {
        if (name.Length > 0 && name[0] == '.' && (pattern.Length == 0 || pattern[0] != '.'))
        {
            return false;
        }

        // The usual two-cursor match: on a mismatch go back to the last star and let it take one more character.
        int n = 0, p = 0, starPattern = -1, starName = 0;
        while (n < name.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                starPattern = ++p;
                starName = n;
            }
            else if (p < pattern.Length && MatchOne(name[n], pattern, p, out int next))
            {
                n++;
                p = next;
            }
            else if (starPattern >= 0)
            {
                p = starPattern;
                n = ++starName;
            }
            else
            {
                return false;
            }
        }

        return pattern[p..].IndexOfAnyExcept('*') < 0;
    }

    private static List<string> Step(List<string> parents, string component, string directory, IConfigurationFileSystem files)
    {
        var found = new List<string>();
        foreach (string parent in parents)
        {
            string prefix = parent.Length == 0 || parent.EndsWith('/') ? parent : parent + "/";
            if (!HasWildcard(component))
            {
                if (files.KindOf(Resolve(directory, prefix + component)) != ConfigurationFileKind.Missing)
                {
                    found.Add(prefix + component);
                }

                continue;
            }

            string listed = prefix.Length == 0 ? directory : Resolve(directory, prefix);
            found.AddRange(files.Names(listed).Where(name => IsMatch(name, component)).Order(StringComparer.Ordinal).Select(name => prefix + name));
        }

        return found;
    }

    private static bool MatchOne(char value, ReadOnlySpan<char> pattern, int at, out int next)
    {
        next = at + 1;
        switch (pattern[at])
        {
            case '?':
                return true;
            case '\\' when at + 1 < pattern.Length:
                next = at + 2;
                return pattern[at + 1] == value;
            case '[' when pattern[Math.Min(at + 2, pattern.Length)..].IndexOf(']') is >= 0 and var close:
                next = at + 2 + close + 1;
                return MatchSet(value, pattern[(at + 1)..(at + 2 + close)]);
            default:
                return pattern[at] == value;
        }
    }

    private static bool MatchSet(char value, ReadOnlySpan<char> set)
    {
        bool negated = set.Length > 1 && set[0] is '!' or '^';
        bool matched = false;
        for (int i = negated ? 1 : 0; i < set.Length; i++)
        {
            if (i + 2 < set.Length && set[i + 1] == '-')
            {
                matched |= value >= set[i] && value <= set[i + 2];
                i += 2;
            }
            else
            {
                matched |= set[i] == value;
            }
        }

        return matched != negated;
    }

    private static (int Open, int Close)? FindBraces(string pattern)
    {
        int open = -1;
        int depth = 0;
        for (int i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] == '{' && depth++ == 0)
            {
                open = i;
            }
            else if (pattern[i] == '}' && depth > 0 && --depth == 0)
            {
                return (open, i);
            }
        }

        return null;
    }

    private static List<string> SplitAlternatives(string inside)
    {
        var parts = new List<string>();
        int depth = 0;
        int start = 0;
        for (int i = 0; i < inside.Length; i++)
        {
            depth += inside[i] == '{' ? 1 : inside[i] == '}' ? -1 : 0;
            if (inside[i] == ',' && depth == 0)
            {
                parts.Add(inside[start..i]);
                start = i + 1;
            }
        }

        parts.Add(inside[start..]);
        return parts;
    }
}
