using System.Globalization;
using Keepalived.Plugins;

namespace Keepalived.Host.CommandLine;

/// <summary>
/// Turns the command line into <see cref="DaemonOptions"/>. Our own table and reader instead of System.CommandLine: getopt's rules must hold
/// to the letter, and the package would cost a good part of the time that a start may take.
/// </summary>
internal sealed class CommandLineParser(TextWriter output, TextWriter error)
{
    private const int MaximumCorePattern = 128;
    private readonly DaemonOptions _options = new();
    private bool _mayTestAndRun = true;

    /// <summary>Reads everything; answers -v, -h, --signum and mistakes itself and asks for an exit.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="expected">Takes the words that belong to no option; null reports them as unexpected.</param>
    public DaemonOptions Parse(IReadOnlyList<string> arguments, List<string>? expected = null)
    {
        List<string> words = expected ?? [];
        OptionReader reader = new(arguments);
        while (_mayTestAndRun)
        {
            switch (reader.Read())
            {
                case OptionReadResult.End:
                    if (expected is null)
                    {
                        ReportWords(words);
                    }

                    return _options;
                case OptionReadResult.Word:
                    words.Add(reader.Argument!);
                    break;
                case OptionReadResult.UnknownOption:
                    Refuse($"Unknown option {reader.Written}");
                    break;
                case OptionReadResult.MissingArgument:
                    Refuse($"Missing parameter for option {reader.Written}");
                    break;
                default:
                    Apply(reader.Option, reader.Argument);
                    break;
            }
        }

        return _options;
    }

    private void ReportWords(List<string> words)
    {
        if (words.Count > 0)
        {
            output.WriteLine("Unexpected argument(s): " + string.Join(' ', words));
            if (words[0] == "config")
            {
                output.WriteLine("config comes first and its options after it: keepalived config show -f FILE --plugin-dir FOLDER");
            }
        }
    }

    private void Refuse(string message)
    {
        error.WriteLine(message);
        Exit(1);
    }

    private void Exit(int code)
    {
        _options.Task = ProgramTask.Exit;
        _options.ExitCode = code;
        _mayTestAndRun = false;
    }

    private void Apply(OptionSpec option, string? argument)
    {
        if (!ApplyProcess(option.Kind, argument) && !ApplyLogging(option.Kind, argument) && !ApplyFile(option.Kind, argument))
        {
            ApplyTask(option, argument);
        }
    }

    private bool ApplyProcess(OptionKind kind, string? argument)
    {
        switch (kind)
        {
            case OptionKind.VrrpOnly: _options.Roles = PluginRoles.Vrrp | (_options.Roles & PluginRoles.Bfd); break;
            case OptionKind.CheckerOnly: _options.Roles = PluginRoles.Checker | (_options.Roles & PluginRoles.Bfd); break;
            case OptionKind.NoBfd: _options.Roles &= ~PluginRoles.Bfd; break;
            case OptionKind.All: _options.StartAll = true; break;
            case OptionKind.ReleaseVips: break; // What it asks for is what always happens; keepalived keeps the option for old scripts too.
            case OptionKind.KeepVrrp: _options.ReleaseVrrp = false; break;
            case OptionKind.KeepIpvs: _options.ReleaseIpvs = false; break;
            case OptionKind.NoRespawn: _options.Respawn = false; break;
            case OptionKind.Foreground: _options.Foreground = true; break;
            case OptionKind.MonitorAddresses: _options.MonitorAddresses = true; break;
            case OptionKind.Namespace: _options.NetworkNamespace = argument; break;
            case OptionKind.CoreDump: _options.CoreDumps = true; break;
            case OptionKind.CoreDumpPattern: ApplyCorePattern(argument); break;
            case OptionKind.IgnoreInterrupt: _options.IgnoreInterrupt = true; break;
            case OptionKind.WatchdogPeriod: ApplyWatchdogPeriod(argument!); break;
            case OptionKind.ProcessRole: ApplyRole(argument!); break;
            case OptionKind.ControlDescriptor: _options.ControlDescriptor = ParseDescriptor(argument!); break;
            case OptionKind.Detached: _options.IsDetached = true; break;
            case OptionKind.WithoutPlugin: _options.WithoutPlugins.Add(argument!); break;
            default: return false;
        }

        return true;
    }

    private bool ApplyLogging(OptionKind kind, string? argument)
    {
        switch (kind)
        {
            case OptionKind.LogConsole: _options.LogToConsole = true; break;
            case OptionKind.LogDetail: _options.LogDetail = Math.Min(2, _options.LogDetail + 1); break;
            case OptionKind.LogFacility: ApplyFacility(argument!); break;
            case OptionKind.LogFile: _options.LogFile = argument ?? ""; break;
            case OptionKind.FlushLogFile: _options.FlushLogFile = true; break;
            case OptionKind.LogFormat: ApplyLogFormat(argument!); break;
            case OptionKind.NoSyslog: _options.LogToSyslog = false; break;
            case OptionKind.DumpConfiguration: _options.DumpConfiguration = true; break;
            default: return false;
        }

        return true;
    }

