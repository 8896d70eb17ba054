using Keepalived.Configuration;
using Keepalived.Host.CommandLine;
using Keepalived.Host.Configuration;
using Keepalived.Host.Processes;
using Keepalived.Host.Scripts;

namespace Keepalived.Host;

/// <summary>
/// <c>keepalived config show|explain|diff|lint</c>: answers about configurations from one process that loads every plugin and starts none.
/// Options of the daemon that say how files are read (-f, -i, -e, --plugin-dir …) may stand anywhere behind the word.
/// </summary>
internal sealed class ConfigurationCommand
{
    /// <summary>What <c>config diff</c> ends with when the configurations differ, as diff(1).</summary>
    private const int Different = 1;

    /// <summary>What any of them ends with when it could not do its work, as diff(1).</summary>
    private const int Trouble = 2;

    private const string Help = """
        Usage: keepalived config show [--no-defaults] [-f FILE | FILE]
                   Print the configuration as it is understood, in the syntax of keepalived.conf: includes, definitions, conditions and
                   repetitions resolved, one spelling for each value, and as comments the keywords that are absent with their default.
               keepalived config explain KEYWORD...
                   Print meaning, arguments, default, process and blocks of a keyword (priority, vrrp_instance/priority) or a lint rule.
               keepalived config diff FILE1 FILE2
                   Print what differs in meaning: order of blocks, spelling of values, defaults written out, definitions and includes
                   do not count. Ends with 0 when nothing does, 1 when something does, 2 in case of trouble.
               keepalived config lint [--rules] [-f FILE | FILE]
                   Print what is valid and likely not meant. --rules lists the rules. Ends with 0 whatever it finds, 2 in case of trouble.
        Options that say how the daemon reads files (-f, -i, -e, --plugin-dir, --lint, --no-lint) have the same meaning here.
        """;

    private readonly DaemonOptions _options;
    private readonly List<string> _words = [];
    private readonly HashSet<string> _switches = new(StringComparer.Ordinal);
    private readonly TextWriter _output;
    private readonly TextWriter _error;

    private ConfigurationCommand(DaemonOptions options, TextWriter output, TextWriter error)
    {
        _options = options;
        _output = output;
        _error = error;
    }

    /// <summary>Runs the command behind the word <c>config</c>.</summary>
    internal static int Run(ReadOnlySpan<string> arguments, TextWriter output, TextWriter error)
    {
        List<string> rest = [];
        HashSet<string> switches = new(StringComparer.Ordinal);
        foreach (string argument in arguments)
        {
            if (argument is "--help" or "-h" or "--no-defaults" or "--rules")
            {
                switches.Add(argument);
            }
            else
            {
                rest.Add(argument);
            }
        }

        List<string> words = [];
        DaemonOptions options = new CommandLineParser(output, error).Parse(rest, words);
        if (options.Task == ProgramTask.Exit)
        {
            return options.ExitCode == 0 ? ExitCodes.Ok : Trouble;
        }

        ConfigurationCommand command = new(options, output, error);
        command._words.AddRange(words);
        command._switches.UnionWith(switches);
        return command.Run();
    }

    private int Run()
    {
        if (_switches.Contains("--help") || _switches.Contains("-h"))
        {
            _output.WriteLine(Help);
            return ExitCodes.Ok;
        }

        switch (_words)
        {
            case ["show"] or ["show", _]:
                return Show(_words.Count > 1 ? _words[1] : _options.ConfigurationFile);
            case ["lint"] or ["lint", _]:
                return Lint(_words.Count > 1 ? _words[1] : _options.ConfigurationFile);
            case ["explain", _, ..]:
                return Explain();
            case ["diff", _, _]:
                return Diff(_words[1], _words[2]);
            default:
                _error.WriteLine(Help);
                return Trouble;
        }
    }

