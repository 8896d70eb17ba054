using System.Text;
using Keepalived.Vrrp.Configuration;

namespace Keepalived.Vrrp.Tracking;

/// <summary>Says whether a process is one of those that a <c>vrrp_track_process</c> counts.</summary>
internal sealed class ProcessPattern
{
    private const int LongestName = 15; // TASK_COMM_LEN less the NUL
    private readonly byte[] _name;
    private readonly byte[] _program;
    private readonly byte[][] _parameters;
    private readonly ParameterMatch _match;
    private readonly bool _comparesParameters;

    public ProcessPattern(ProcessTracker settings)
    {
        byte[] name = Encoding.UTF8.GetBytes(Path.GetFileName(settings.Program));
        _name = name.Length > LongestName ? name[..LongestName] : name;
        _program = Encoding.UTF8.GetBytes(settings.Program);
        _parameters = [.. settings.Parameters.Select(Encoding.UTF8.GetBytes)];
        _match = settings.Match;
        _comparesParameters = settings.ComparesParameters;
        UsesCommandLine = settings.UsesFullCommand;
    }

    /// <summary>The command line decides, else the kernel's name of the process.</summary>
    public bool UsesCommandLine { get; }

    /// <summary>Compares the kernel's name, of which there are 15 octets.</summary>
    public bool FitsName(ReadOnlySpan<byte> name) => name.SequenceEqual(_name);

    /// <summary>Compares a command line.</summary>
    /// <param name="words">Words with a NUL behind each.</param>
    public bool FitsCommandLine(ReadOnlySpan<byte> words)
    {
        if (!Next(ref words, out ReadOnlySpan<byte> program) || !program.SequenceEqual(_program))
        {
            return false;
        }

        if (!_comparesParameters)
        {
            return true;
        }

        for (int i = 0; i < _parameters.Length; i++)
        {
            if (!Next(ref words, out ReadOnlySpan<byte> word))
            {
                return false;
            }

            bool mayBeLonger = _match == ParameterMatch.Partial && i == _parameters.Length - 1;
            if (mayBeLonger ? !word.StartsWith(_parameters[i]) : !word.SequenceEqual(_parameters[i]))
            {
                return false;
            }
        }

        return _match != ParameterMatch.Exact || words.IsEmpty;
    }

    private static bool Next(ref ReadOnlySpan<byte> words, out ReadOnlySpan<byte> word)
    {
        if (words.IsEmpty)
        {
            word = default;
            return false;
        }

        int end = words.IndexOf((byte)0);
        word = end < 0 ? words : words[..end];
        words = end < 0 ? default : words[(end + 1)..];
        return true;
    }
}