    private bool ApplyFile(OptionKind kind, string? argument)
    {
        switch (kind)
        {
            case OptionKind.UseFile: _options.ConfigurationFile = argument!; break;
            case OptionKind.Umask: ApplyUmask(argument!); break;
            case OptionKind.ParentPid: _options.ParentPidFile = argument; break;
            case OptionKind.VrrpPid: _options.VrrpPidFile = argument; break;
            case OptionKind.CheckerPid: _options.CheckerPidFile = argument; break;
            case OptionKind.BfdPid: _options.BfdPidFile = argument; break;
            case OptionKind.AllConfiguration: _options.AllConfiguration = true; break;
            case OptionKind.ConfigurationId: _options.ConfigurationId = argument; break;
            case OptionKind.PluginDirectory: _options.PluginDirectories.Add(argument!); break;
            default: return false;
        }

        return true;
    }

    private void ApplyTask(OptionSpec option, string? argument)
    {
        switch (option.Kind)
        {
            case OptionKind.ConfigurationTest:
                _options.Task = ProgramTask.TestConfiguration;
                _options.TestLogFile = argument;
                _options.Respawn = false;
                _options.Foreground = true;
                _options.LogToSyslog = false;
                break;
            case OptionKind.ListPlugins: _options.Task = ProgramTask.ListPlugins; break;
            case OptionKind.ListKeywords: _options.Task = ProgramTask.ListKeywords; break;
            case OptionKind.Format: ApplyFormat(argument!); break;
            case OptionKind.Lint: (_options.Lint ??= new()).Add(argument!); break;
            case OptionKind.NoLint: (_options.Lint ??= new()).AllOff = true; break;
            case OptionKind.SignalNumber: PrintSignal(argument!); break;
            case OptionKind.Version: HelpText.WriteVersion(error); Exit(0); break;
            case OptionKind.Help: HelpText.WriteUsage(error); Exit(0); break;
            case OptionKind.Genhash: Refuse("Option -T must be the first one"); break;
            case OptionKind.Snmp or OptionKind.SnmpSocket:
                Notice($"Option {option.Display} has no effect: this version has no SNMP agent");
                break;
            default:
                Notice($"Option {option.Display} has no effect: this version does not have the feature");
                break;
        }
    }

    private void Notice(string text)
    {
        if (!_options.Notices.Contains(text))
        {
            _options.Notices.Add(text);
        }
    }

    private void ApplyFacility(string text)
    {
        if (SyslogFacility.TryParse(text, out int facility))
        {
            _options.LogFacility = facility;
        }
        else
        {
            error.WriteLine($"Invalid log facility '{text}'");
        }
    }

    private void ApplyLogFormat(string word)
    {
        switch (word)
        {
            case "text": _options.LogFormat = LogFormat.Text; break;
            case "keepalived": _options.LogFormat = LogFormat.Keepalived; break;
            case "json": _options.LogFormat = LogFormat.Json; break;
            default: Refuse($"Option --log-format is text, keepalived or json, not '{word}'"); break;
        }
    }

    private void ApplyUmask(string text)
    {
        if (CInteger.TryParse(text, out long mask) && mask is >= 0 and <= 0x1ff)
        {
            _options.Umask = (int)mask;
        }
        else
        {
            error.WriteLine($"Invalid umask '{text}': give a number up to 0777");
        }
    }

    private void ApplyCorePattern(string? pattern)
    {
        _options.CoreDumps = true;
        if (pattern is { Length: > MaximumCorePattern })
        {
            error.WriteLine($"Core dump pattern is longer than {MaximumCorePattern} characters: ignored");
            return;
        }

        _options.CorePattern = pattern ?? "core";
    }

    private void ApplyWatchdogPeriod(string text)
    {
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double seconds) && seconds is >= 0.1 and <= 3600)
        {
            _options.WatchdogPeriod = TimeSpan.FromSeconds(seconds);
        }
        else
        {
            Refuse($"Invalid watchdog period '{text}': give seconds from 0.1 to 3600");
        }
    }

    private void ApplyFormat(string text)
    {
        if (text is not ("text" or "json"))
        {
            Refuse($"Unknown format '{text}': give text or json");
        }

        _options.FindingsAsJson = text == "json";
    }

    private void ApplyRole(string text)
    {
        _options.ChildRole = text switch
        {
            "vrrp" => PluginRoles.Vrrp,
            "checker" => PluginRoles.Checker,
            "bfd" => PluginRoles.Bfd,
            _ => null,
        };
        if (_options.ChildRole is null)
        {
            Refuse($"Unknown process role '{text}'");
        }
    }

    private int ParseDescriptor(string text)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int descriptor))
        {
            return descriptor;
        }

        Refuse($"Invalid descriptor '{text}'");
        return -1;
    }

    private void PrintSignal(string name)
    {
        if (SignalNames.TryGetNumber(name, out int number))
        {
            output.WriteLine(number.ToString(CultureInfo.InvariantCulture));
            Exit(0);
        }
        else
        {
            Refuse($"Unknown sigfunc {name}");
        }
    }
}
