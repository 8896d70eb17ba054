using Keepalived.Host.Files;
using Keepalived.Scheduling;
using Keepalived.Tracking;
using Microsoft.Extensions.Logging.Abstractions;

namespace Keepalived.Checkers.Tests.Files;

/// <summary>Numbers in real files, through the host's own watch.</summary>
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class FileNumbersTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("file-check-").FullName;
    private readonly EventLoop _loop = new();
    private readonly FileNumbers _numbers;
    private int _changes;

    public FileNumbersTests()
    {
        _numbers = new FileNumbers(_loop.ForOwner("test"), NullLogger.Instance);
    }

    private string Load => Path.Combine(_folder, "load");

    public void Dispose()
    {
        _numbers.Dispose();
        _loop.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void A_file_that_comes_is_written_replaced_by_a_rename_and_removed_is_followed_all_along()
    {
        IFileNumber number = _numbers.Follow(Load, () => _changes++);
        Assert.Equal(0, number.Value);

        File.WriteAllText(Load, "5\n");
        Await(number, 5);
        File.WriteAllText(Load, "6\n");
        Await(number, 6);
        File.WriteAllText(Load + ".new", "7\n");
        File.Move(Load + ".new", Load, overwrite: true);
        Await(number, 7);
        File.Delete(Load);
        Await(number, 0);
        Assert.InRange(_changes, 4, 8);
    }

    [Fact]
    public void Other_files_of_the_directory_and_the_same_number_again_are_no_news()
    {
        File.WriteAllText(Load, "5");
        IFileNumber number = _numbers.Follow(Load, () => _changes++);

        File.WriteAllText(Load + "2", "9");
        File.Move(Load, Load + "3");
        File.Move(Load + "3", Load);
        File.WriteAllText(Load + "2", "10");
        Turn(5);

        Assert.Equal((5, 0), (number.Value, _changes));
    }

    [Fact]
    public void A_file_may_be_followed_twice_and_each_end_ends_one()
    {
        IFileNumber first = _numbers.Follow(Load, () => _changes++);
        IFileNumber second = _numbers.Follow(Load, () => _changes += 100);

        first.Dispose();
        File.WriteAllText(Load, "3");
        Await(second, 3);

        Assert.Equal(100, _changes);
        second.Dispose();
    }

    private void Await(IFileNumber number, int value)
    {
        for (int i = 0; i < 100 && number.Value != value; i++)
        {
            Turn(1);
        }

        Assert.Equal(value, number.Value);
    }

    private void Turn(int count)
    {
        for (int i = 0; i < count; i++)
        {
            _loop.RunTurn(TimeSpan.FromMilliseconds(50));
        }
    }
}
