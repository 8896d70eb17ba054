using System.Text;
using Keepalived.Linux.Files;

namespace Keepalived.Linux.Tests.Files;

/// <summary>inotify(7) and statfs(2).</summary>
public sealed class FileWatchTests : IFileWatchHandler, IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("filewatch");
    private readonly FileWatch _watch = new();
    private readonly List<string> _lines = [];

    [Fact]
    public void Writing_renaming_and_deleting_are_told_with_the_name()
    {
        int number = _watch.Add(_folder.FullName, out _);
        string path = Path.Combine(_folder.FullName, "a file");
        File.WriteAllText(path, "1");
        File.Move(path, path + ".old");
        File.Delete(path + ".old");
        _watch.OnReadable(this);
        Assert.Equal([$"{number} a file Content", $"{number} a file Gone", $"{number} a file.old Content", $"{number} a file.old Gone"], _lines);
    }

    [Fact]
    public void The_end_of_the_directory_is_told_and_one_that_is_missing_cannot_be_watched()
    {
        int number = _watch.Add(_folder.FullName, out _);
        _folder.Delete();
        _watch.OnReadable(this);
        Assert.Equal([$"{number}  WatchGone"], _lines);
        Assert.True(_watch.Add(_folder.FullName, out Errno error) < 0);
        Assert.Equal(Errno.ENOENT, error);
        _folder.Create();
    }

    [Fact]
    public void A_directory_has_one_number_and_tells_nothing_after_its_removal()
    {
        int number = _watch.Add(_folder.FullName, out _);
        Assert.Equal(number, _watch.Add(_folder.FullName, out _));
        _watch.Remove(number);
        _watch.OnReadable(this);
        _lines.Clear();
        File.WriteAllText(Path.Combine(_folder.FullName, "a"), "1");
        _watch.OnReadable(this);
        Assert.Empty(_lines);
    }

    [Theory]
    [InlineData("/proc", true)]
    [InlineData("/sys", true)]
    [InlineData("/root", false)]
    public void Pseudo_file_systems_tell_nothing(string path, bool tellsNothing) => Assert.Equal(tellsNothing, FileSystemKind.TellsNothing(path));

    public void Dispose()
    {
        _watch.Dispose();
        _folder.Delete(recursive: true);
    }

    void IFileWatchHandler.Changed(int watch, ReadOnlySpan<byte> name, FileChange change) => _lines.Add($"{watch} {Encoding.UTF8.GetString(name)} {change}");

    void IFileWatchHandler.Overrun() => _lines.Add("overrun");
}
