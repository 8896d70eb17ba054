using Keepalived.Lab;

namespace Keepalived.Interop.Tests;

/// <summary>One network for all files: a configuration test changes nothing in it.</summary>
public sealed class DifferentialLan : IAsyncLifetime
{
    internal Host? Host { get; private set; }

    private Lan? _lan;

    public ValueTask InitializeAsync()
    {
        if (Environment.IsPrivilegedProcess && Command.Find("ip") is not null)
        {
            _lan = Lan.Create();
            Host = _lan.AddHost("a", 1);
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => _lan?.DisposeAsync() ?? ValueTask.CompletedTask;
}

/// <summary><c>keepalived -t</c> by Debian's program and by ours on the same file: the same exit code, which is the verdict.</summary>
public sealed class DifferentialTests(DifferentialLan lan) : IClassFixture<DifferentialLan>
{
    public static TheoryData<string> Files => [.. Directory
        .GetFiles(Path.Combine(AppContext.BaseDirectory, "Differential"), "*.conf")
        .Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Files))]
    public void The_verdict_on_a_file_is_Cs(string file)
    {
        Prerequisites.Peer();
        var path = Path.Combine(AppContext.BaseDirectory, "Differential", file);

        var theirs = Verdict(Software.C, path);
        var ours = Verdict(Software.Ours, path);

        Assert.True(theirs.ExitCode == ours.ExitCode, $"C {theirs.ExitCode}, ours {ours.ExitCode}\n--- C\n{theirs.Both}\n--- ours\n{ours.Both}");
    }

    private CommandResult Verdict(Software software, string path) =>
        Command.Try("ip", ["netns", "exec", lan.Host!.Namespace, software.Path, "-t", "-f", path]);
}
