using System.Runtime.Versioning;

namespace Keepalived.Configuration.Tests;

[SupportedOSPlatform("linux")]
public sealed class PhysicalFileSystemTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("keepalived-configuration-").FullName;

    [Fact]
    public void Files_directories_and_what_is_missing_are_told_apart()
    {
        Write("a.conf", "x");
        Write("empty.conf", "");
        File.SetUnixFileMode(Write("run.conf", "x"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherExecute);
        File.CreateSymbolicLink(Path.Combine(_directory, "link.conf"), "a.conf");
        File.CreateSymbolicLink(Path.Combine(_directory, "dangling.conf"), "nowhere");
        File.CreateSymbolicLink(Path.Combine(_directory, "loop.conf"), "loop.conf");
        Assert.Equal(ConfigurationFileKind.Regular, Kind("a.conf"));
        Assert.Equal(ConfigurationFileKind.Regular, Kind("empty.conf"));
        Assert.Equal(ConfigurationFileKind.Executable, Kind("run.conf"));
        Assert.Equal(ConfigurationFileKind.Regular, Kind("link.conf"));
        Assert.Equal(ConfigurationFileKind.Missing, Kind("dangling.conf"));
        Assert.Equal(ConfigurationFileKind.Missing, Kind("loop.conf"));
        Assert.Equal(ConfigurationFileKind.Missing, Kind("nothing"));
        Assert.Equal(ConfigurationFileKind.Directory, Kind("."));
        Assert.Equal(ConfigurationFileKind.Other, PhysicalFileSystem.Instance.KindOf("/dev/null"));
    }

    [Fact]
    public void A_fifo_is_told_apart_without_blocking_on_it()
    {
        Keepalived.Linux.NamedPipe.TryCreate(Path.Combine(_directory, "fifo.conf"), 0x180);
        Assert.Equal(ConfigurationFileKind.Other, Kind("fifo.conf"));
    }

    [Fact]
    public void Files_are_included_through_wildcards_and_relative_to_the_including_file()
    {
        Directory.CreateDirectory(Path.Combine(_directory, "conf.d"));
        Write("conf.d/b.conf", "b\n");
        Write("conf.d/a.conf", "a\ninclude sub\n");
        Write("conf.d/sub", "c\n");
        string main = Write("keepalived.conf", "include conf.d/*.conf\n");
        ExpandedConfiguration configuration = ConfigurationReader.Read(main, new ConfigurationReadOptions());
        Assert.Empty(configuration.Diagnostics);
        Assert.Equal(
            ["include conf.d/*.conf", "a", "include sub", "c", "b"],
            Enumerable.Range(0, configuration.Lines.Length).Select(line => SourceText.Decode(configuration.TextOf(line))));
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private string Write(string name, string text)
    {
        string path = Path.Combine(_directory, name);
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return path;
    }

    private ConfigurationFileKind Kind(string name) => PhysicalFileSystem.Instance.KindOf(Path.Combine(_directory, name));
}