    private int Show(string file)
    {
        using ProcessEnvironment process = ConfigurationTest.Load(_options, _error);
        ReadingRoom readings = ConfigurationTest.Readings(process);
        if (Record(readings, file) is not { } recorded)
        {
            return Trouble;
        }

        ConfigurationListing.Write(readings.Tree, recorded.Root, _output, withDefaults: !_switches.Contains("--no-defaults"));
        return HasErrors(recorded.Findings) ? Trouble : ExitCodes.Ok;
    }

    private int Explain()
    {
        using ProcessEnvironment process = ConfigurationTest.Load(_options, _error);
        KeywordTree tree = ConfigurationTest.Readings(process).Tree;
        bool known = true;
        for (int i = 1; i < _words.Count; i++)
        {
            if (i > 1)
            {
                _output.WriteLine();
            }

            known &= KeywordExplanation.Write(tree, _words[i], _output);
        }

        return known ? ExitCodes.Ok : ExitCodes.Fatal;
    }

    private int Diff(string before, string after)
    {
        using ProcessEnvironment process = ConfigurationTest.Load(_options, _error);
        ReadingRoom readings = ConfigurationTest.Readings(process);
        RecordedConfiguration? left = Record(readings, before);
        RecordedConfiguration? right = Record(readings, after);
        if (left is null || right is null)
        {
            return Trouble;
        }

        IReadOnlyList<string> differences = ConfigurationComparison.Run(readings.Tree, left.Root, right.Root);
        foreach (string difference in differences)
        {
            _output.WriteLine(difference);
        }

        return HasErrors(left.Findings) || HasErrors(right.Findings) ? Trouble : differences.Count > 0 ? Different : ExitCodes.Ok;
    }

    private int Lint(string file)
    {
        using ProcessEnvironment process = ConfigurationTest.Load(_options, _error);
        ReadingRoom readings = ConfigurationTest.Readings(process);
        if (_switches.Contains("--rules"))
        {
            foreach ((string rule, string summary) in readings.Tree.LintRules.OrderBy(static rule => rule.Key, StringComparer.Ordinal))
            {
                _output.WriteLine($"{rule}\t{summary}");
            }

            return ExitCodes.Ok;
        }

        if (Expand(file) is not { } configuration)
        {
            return Trouble;
        }

        Reading reading = readings.Read(configuration, isTest: true, new ScriptPolicy());
        var printer = new DiagnosticPrinter(configuration, ConfigurationTest.UsesColour(Console.IsOutputRedirected));
        printer.Print(_output, DiagnosticOrder.ByPlace([.. reading.Findings.Where(static finding => finding.Rule is not null)], configuration));
        int errors = reading.Findings.Count(static finding => finding.Severity == DiagnosticSeverity.Error);
        if (errors > 0)
        {
            _error.WriteLine($"{file} has {errors} error{(errors == 1 ? "" : "s")} besides; keepalived -t -f {file} shows {(errors == 1 ? "it" : "them")}");
        }

        return ExitCodes.Ok;
    }

    private RecordedConfiguration? Record(ReadingRoom readings, string file)
    {
        if (Expand(file) is not { } configuration)
        {
            return null;
        }

        RecordedConfiguration recorded = readings.Record(configuration);
        if (HasErrors(recorded.Findings))
        {
            var printer = new DiagnosticPrinter(configuration, ConfigurationTest.UsesColour(Console.IsErrorRedirected));
            printer.Print(_error, recorded.Findings.Where(static finding => finding.Severity == DiagnosticSeverity.Error));
            _error.WriteLine($"{file}: what is wrong is left out");
        }

        return recorded;
    }

    private ExpandedConfiguration? Expand(string file)
    {
        ExpandedConfiguration configuration = ConfigurationReader.Read(file, Supervisor.ReadOptions(_options));
        if (!configuration.MainFileFound)
        {
            new DiagnosticPrinter(configuration).Print(_error, configuration.Diagnostics);
            return null;
        }

        return configuration;
    }

    private static bool HasErrors(IReadOnlyList<Diagnostic> findings)
    {
        foreach (Diagnostic finding in findings)
        {
            if (finding.Severity == DiagnosticSeverity.Error)
            {
                return true;
            }
        }

        return false;
    }
}
