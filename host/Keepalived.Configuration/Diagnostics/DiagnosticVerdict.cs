namespace Keepalived.Configuration;

/// <summary>The status with which <c>-t</c> ends.</summary>
public static class DiagnosticVerdict
{
    /// <summary>Nothing was found, or the main file does not exist.</summary>
    public const int Usable = 0;

    /// <summary>A keyword lacks a mandatory argument.</summary>
    public const int MissingParameter = 2;

    /// <summary>The configuration cannot be run.</summary>
    public const int CannotRun = 4;

    /// <summary>There were errors or warnings.</summary>
    public const int Findings = 5;

    /// <summary>A script is insecure, or a file that an include line insists on cannot be read.</summary>
    public const int SecurityOrNoFile = 6;

    /// <summary>
    /// The status for a set of findings. keepalived ends at the first keyword that lacks an argument (2) and at the first include whose
    /// check fails (6); otherwise the highest class decides, so that a deprecation hides a fatal error and a security finding hides all.
    /// </summary>
    /// <param name="diagnostics">Everything that was found.</param>
    /// <param name="mainFileFound">False when the main file does not exist; <c>-t</c> then says so and ends with 0.</param>
    public static int ExitCodeFor(IEnumerable<Diagnostic> diagnostics, bool mainFileFound)
    {
        ArgumentNullException.ThrowIfNull(diagnostics);
        var highest = DiagnosticClass.Ok;
        bool parameterMissing = false;
        bool fileMissing = false;
        foreach (Diagnostic diagnostic in diagnostics)
        {
            highest = (DiagnosticClass)Math.Max((int)highest, (int)diagnostic.Class);
            parameterMissing |= diagnostic.Class == DiagnosticClass.MissingParameter;
            fileMissing |= diagnostic.Class == DiagnosticClass.FileNotFound;
        }

        return (mainFileFound, fileMissing, parameterMissing, highest) switch
        {
            (false, _, _, _) => Usable,
            (_, true, _, _) => SecurityOrNoFile,
            (_, _, true, _) => MissingParameter,
            (_, _, _, DiagnosticClass.Ok) => Usable,
            (_, _, _, <= DiagnosticClass.Fatal) => CannotRun,
            (_, _, _, DiagnosticClass.Security) => SecurityOrNoFile,
            _ => Findings,
        };
    }
}
