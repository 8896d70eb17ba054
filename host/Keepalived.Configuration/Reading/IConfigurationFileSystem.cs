namespace Keepalived.Configuration;

/// <summary>What a path is.</summary>
public enum ConfigurationFileKind
{
    /// <summary>Nothing.</summary>
    Missing,

    /// <summary>A regular file that nobody may execute: a configuration file.</summary>
    Regular,

    /// <summary>A regular file that somebody may execute.</summary>
    Executable,

    /// <summary>A directory.</summary>
    Directory,

    /// <summary>A device, socket or FIFO.</summary>
    Other,
}

/// <summary>The files of a configuration; the seam for tests.</summary>
public interface IConfigurationFileSystem
{
    /// <summary>The absolute form of a path, without <c>.</c> and <c>..</c>.</summary>
    string FullPath(string path);

    /// <summary>What a path is, symbolic links followed.</summary>
    ConfigurationFileKind KindOf(string path);

    /// <summary>Opens a file for reading; the stream knows its length, or says 0 where there is none.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    Stream Open(string path);

    /// <summary>The names in a directory, in any order; empty when it cannot be listed.</summary>
    IEnumerable<string> Names(string directory);
}
