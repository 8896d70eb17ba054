using System.Runtime.CompilerServices;
using System.Xml.Linq;
using Keepalived.Lab;

namespace Keepalived.Kernel.Tests;

/// <summary>
/// Runs a test where there is what it needs (IPVS unless it says otherwise). On a kernel that has it, here; else all of this program's inside tests run together in one boot of
/// user-mode Linux, and each test reports what happened to it there.
/// </summary>
internal static class Inside
{
    private const string Marker = "KEEPALIVED_KERNEL_INSIDE";
    private static readonly Lazy<XElement> s_report = new(() => TestProgram.Find("Keepalived.Kernel.Tests").Report(Settings, Selection));

    /// <summary>Environment of the program inside.</summary>
    private static string Settings =>
        $"{Marker}=1 {(Environment.GetEnvironmentVariable("KEEPALIVED_OURS") is { } ours ? $"KEEPALIVED_OURS={ours}" : "")}";

    private static bool HasIpvs => Directory.Exists("/proc/sys/net/ipv4/vs");

    /// <summary>
    /// All but what has a boot of its own, or the class that KEEPALIVED_KERNEL_CLASS names for whoever works on one: the boot with all of them takes minutes.
    /// </summary>
    private static string[] Selection => Environment.GetEnvironmentVariable("KEEPALIVED_KERNEL_CLASS") is { Length: > 0 } name
        ? ["-explicit", "on", "-class", name]
        : ["-namespace", "Keepalived.Kernel.Tests.Ipvs", "-namespace", "Keepalived.Kernel.Tests.Links", "-class-", typeof(Ipvs.FailureMatrixTests).FullName!];

    /// <summary>Prints a result for people: into the test's output, and into a file of the test results.</summary>
    internal static void Print(string file, string text)
    {
        TestContext.Current.TestOutputHelper?.WriteLine(text);
        string folder = Repository.Path("artifacts/test-results");
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, file), text);
    }

    /// <summary>Runs a test with the others of this program.</summary>
    internal static Task Run(Func<Task> body, [CallerMemberName] string name = "") => Run(static () => HasIpvs, body, static () => s_report.Value, name);

    /// <summary>The same where there is something else than IPVS.</summary>
    internal static Task Run(Func<bool> isHere, Func<Task> body, [CallerMemberName] string name = "") => Run(isHere, body, static () => s_report.Value, name);

    /// <summary>Runs a class with one test, which keeps the only slow processor busy to the end, in a boot of its own.</summary>
    internal static Task RunAlone(Func<Task> body, Type test, [CallerMemberName] string name = "") =>
        Run(static () => HasIpvs, body, () => TestProgram.Find("Keepalived.Kernel.Tests").Report(Settings, "-class", test.FullName!), name);

    private static async Task Run(Func<bool> isHere, Func<Task> body, Func<XElement> report, string name)
    {
        if (Environment.GetEnvironmentVariable(Marker) == "1" || (Environment.IsPrivilegedProcess && isHere()))
        {
            await body();
            return;
        }

        if (UserModeKernel.WhyNot is { } reason)
        {
            Assert.Skip(reason);
        }

        var test = report().Descendants("test").FirstOrDefault(test => test.Attribute("method")?.Value == name);
        Assert.True(test is not null, $"{name} did not run inside");
        switch (test.Attribute("result")?.Value)
        {
            case "Skip":
                Assert.Skip(test.Element("reason")?.Value ?? "skipped inside");
                break;
            case "Fail":
                Assert.Fail($"{test.Element("failure")?.Element("message")?.Value}\n{test.Element("failure")?.Element("stack-trace")?.Value}");
                break;
            default:
                Assert.Equal("Pass", test.Attribute("result")?.Value);
                break;
        }
    }
}
