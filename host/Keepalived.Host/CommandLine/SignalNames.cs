namespace Keepalived.Host.CommandLine;

/// <summary>
/// The signals that operators send, by their job (--signum). Numbers are those of Linux with glibc, whose first two real-time signals
/// are its own: SIGRTMIN is 34, SIGRTMAX 64.
/// </summary>
internal static class SignalNames
{
    internal const int Hangup = 1;
    internal const int Interrupt = 2;
    internal const int Kill = 9;
    internal const int User1 = 10;
    internal const int User2 = 12;
    internal const int Pipe = 13;
    internal const int Terminate = 15;

    /// <summary>SIGRTMIN+2: write JSON.</summary>
    internal const int Json = 36;

    /// <summary>SIGRTMAX-1: write statistics, then clear them.</summary>
    internal const int StatisticsClear = 63;

    /// <summary>Gives the number that <c>kill</c> wants for a job.</summary>
    internal static bool TryGetNumber(string job, out int number)
    {
        number = job switch
        {
            "STOP" => Terminate,
            "RELOAD" => Hangup,
            "DATA" => User1,
            "STATS" => User2,
            "STATS_CLEAR" => StatisticsClear,
            "JSON" => Json,
            _ => 0,
        };
        return number != 0;
    }
}
