namespace Keepalived.Configuration;

/// <summary>Include lines.</summary>
internal sealed partial class Preprocessor
{
    private void Include(IncludeDirective include, TextSegment from, SourceLocation location)
    {
        IncludeChecks checks = _checks | include.Added;
        string directory = CurrentDirectory;
        if (include.Pattern.Length == 0)
        {
            Error(DiagnosticClass.GeneralError, location, "this include line names no file", "add a file name");
            return;
        }

        IReadOnlyList<string> alternatives = GlobPattern.Alternatives(include.Pattern);
        bool anyMatch = false;
        foreach (string pattern in alternatives)
        {
            IReadOnlyList<string> matches = GlobPattern.Matches(pattern, directory, _files);
            anyMatch |= matches.Count > 0;
            if (matches.Count == 0 && alternatives.Count > 1 && checks.HasFlag(IncludeChecks.BraceMatch))
            {
                Missing(location, pattern, isError: true);
            }

            foreach (string match in matches)
            {
                IncludeFile(match, GlobPattern.Resolve(directory, match), from, location, checks);
            }
        }

        if (!anyMatch)
        {
            NothingMatches(include.Pattern, location, checks);
        }
    }

    /// <summary>An empty <c>conf.d/*.conf</c> is normal, so a name with wildcards that matches nothing is worth a word only when asked for.</summary>
    private void NothingMatches(string pattern, SourceLocation location, IncludeChecks checks)
    {
        if (!GlobPattern.HasWildcard(pattern))
        {
            Missing(location, pattern, checks.HasFlag(IncludeChecks.Match));
        }
        else if (checks.HasFlag(IncludeChecks.WildcardMatch))
        {
            Missing(location, pattern, isError: true);
        }
    }

    private void IncludeFile(string name, string path, TextSegment from, SourceLocation location, IncludeChecks checks)
    {
        string fullPath = _files.FullPath(path);
        ConfigurationFileKind kind = _files.KindOf(fullPath);
        if (kind != ConfigurationFileKind.Regular)
        {
            string message = $"'{name}' {Describe(kind)} and is skipped";
            if (checks.HasFlag(IncludeChecks.Readable))
            {
                Error(DiagnosticClass.FileNotFound, location, message, "include regular files that are not executable");
            }
            else
            {
                Warn(location, message, "include regular files that are not executable");
            }
        }
        else if (_open.Contains(fullPath))
        {
            Error(DiagnosticClass.GeneralError, location, $"'{name}' includes itself{Through(fullPath)}; the inner include is left out", "remove one of the include lines");
        }
        else if (_open.Count >= DeepestInclude || _filesRead >= MostFiles)
        {
            Error(
                DiagnosticClass.GeneralError,
                location,
                $"'{name}' is not included: at most {DeepestInclude} files may be nested and {MostFiles} read",
                "look for files that include each other");
        }
        else
        {
            ReadFile(fullPath, new SourceUnit(name, SourceRelation.IncludedFrom, from.Unit, from.Number), location);
        }
    }

    private string Through(string fullPath)
    {
        int from = _open.IndexOf(fullPath) + 1;
        return from >= _open.Count ? "" : " through " + string.Join(", ", _open.Skip(from).Select(path => $"'{path}'"));
    }

    private void Unreadable(SourceUnit unit, SourceLocation location, string message)
    {
        if (unit.ParentUnit < 0)
        {
            _builder.MainFileFound = false;
            Warn(location, message, "check its permissions");
        }
        else if (_checks.HasFlag(IncludeChecks.Readable))
        {
            Error(DiagnosticClass.FileNotFound, location, message, "check its permissions");
        }
        else
        {
            Warn(location, message, "check its permissions");
        }
    }

    private void Missing(SourceLocation location, string pattern, bool isError)
    {
        string message = $"no file matches '{pattern}'";
        if (isError)
        {
            Error(DiagnosticClass.FileNotFound, location, message, "create the file or correct the name");
        }
        else
        {
            Warn(location, message, "create the file or correct the name");
        }
    }
}
