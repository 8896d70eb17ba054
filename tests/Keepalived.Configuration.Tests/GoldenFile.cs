using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Keepalived.Plugins;

namespace Keepalived.Configuration.Tests;

/// <summary>
/// One behaviour: files above, what comes of them below. Sections begin with <c>&gt;&gt;&gt;</c>: <c>file NAME</c> (<c>escaped</c> resolves
/// \n \t \0 \r \\ and *N*, which repeats the character before it; <c>executable</c>), <c>options</c>, then <c>tree</c>, <c>findings</c>
/// and <c>exit</c>, which the environment variable UPDATE_GOLDEN=1 writes anew.
/// </summary>
internal sealed class GoldenFile
{
    private readonly List<(string Header, string Text)> _sections = [];

    private GoldenFile(string name) => Name = name;

    public string Name { get; }

    public static string SourceDirectory([CallerFilePath] string path = "") => Path.Combine(Path.GetDirectoryName(path)!, "Golden");

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

    public string Expected(string section) => _sections.FirstOrDefault(entry => entry.Header == section).Text ?? "(missing)";

    public (string Tree, string Findings, string Exit) Run()
    {
        var files = new MemoryFiles();
        var options = new ConfigurationReadOptions { ConfigId = "node1", FileSystem = files };
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
        var session = new ConfigurationSession(roles, isTest: roles == PluginRoles.All, new AnyScript());
        ConfigurationWalk.Run(configuration, DemoKeywords.Build(roles), DemoKeywords.Known(), session, roles);
        string findings = string.Concat(session.Diagnostics.Select(new DiagnosticPrinter(configuration).Format));
        int exit = DiagnosticVerdict.ExitCodeFor(session.Diagnostics, configuration.MainFileFound);
        return (session.Get<Seen>().ToString(), findings, exit.ToString(CultureInfo.InvariantCulture) + "\n");
    }

    public void Save(string tree, string findings, string exit)
    {
        var text = new StringBuilder();
        foreach ((string header, string content) in _sections.Where(entry => entry.Header is not ("tree" or "findings" or "exit")))
        {
            text.Append(CultureInfo.InvariantCulture, $">>> {header}\n{content}");
        }

        text.Append(CultureInfo.InvariantCulture, $">>> tree\n{tree}>>> findings\n{findings}>>> exit\n{exit}");
        File.WriteAllText(Path.Combine(SourceDirectory(), Name + ".golden"), text.ToString());
    }

    private static (ConfigurationReadOptions Options, PluginRoles Roles, string Main) Options(
        string[] words, ConfigurationReadOptions options, PluginRoles roles, string main)
    {
        foreach (string word in words.Skip(1))
        {
            string[] pair = word.Split('=');
            switch (pair[0])
            {
                case "role":
                    roles = Enum.Parse<PluginRoles>(pair[1]);
                    break;
                case "checks":
                    options = options with { IncludeChecks = Enum.Parse<IncludeChecks>(pair[1]) };
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
