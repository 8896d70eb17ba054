using System.Xml.Linq;
using Keepalived.Lab;

namespace Keepalived.Kernel.Tests;

/// <summary>A test project's program, to be run inside a booted kernel.</summary>
internal sealed class TestProgram
{
    // A boot and a program, with room for a machine that is busy.
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(12);

    private readonly string _name;
    private readonly string _path;

    private TestProgram(string name, string path) => (_name, _path) = (name, path);

    /// <summary>Finds the program that was built beside this one, in the same configuration.</summary>
    internal static TestProgram Find(string project)
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory);
        string path = Path.Combine(own.Parent!.Parent!.FullName, project, own.Name, project);
        Assert.True(File.Exists(path), $"{path} is missing: build tests/{project}");
        return new TestProgram(project, path);
    }

    /// <summary>Boots a kernel, runs the program in it, and gives its report: the assembly element of xunit's XML.</summary>
    /// <param name="arguments">Which tests to run.</param>
    internal XElement RunInside(params string[] arguments)
    {
        XElement assembly = Report("", arguments);
        Assert.Equal("0", assembly.Attribute("failed")?.Value);
        return assembly;
    }

    /// <summary>The same, whatever the result of the tests.</summary>
    /// <param name="environment">Assignments that go before the command.</param>
    /// <param name="arguments">Which tests to run.</param>
    internal XElement Report(string environment, params string[] arguments) => Report(s_limit, environment, arguments);

    /// <summary>The same with another limit.</summary>
    /// <param name="limit">After this long the kernel is ended.</param>
    /// <param name="environment">Assignments that go before the command.</param>
    /// <param name="arguments">Which tests to run.</param>
    internal XElement Report(TimeSpan limit, string environment, params string[] arguments)
    {
        string folder = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "inside", _name));
        string report = Path.Combine(folder, "report.xml");
        Directory.CreateDirectory(folder);
        File.Delete(report);
        string quoted = string.Join(' ', arguments.Select(argument => $"'{argument}'"));
        (int status, string output) = UserModeKernel.Run(folder, $"{environment} '{_path}' -noColor -noLogo {quoted} -xml '{report}'\n", limit);
        Assert.True(File.Exists(report), $"{_name} left no report; status {status}\n{output}");
        return XDocument.Load(report).Descendants("assembly").First();
    }
}
