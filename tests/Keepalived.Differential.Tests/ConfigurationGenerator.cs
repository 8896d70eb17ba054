using System.Globalization;
using Keepalived.Configuration;

namespace Keepalived.Differential.Tests;

/// <summary>
/// Makes a configuration from a seed: random blocks of the registered keywords, their case files' good values, now and then a bad one or
/// none, and then the ways in which people write (see <see cref="StyleOfWriting"/>). A keyword that Differences/keywords.tsv lists is
/// left out: what is known of it would only be found again.
/// </summary>
internal sealed class ConfigurationGenerator
{
    private const int MostRootBlocks = 5;
    private static readonly Lazy<Language> _language = new(static () => new Language());

    private readonly Random _random;
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);
    private readonly bool _mayLackArguments;
    private readonly double _mistakes;
    private int _number;

    private ConfigurationGenerator(int seed)
    {
        _random = new Random(seed);
        _mayLackArguments = _random.Next(10) == 0;
        _mistakes = _random.Next(3) switch { 0 => 0, 1 => 0.05, _ => 0.25 };
    }

    /// <summary>Makes the file of a seed.</summary>
    internal static TriedFile Make(int seed)
    {
        ConfigurationGenerator generator = new(seed);
        List<WrittenLine> lines = generator.Lines();
        return new StyleOfWriting(generator._random).Write($"seed {seed.ToString(CultureInfo.InvariantCulture)}", lines);
    }

    private List<WrittenLine> Lines()
    {
        List<WrittenLine> lines = [];
        int count = _random.Next(1, MostRootBlocks + 1);
        for (int i = 0; i < count; i++)
        {
            // Half of all blocks are those that a configuration is made for.
            KeywordCase[] roots = _language.Value.Of("");
            string[] favourites = ["vrrp_instance", "virtual_server", "global_defs"];
            KeywordCase root = _random.Next(2) == 0 && Array.Find(roots, entry => entry.Path == favourites[_random.Next(favourites.Length)]) is { } favourite
                ? favourite
                : roots[_random.Next(roots.Length)];
            Add(lines, root, depth: 0);
        }

        return lines;
    }

    private void Add(List<WrittenLine> lines, KeywordCase entry, int depth)
    {
        foreach (string sibling in Split(entry.Siblings))
        {
            if (depth > 0 || _taken.Add(sibling))
            {
                lines.Add(new WrittenLine(sibling, depth));
            }
        }

        KeywordShape shape = _language.Value.ShapeOf(entry.Path);
        string value = shape == KeywordShape.Block ? entry.Good : ValueOf(entry);
        if (shape == KeywordShape.Line)
        {
            lines.Add(new WrittenLine($"{entry.Name} {value}".TrimEnd(), depth));
            return;
        }

        (string arguments, string? body) = Parts(value);
        if (body is null && shape == KeywordShape.Lines && _language.Value.TakesOnlyLines(entry.Path))
        {
            (arguments, body) = ("", arguments);
        }

        lines.Add(new WrittenLine($"{entry.Name} {Distinct(entry.Name, arguments)}".TrimEnd(), depth) { Opens = true });
        List<KeywordCase> inside = shape == KeywordShape.Block ? Choose(entry.Path) : [];
        foreach (string line in Split(KeywordFiles.ForC(entry, body ?? "")))
        {
            string keyword = line.Split(' ', '{')[0];
            if (!inside.Exists(chosen => chosen.Name == keyword))
            {
                lines.Add(new WrittenLine(keyword == "virtual_router_id" ? $"{keyword} {_random.Next(1, 256)}" : line, depth + 1));
            }
        }

        foreach (KeywordCase chosen in inside)
        {
            Add(lines, chosen, depth + 1);
        }

        if (_random.NextDouble() < _mistakes / 5)
        {
            lines.Add(new WrittenLine("no_such_keyword 1", depth + 1));
        }

        lines.Add(new WrittenLine("}", depth));
    }

    private List<KeywordCase> Choose(string block)
    {
        KeywordCase[] all = _language.Value.Of(block);
        List<KeywordCase> chosen = [];
        int count = all.Length == 0 ? 0 : _random.Next(0, 7);
        for (int i = 0; i < count; i++)
        {
            KeywordCase entry = all[_random.Next(all.Length)];
            if (!chosen.Contains(entry))
            {
                chosen.Add(entry);
            }
        }

        return chosen;
    }

    private string ValueOf(KeywordCase entry)
    {
        double dice = _random.NextDouble();
        return dice >= _mistakes ? entry.Good
            : dice < _mistakes / 4 && _mayLackArguments && _language.Value.IsUsable(entry.Path, "alone") ? ""
            : entry.HasBad && _language.Value.IsUsable(entry.Path, "bad") ? entry.Bad
            : entry.Good;
    }

    /// <summary>A second block of the same name would be a mistake of its own; one in twenty is left.</summary>
    private string Distinct(string keyword, string arguments)
    {
        if (arguments.Length == 0 || _taken.Add($"{keyword} {arguments}") || _random.Next(20) == 0)
        {
            return arguments;
        }

        string[] words = arguments.Split(' ');
        if (keyword is "virtual_server" or "real_server")
        {
            words[^1] = (1000 + ++_number).ToString(CultureInfo.InvariantCulture);
        }
        else
        {
            words[0] += (++_number).ToString(CultureInfo.InvariantCulture);
        }

        return string.Join(' ', words);
    }

    private static string[] Split(string text) => text.Split(" ; ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static (string Arguments, string? Body) Parts(string value)
    {
        int open = value.StartsWith('{') ? 0 : value.IndexOf(" {", StringComparison.Ordinal);
        return open < 0 || !value.EndsWith('}') ? (value, null) : (value[..open].Trim(), value[(value.IndexOf('{', open) + 1)..^1].Trim());
    }

    /// <summary>The keywords that can be used, by the block that they stand in.</summary>
    private sealed class Language
    {
        private readonly Dictionary<string, ListedKeyword> _keywords = AllKeywords.Listed();
        private readonly Dictionary<string, KeywordCase[]> _children;
        private readonly DifferenceList _known = new("keywords");

        public Language() =>
            _children = KeywordCase.All.Values
                // A namespace that does not exist ends C before it has read the rest.
                .Where(entry => _keywords.ContainsKey(entry.Path) && entry.Path is not ("net_namespace" or "net_namespace_ipvs") && IsUsable(entry.Path, "good"))
                .OrderBy(static entry => entry.Path, StringComparer.Ordinal)
                .GroupBy(static entry => entry.Path.LastIndexOf('/') is var slash && slash < 0 ? "" : entry.Path[..slash], StringComparer.Ordinal)
                .ToDictionary(static group => group.Key, static group => group.ToArray(), StringComparer.Ordinal);

        public KeywordCase[] Of(string block) => _children.GetValueOrDefault(block) ?? [];

        public KeywordShape ShapeOf(string path) => _keywords[path].Shape;

        public bool TakesOnlyLines(string path) => _keywords[path].Spec.Arguments.StartsWith('{');

        public bool IsUsable(string path, string kind) => !_known.Names($"{path} {kind}");
    }
}

/// <summary>A line before it is written down.</summary>
/// <param name="Text">The line, without the brace that opens its block.</param>
/// <param name="Depth">Number of blocks around it.</param>
internal sealed record WrittenLine(string Text, int Depth)
{
    /// <summary>A block begins here.</summary>
    public bool Opens { get; init; }
}
