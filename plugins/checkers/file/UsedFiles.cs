using System.Globalization;
using Keepalived.Tracking;
using Microsoft.Extensions.Logging;

namespace Keepalived.Checkers.Files;

/// <summary>The files that checks of one reading follow. At start, and only then, those with an <c>init_file</c> get their first number.</summary>
internal sealed class UsedFiles
{
    private readonly Dictionary<string, TrackedFile> _byName = new(StringComparer.Ordinal);

    public void Add(TrackedFile file) => _byName.TryAdd(file.Name, file);

    /// <summary>Writes the first numbers; what cannot be written is said and left.</summary>
    public void Initialize(ILogger logger)
    {
        foreach (TrackedFile file in _byName.Values)
        {
            if (file.Initial is not { } initial || (!initial.Overwrites && System.IO.File.Exists(file.Path)))
            {
                continue;
            }

            try
            {
                System.IO.File.WriteAllText(file.Path, initial.Value.ToString(CultureInfo.InvariantCulture) + "\n");
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                logger.CannotInitialize(file.Name, file.Path, exception.Message);
            }
        }
    }
}

/// <summary>What this plugin says to the log.</summary>
internal static partial class FileCheckLog
{
    [LoggerMessage(1, LogLevel.Warning, "track_file {Name}: init_file could not be written to {Path}: {Error}")]
    public static partial void CannotInitialize(this ILogger logger, string name, string path, string error);
}
