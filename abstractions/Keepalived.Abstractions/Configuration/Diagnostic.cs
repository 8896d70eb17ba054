namespace Keepalived.Configuration;

/// <summary>
/// The class of a finding, in the order that decides the status of <c>-t</c>: the highest class found decides (behaviour of keepalived:
/// a later deprecation hides an earlier fatal error).
/// </summary>
public enum DiagnosticClass
{
    /// <summary>No finding.</summary>
    Ok,

    /// <summary>A file does not exist.</summary>
    FileNotFound,

    /// <summary>An interface does not exist or does not fit.</summary>
    BadInterface,

    /// <summary>The configuration cannot be run.</summary>
    Fatal,

    /// <summary>A name matched several files where one is needed.</summary>
    MultipleFiles,

    /// <summary>A keyword that nobody registered.</summary>
    UnknownKeyword,

    /// <summary>An opening brace where none belongs.</summary>
    UnexpectedOpeningBrace,

    /// <summary>A block without its opening brace.</summary>
    MissingOpeningBrace,

    /// <summary>A closing brace where none belongs.</summary>
    UnexpectedClosingBrace,

    /// <summary>A block that is not closed.</summary>
    MissingClosingBrace,

    /// <summary>A quote that is not closed.</summary>
    UnmatchedQuote,

    /// <summary>A mandatory argument is missing.</summary>
    MissingParameter,

    /// <summary>Text that is no number, or a number out of range.</summary>
    InvalidNumber,

    /// <summary>Any other error.</summary>
    GeneralError,

    /// <summary>The configuration runs, but perhaps not as meant.</summary>
    Warning,

    /// <summary>A deprecated keyword.</summary>
    Deprecated,

    /// <summary>A script that somebody other than root could replace.</summary>
    Security,
}

/// <summary>How bad a finding is for a person who reads it.</summary>
public enum DiagnosticSeverity
{
    /// <summary>Only said.</summary>
    Information,

    /// <summary>Runs, but perhaps not as meant.</summary>
    Warning,

    /// <summary>Wrong: what it concerns is left out or keeps its default.</summary>
    Error,
}

/// <summary>One finding about the configuration.</summary>
/// <param name="Class">Its class, which decides exit codes.</param>
/// <param name="Severity">How bad it is.</param>
/// <param name="Location">Where it is.</param>
/// <param name="Message">What is wrong, naming the object; no full stop.</param>
/// <param name="Remedy">What to do; null when the message says it all.</param>
/// <param name="Rule">The lint rule that found it, by which an operator can switch it off; null for everything else.</param>
public sealed record Diagnostic(
    DiagnosticClass Class, DiagnosticSeverity Severity, SourceLocation Location, string Message, string? Remedy = null, string? Rule = null)
{
    /// <summary>The other place of a finding that is about two: where the first of two things that exclude each other stands; null for most.</summary>
    public DiagnosticNote? Note { get; init; }
}

/// <summary>What else belongs to a finding.</summary>
/// <param name="Location">Where it is.</param>
/// <param name="Message">What it is; no full stop.</param>
public sealed record DiagnosticNote(SourceLocation Location, string Message);
