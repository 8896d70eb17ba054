using Microsoft.Extensions.Logging;

namespace Keepalived.Host.Processes;

/// <summary><c>reload_file</c>: a file that exists while a reload reads the configuration, so that others leave the files alone.</summary>
internal sealed class ReloadMarker : IDisposable
{
    private readonly string? _path;

    private ReloadMarker(string? path) => _path = path;

    /// <summary>Creates the file (mode 0644) when the configuration asks for it.</summary>
    internal static ReloadMarker Create(string? configured, RuntimeFiles files, ILogger log)
    {
        if (configured is null)
        {
            return new(null);
        }

        string path = configured.Length > 0 ? configured
            : Path.Combine(files.PidDirectory, files.Instance is null ? "keepalived.reload" : $"keepalived_{files.Instance}.reload");
        try
        {
            FileStreamOptions options = new()
            {
                Mode = FileMode.Create,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead,
            };
            new FileStream(path, options).Dispose();
            return new(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            log.LogWarning("Cannot create reload file {Path}: {Reason}", path, exception.Message);
            return new(null);
        }
    }

    public void Dispose()
    {
        if (_path is not null)
        {
            File.Delete(_path);
        }
    }
}
