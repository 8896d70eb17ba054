using Keepalived.Lab;

namespace Keepalived.Interop.Tests;

/// <summary>The installation tree as an operator's script meets it.</summary>
public sealed class CommandLineTests
{
    [Fact]
    public void The_tree_works_from_another_place_and_through_symbolic_links()
    {
        Prerequisites.Namespaces();
        var folder = Directory.CreateTempSubdirectory("klab").FullName;
        try
        {
            var tree = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Software.Ours.Path)!, ".."));
            Command.Run("cp", "-a", tree, Path.Combine(folder, "moved"));
            File.CreateSymbolicLink(Path.Combine(folder, "k"), Path.Combine(folder, "moved/sbin/keepalived"));

            var result = Command.Try(Path.Combine(folder, "k"), ["--list-plugins"]);

            Assert.Equal(0, result.ExitCode);
            Assert.Contains("vrrp", result.Output, StringComparison.Ordinal);
            Assert.Contains("checker-tcp", result.Output, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("STOP")]
    [InlineData("RELOAD")]
    [InlineData("DATA")]
    [InlineData("STATS")]
    [InlineData("STATS_CLEAR")]
    [InlineData("JSON")]
    public void Signum_prints_the_number_that_C_prints(string name)
    {
        Prerequisites.Peer();

        var ours = Command.Try(Software.Ours.Path, [$"--signum={name}"]);
        var theirs = Command.Try(Software.C.Path, [$"--signum={name}"]);

        if (theirs.ExitCode == 0)
        {
            Assert.Equal((theirs.ExitCode, theirs.Output), (ours.ExitCode, ours.Output));
        }
        else
        {
            Assert.Skip($"Debian's keepalived was built without {name}");
        }
    }

    [Theory]
    [InlineData("--version")]
    [InlineData("--help")]
    [InlineData("--zzz")]
    [InlineData("-f")]
    public void An_option_ends_with_the_exit_code_that_C_ends_with(string option)
    {
        Prerequisites.Peer();

        Assert.Equal(Command.Try(Software.C.Path, [option]).ExitCode, Command.Try(Software.Ours.Path, [option]).ExitCode);
    }
}
