using Keepalived.Configuration;
using Microsoft.Extensions.Logging;

namespace Keepalived.Host.Processes;

/// <summary>
/// Keeps a copy of every configuration that was run (<c>config_save_dir</c>): <c>keepalived.conf.PID.N</c>, with includes, definitions and
/// conditions resolved. The mode is 0666 under the mask of the process: 0600 by default.
/// </summary>
internal sealed class SavedConfigurations(ILogger log)
{
    private int _count;

    /// <summary>Writes the next copy; without a directory none. A directory that is missing is made; failing is no reason not to run.</summary>
    internal void Save(string? directory, ExpandedConfiguration configuration)
    {
        if (directory is null)
        {
            return;
        }

        string path = Path.Combine(directory, $"keepalived.conf.{Environment.ProcessId}.{_count++}");
        try
        {
            Directory.CreateDirectory(directory);
            FileStreamOptions options = new()
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite
                    | UnixFileMode.OtherRead | UnixFileMode.OtherWrite,
            };
            using FileStream file = new(path, options);
            ExpandedLines lines = configuration.Lines;
            for (int i = 0; i < lines.Length; i++)
            {
                if (lines[i].Kind == ExpandedLineKind.Statement)
                {
                    file.Write(configuration.TextOf(i));
                    file.WriteByte((byte)'\n');
                }
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            log.LogWarning("Cannot write {Path}: {Reason}; correct config_save_dir", path, exception.Message);
        }
    }
}
