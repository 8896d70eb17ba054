namespace Keepalived.Host;

/// <summary>The exit codes of keepalived.</summary>
internal static class ExitCodes
{
    internal const int Ok = 0;

    /// <summary>Fatal: a mistaken option, already running.</summary>
    internal const int Fatal = 1;

    /// <summary>The configuration cannot be used.</summary>
    internal const int Configuration = 2;

    /// <summary>Permission is missing.</summary>
    internal const int Permission = 4;

    /// <summary>No readable configuration under include checks.</summary>
    internal const int NoConfiguration = 6;

    /// <summary>A defect of ours.</summary>
    internal const int InternalError = 70;
}
