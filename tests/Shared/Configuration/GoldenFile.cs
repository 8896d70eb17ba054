using System.Globalization;
using System.Text;
using Keepalived.Plugins;

namespace Keepalived.Configuration.Tests;

/// <summary>
/// One behaviour: files above, what comes of them below. Golden/README.md says what the sections are. The environment variable
/// UPDATE_GOLDEN=1 writes the sections below anew.
/// </summary>
internal sealed class GoldenFile
{
    private readonly List<(string Header, string Text)> _sections = [];

    private GoldenFile(string name) => Name = name;

    public string Name { get; }

    public static string OutputDirectory => Path.Combine(AppContext.BaseDirectory, "Golden");

    public static GoldenFile Load(string name)
    {
        var golden = new GoldenFile(name);
        foreach (string part in File.ReadAllText(Path.Combine(OutputDirectory, name + ".golden")).Split(">>> ").Skip(1))
        {
            int end = part.IndexOf('\n', StringComparison.Ordinal);
            golden._sections.Add((part[..end].Trim(), part[(end + 1)..]));
        }

        return golden;
    }

    /// <summary>Reads the files and gives what came of them to a walk.</summary>
    /// <param name="walk">Walks the configuration with the roles of the golden file and leaves the tree in words.</param>
    public GoldenResult Run(Func<ExpandedConfiguration, PluginRoles, (IReadOnlyList<Diagnostic> Findings, string Tree)> walk)
    {
        var files = new MemoryFiles();
        var options = new ConfigurationReadOptions { ConfigId = "node1", FileSystem = files, EnvironmentVariable = _ => null };
        PluginRoles roles = PluginRoles.All;
        string main = "keepalived.conf";
        foreach ((string header, string text) in _sections)
        {
            string[] words = header.Split(' ');
            if (words[0] == "file")
            {
                string content = words.Contains("escaped") ? Unescape(text) : text;
                _ = words.Contains("executable") ? files.AddExecutable("/" + words[1], content) : files.Add("/" + words[1], Encoding.Latin1.GetBytes(content));
            }
            else if (words[0] == "options")
            {
                (options, roles, main) = Options(words, options, roles, main);
            }
        }

        ExpandedConfiguration configuration = ConfigurationReader.Read(main, options);
        (IReadOnlyList<Diagnostic> findings, string tree) = walk(configuration, roles);
        int exit = DiagnosticVerdict.ExitCodeFor(findings, configuration.MainFileFound);
        return new GoldenResult(
            GoldenExpansion.Describe(configuration),
            tree,
            string.Concat(findings.Select(new DiagnosticPrinter(configuration).Format)),
            exit.ToString(CultureInfo.InvariantCulture) + "\n");
    }

    /// <summary>Compares, or writes anew when asked to.</summary>
    /// <param name="result">What came of the files.</param>
    /// <param name="directory">The directory of the golden files in the repository.</param>
    public void Verify(GoldenResult result, string directory)
    {
        bool showsExpansion = _sections.Exists(section => section.Header == "expanded");
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            Save(result, showsExpansion, directory);
            return;
        }

        if (showsExpansion)
        {
            Assert.Equal(Expected("expanded"), result.Expanded);
        }

        Assert.Equal(Expected("tree"), result.Tree);
        Assert.Equal(Expected("findings"), result.Findings);
        Assert.Equal(Expected("exit"), result.Exit);
    }

    private string Expected(string section) => _sections.FirstOrDefault(entry => entry.Header == section).Text ?? "(missing)";

    private void Save(GoldenResult result, bool showsExpansion, string directory)
    {
        var text = new StringBuilder();
        foreach ((string header, string content) in _sections.Where(entry => entry.Header is not ("expanded" or "tree" or "findings" or "exit")))
        {
            text.Append(CultureInfo.InvariantCulture, $">>> {header}\n{content}");
        }

        if (showsExpansion)
        {
            text.Append(CultureInfo.InvariantCulture, $">>> expanded\n{result.Expanded}");
        }

        text.Append(CultureInfo.InvariantCulture, $">>> tree\n{result.Tree}>>> findings\n{result.Findings}>>> exit\n{result.Exit}");
        File.WriteAllText(Path.Combine(directory, Name + ".golden"), text.ToString());
    }

    private static (ConfigurationReadOptions Options, PluginRoles Roles, string Main) Options(
        string[] words, ConfigurationReadOptions options, PluginRoles roles, string main)
    {
        foreach (string word in words.Skip(1))
        {
            string[] pair = word.Split('=', 2);
            switch (pair[0])
            {
                case "role":
                    roles = Enum.Parse<PluginRoles>(pair[1]);
                    break;
                case "checks":
                    options = options with { IncludeChecks = Enum.Parse<IncludeChecks>(pair[1]) };
                    break;
                case "id":
                    options = options with { ConfigId = pair[1] };
                    break;
                case "env":
                    string[] variable = pair[1].Split('=', 2);
                    Func<string, string?> others = options.EnvironmentVariable;
                    options = options with { EnvironmentVariable = name => name == variable[0] ? variable[1] : others(name) };
                    break;
                case "main":
                    main = pair[1];
                    break;
                default:
                    throw new InvalidDataException(word);
            }
        }

        return (options, roles, main);
    }

    private static string Unescape(string text)
    {
        var result = new StringBuilder();
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '*' && text.IndexOf('*', i + 1) is > 0 and var end && int.TryParse(text.AsSpan(i + 1, end - i - 1), out int count))
            {
                result.Append(result[^1], count - 1);
                i = end;
            }
            else if (text[i] == '\\')
            {
                i++;
                result.Append(text[i] switch { 'n' => '\n', 't' => '\t', '0' => '\0', 'r' => '\r', 'v' => '\v', 'f' => '\f', var other => other });
            }
            else if (text[i] != '\n')
            {
                result.Append(text[i]);
            }
        }

        return result.ToString();
    }
}

/// <summary>What came of the files of a golden file.</summary>
/// <param name="Expanded">The lines after preprocessing, with the place of every part.</param>
/// <param name="Tree">What the handlers of the keywords were called with.</param>
/// <param name="Findings">The findings as they are printed.</param>
/// <param name="Exit">The status of <c>-t</c>.</param>
internal sealed record GoldenResult(string Expanded, string Tree, string Findings, string Exit);
