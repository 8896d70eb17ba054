namespace Keepalived.Configuration;

/// <summary>What an include line insists on.</summary>
[Flags]
public enum IncludeChecks
{
    /// <summary>Nothing: what is not there is only mentioned.</summary>
    None = 0,

    /// <summary>Every matching file can be read and is a regular file that is not executable.</summary>
    Readable = 1,

    /// <summary>A name without wildcards matches a file.</summary>
    Match = 2,

    /// <summary>A name with wildcards matches a file.</summary>
    WildcardMatch = 4,

    /// <summary>Each brace alternative matches a file.</summary>
    BraceMatch = 8,

    /// <summary>Everything.</summary>
    All = Readable | Match | WildcardMatch | BraceMatch,
}

/// <summary>How to read a configuration.</summary>
public sealed record ConfigurationReadOptions
{
    /// <summary>What <c>@ID</c> lines are compared with (<c>-i</c>); the host name up to the first dot by default.</summary>
    public string ConfigId { get; init; } = Environment.MachineName.Split('.')[0];

    /// <summary>The checks that hold until an <c>include_check</c> changes them; all with <c>-e</c>.</summary>
    public IncludeChecks IncludeChecks { get; init; }

    /// <summary>The environment that <c>${_ENV NAME}</c> reads; null for a variable that is not set.</summary>
    public Func<string, string?> EnvironmentVariable { get; init; } = Environment.GetEnvironmentVariable;

    /// <summary>The files.</summary>
    public IConfigurationFileSystem FileSystem { get; init; } = PhysicalFileSystem.Instance;

    /// <summary>Lines that definitions and repetitions may make.</summary>
    internal int MostExpandedLines { get; init; } = ExpansionBudget.DefaultMostLines;
}
