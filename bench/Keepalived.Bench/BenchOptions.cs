using System.Globalization;

namespace Keepalived.Bench;

/// <summary>The command line of the bench.</summary>
internal sealed record BenchOptions(Candidate Ours, Candidate Theirs, IReadOnlySet<string> Only, IReadOnlySet<string> Cases, bool Quick, int? AskedRounds)
{
    /// <summary>A part that takes twenty minutes, and so runs only when it is asked for.</summary>
    public const string ByNameOnly = "bfd-busy";

    public static readonly string[] Parts = ["config", "intervals", "failover", "takeover", "startup", "memory", "reload", "stop", "storm", "bfd", "checks", "reload-checks", "large", ByNameOnly];

    public int Rounds => AskedRounds ?? (Quick ? 1 : 2);

    /// <summary>How long one run of the interval measurement listens.</summary>
    public TimeSpan Window => TimeSpan.FromSeconds(Quick ? 3 : 6);

    public static BenchOptions Parse(string[] arguments)
    {
        string ours = "out/sbin/keepalived";
        string theirs = "keepalived";
        var only = new HashSet<string>();
        var cases = new HashSet<string>();
        bool quick = false;
        int? rounds = null;
        for (int index = 0; index < arguments.Length; index++)
        {
            string Value() => ++index < arguments.Length ? arguments[index] : throw new BenchException($"{arguments[index - 1]} needs a value");
            switch (arguments[index])
            {
                case "--quick":
                    quick = true;
                    break;
                case "--rounds":
                    rounds = int.TryParse(Value(), NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count > 0
                        ? count
                        : throw new BenchException("--rounds needs a number from 1 on");
                    break;
                case "--ours":
                    ours = Value();
                    break;
                case "--theirs":
                    theirs = Value();
                    break;
                case "--only":
                    only.UnionWith(Value().Split(','));
                    break;
                case "--cases":
                    cases.UnionWith(Value().Split(','));
                    break;
                default:
                    throw new BenchException($"Unknown argument {arguments[index]}");
            }
        }

        return only.Except(Parts).FirstOrDefault() is { } unknown
            ? throw new BenchException($"No part is called {unknown}: there are {string.Join(", ", Parts)}")
            : new BenchOptions(new Candidate("ours", Words(ours)), new Candidate("C", Words(theirs)), only, cases, quick, rounds);
    }

    private static string[] Words(string command) => command.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
