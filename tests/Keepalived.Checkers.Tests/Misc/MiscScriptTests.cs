using Keepalived.Checkers.Misc;
using Keepalived.Checking;
using Keepalived.Host.Scripts;
using Keepalived.Plugins;
using Keepalived.Scripts;
using Microsoft.Extensions.Logging.Abstractions;

namespace Keepalived.Checkers.Tests.Misc;

/// <summary>MISC_CHECK with the host's own runner and real processes.</summary>
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class MiscScriptTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("misc-check-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("exit 0", true, null, null)]
    [InlineData("exit 12", true, 10, "the script ended with exit code 12")]
    [InlineData("exit 1", false, null, "the script ended with exit code 1")]
    [InlineData("kill -SEGV $$", false, null, "the script ended with signal 11")]
    [InlineData("sleep 60", false, null, "the script did not end within 0.3 s and was ended")]
    public void A_real_script_decides(string body, bool isUp, int? weight, string? reason)
    {
        CheckResult result = Run(Write(body));

        Assert.Equal((isUp, weight, reason), (result.IsUp, result.Weight, result.Reason));
    }

    [Fact]
    public void A_script_that_ignores_TERM_is_killed_with_its_children_and_is_down()
    {
        string pid = Path.Combine(_folder, "pid");

        CheckResult result = Run(Write($"trap '' TERM; sleep 61 & echo $! >{pid}; wait; wait; wait"));

        Assert.Equal("the script did not end within 0.3 s and was ended", result.Reason);
        string child = $"/proc/{File.ReadAllText(pid).Trim()}/stat";
        Assert.True(SpinWait.SpinUntil(() => !IsAlive(child), TimeSpan.FromSeconds(5)), "the child lives");
    }

    [Fact]
    public void A_script_that_is_not_there_any_more_is_down()
    {
        CheckResult result = Run(Path.Combine(_folder, "gone"));

        Assert.False(result.IsUp);
        Assert.StartsWith("the script could not be run: ", result.Reason, StringComparison.Ordinal);
    }

    private static bool IsAlive(string stat)
    {
        try
        {
            return !File.ReadAllText(stat).Contains(") Z ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }

    private string Write(string body)
    {
        string path = Path.Combine(_folder, "check");
        File.WriteAllText(path, $"#!/bin/sh\n{body}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    private static CheckResult Run(string program)
    {
        var definition = new MiscCheckDefinition(new(), new ScriptCommand(program, [], null), TimeSpan.FromSeconds(0.3), IsDynamic: true);
        return Real.RealLoop.Run(definition, scripts: scheduler => new ScriptRunner(
            scheduler, () => new GlobalDefinitions { RouterId = "test" }, NullLogger.Instance, static () => { }));
    }
}
