using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Keepalived.Templates.Tests;

/// <summary>The guide for authors of checkers shows code that is compiled and run: every block of C# in it is part of a file that it names.</summary>
public sealed partial class GuideTests
{
    private static readonly string _root = Root();

    public static TheoryData<string> Guides => ["docs/writing-a-checker.md"];

    [Theory]
    [MemberData(nameof(Guides))]
    public void Every_block_of_code_is_part_of_the_file_that_it_names(string guide)
    {
        string text = File.ReadAllText(Path.Combine(_root, guide));
        MatchCollection blocks = NamedBlock().Matches(text);

        Assert.Equal(AnyBlock().Count(text), blocks.Count);
        Assert.NotEmpty(blocks);
        Assert.All(blocks, block =>
        {
            string file = File.ReadAllText(Path.Combine(_root, block.Groups["file"].Value));
            Assert.Contains(WithoutIndent(block.Groups["code"].Value), WithoutIndent(file), StringComparison.Ordinal);
        });
    }

    [Fact]
    public void The_template_asks_for_the_packages_of_this_version()
    {
        string version = VersionElement().Match(File.ReadAllText(Path.Combine(_root, "Directory.Build.props"))).Groups[1].Value;
        string template = Path.Combine(_root, "sdk-template/Keepalived.Templates/templates/keepalived-checker");
        MatchCollection asked = KeepalivedPackage().Matches(string.Concat(
            Directory.GetFiles(template, "*.csproj", SearchOption.AllDirectories).Select(File.ReadAllText)));

        Assert.Equal(2, asked.Count);
        Assert.All(asked, reference => Assert.Equal(version, reference.Groups[1].Value));
    }

    [Fact]
    public void The_checkers_that_ship_with_the_daemon_and_the_samples_reference_nothing_that_a_stranger_has_not()
    {
        string[] allowed = ["Keepalived.Abstractions", "Microsoft.Extensions.DependencyInjection.Abstractions", "Microsoft.Extensions.Logging.Abstractions"];
        string[] projects =
        [
            .. Directory.GetFiles(Path.Combine(_root, "plugins/checkers"), "*.csproj", SearchOption.AllDirectories),
            .. Directory.GetFiles(Path.Combine(_root, "samples"), "*.csproj", SearchOption.AllDirectories),
            Path.Combine(_root, "samples/Directory.Build.props"),
        ];

        Assert.True(projects.Sum(project => Reference().Count(File.ReadAllText(project))) > 20, "the checkers' references were not found");
        Assert.All(projects, project => Assert.All(
            Reference().Matches(File.ReadAllText(project)), reference => Assert.Contains(reference.Groups[1].Value, allowed)));
    }

    // A guide shows a method without the indent of its class, and may leave trailing blanks out.
    private static string WithoutIndent(string code) => string.Join('\n', code.Split('\n').Select(static line => line.Trim())).Trim();

    private static string Root([CallerFilePath] string path = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "../.."));

    [GeneratedRegex(@"<!-- (?<file>\S+) -->\r?\n```csharp\r?\n(?<code>.*?)```", RegexOptions.Singleline)]
    private static partial Regex NamedBlock();

    [GeneratedRegex("<(?:Project|Package)Reference Include=\"(?:[^\"]*/)?([^\"/]+?)(?:\\.csproj)?\"")]
    private static partial Regex Reference();

    [GeneratedRegex("```csharp")]
    private static partial Regex AnyBlock();

    [GeneratedRegex("<Version>(.*)</Version>")]
    private static partial Regex VersionElement();

    [GeneratedRegex("<PackageReference Include=\"Keepalived\\.\\w+\" Version=\"([^\"]*)\"")]
    private static partial Regex KeepalivedPackage();
}
