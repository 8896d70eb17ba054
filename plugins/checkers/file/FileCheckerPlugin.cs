// FILE_CHECK: a real server follows the number in a tracked file. The plugin owns the keywords, the record, what a number means and the
// first number of files that have an init_file; the blocks track_file are read by the host, which follows the files too. Runs on the loop
// thread of the checker process.
using Keepalived.Checkers.Files;
using Keepalived.Checking;
using Keepalived.Configuration;
using Keepalived.Plugins;
using Keepalived.Tracking;
using Microsoft.Extensions.Logging;

[assembly: KeepalivedPlugin("checker-file", PluginRoles.Checker, typeof(FileCheckerPlugin), PluginContract.Version)]
[assembly: PluginKeywords("virtual_server/real_server", "FILE_CHECK")]

namespace Keepalived.Checkers.Files;

/// <summary>Registers <c>FILE_CHECK</c>.</summary>
public sealed class FileCheckerPlugin : IPlugin
{
    private const int LargestWeight = int.MaxValue;

    /// <inheritdoc/>
    public void RegisterKeywords(IKeywordTree keywords)
    {
        IKeywordBlock<FileCheckBuilder> block = keywords.AddChecker<FileCheckBuilder>(
            new KeywordSpec("FILE_CHECK", "{ … }", "The number in a tracked file says how the server is."),
            CheckOptionSet.None,
            CheckOptionDefaults.Usual);
        block.Keyword(new("track_file", "NAME", "The track_file block to follow."), static (r, b) =>
        {
            b.IsNamed = true;
            string name = r.Word("name of a track_file");
            b.TrackFile = r.Session.Get<TrackedFiles>().Find(name)
                ?? throw r.Reject($"there is no track_file '{name}' above: the checker is left out", $"add, above: track_file {name} {{ file PATH }}");
        });
        block.Keyword(
            new("weight", "INT -2147483647..2147483647 [reverse|noreverse]", "Factor of the number, which is added to the server's weight; 0 = any number but 0 takes the server out; the track_file's if absent."),
            static (r, b) =>
            {
                int weight = (int)r.Integer("weight", -LargestWeight, LargestWeight);
                bool isReversed = ReadReverse(r);
                (b.Weight, b.IsReversed) = (weight, isReversed);
            });
    }

    /// <inheritdoc/>
    public object? BuildConfiguration(IConfigurationSession session)
    {
        ArgumentNullException.ThrowIfNull(session);
        return session.Get<UsedFiles>();
    }

    /// <inheritdoc/>
    public void Start(IServiceProvider services, object? configuration)
    {
        ArgumentNullException.ThrowIfNull(services);
        ((UsedFiles?)configuration)?.Initialize((ILogger)services.GetService(typeof(ILogger))!);
    }

    private static bool ReadReverse(IKeywordReader reader)
    {
        if (!reader.TryWord(out string word))
        {
            return false;
        }

        return word switch
        {
            "reverse" => true,
            "noreverse" => false,
            _ => throw reader.Reject($"'{word}' cannot follow a weight", "write reverse, noreverse or nothing"),
        };
    }
}

/// <summary>A <c>FILE_CHECK</c> block while it is read.</summary>
internal sealed class FileCheckBuilder : CheckerBuilder
{
    public TrackedFile? TrackFile { get; set; }

    /// <summary>A name is there, even if it is nobody's, which has been reported.</summary>
    public bool IsNamed { get; set; }

    public int? Weight { get; set; }

    public bool IsReversed { get; set; }

    /// <inheritdoc/>
    public override CheckerDefinition? Build(IConfigurationSession session)
    {
        if (TrackFile is { } file)
        {
            session.Get<UsedFiles>().Add(file);
            return new FileCheckDefinition(file.Name, file.Path, Weight ?? file.Weight.Value, Weight is null ? file.Weight.IsReversed : IsReversed);
        }

        if (IsNamed)
        {
            return null;
        }

        session.Error(Location, "FILE_CHECK names no track_file: the checker is left out", "add: track_file NAME");
        return null;
    }
}

/// <summary>A <c>FILE_CHECK</c> as configured.</summary>
/// <param name="TrackFile">Name of the <c>track_file</c> block.</param>
/// <param name="Path">Its file.</param>
/// <param name="Weight">Factor, -2147483647..2147483647, of the check or else of the <c>track_file</c>.</param>
/// <param name="IsReversed">The factor's sign is turned.</param>
internal sealed record FileCheckDefinition(string TrackFile, string Path, int Weight, bool IsReversed)
    : CheckerDefinition("FILE_CHECK", CheckOptions.Unset)
{
    /// <inheritdoc/>
    public override bool WaitsToBeTold => true;

    /// <inheritdoc/>
    public override IChecker CreateChecker(CheckTarget target) => new FileChecker(this);
}
