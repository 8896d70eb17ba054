using Keepalived.Linux.Resources;

namespace Keepalived.Linux.Tests.Resources;

/// <summary>Giving program code back (madvise(2)) changes what is resident and nothing else.</summary>
[Collection(nameof(ResourceTests))]
public sealed class MappedCodeTests
{
    [Fact]
    public void Code_that_was_given_back_runs_as_before()
    {
        string folder = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        using MappedCode code = new(folder);
        int parts = 0;
        while (code.ReleaseNext())
        {
            parts++;
        }

        Assert.True(parts > 1, "the list came in one part");
        Assert.Equal("1, 2, 3", string.Join(", ", new SortedSet<int> { 3, 1, 2 }));
        Assert.Equal(new Version(1, 2), Version.Parse("1.2"));
    }

    [Fact]
    public void Code_in_the_folder_leaves_resident_memory_and_other_files_do_not()
    {
        string folder = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        long before = ResidentCode(folder);
        using (MappedCode none = new("/nowhere"))
        {
            while (none.ReleaseNext())
            {
            }
        }

        Assert.InRange(ResidentCode(folder), before / 2, long.MaxValue);
        using (MappedCode code = new(folder))
        {
            while (code.ReleaseNext())
            {
            }
        }

        Assert.InRange(ResidentCode(folder), 0, before * 9 / 10);
    }

    // KiB resident of executable mappings of files below the folder (proc(5), smaps).
    private static long ResidentCode(string folder)
    {
        long total = 0;
        bool isCode = false;
        foreach (string line in File.ReadLines("/proc/self/smaps"))
        {
            if (line.Contains('/') && line.Contains('-'))
            {
                isCode = line.Contains(" r-xp ") && line.Contains(folder);
            }
            else if (isCode && line.StartsWith("Rss:", StringComparison.Ordinal))
            {
                total += long.Parse(line.AsSpan(4, line.Length - 7).Trim(), System.Globalization.CultureInfo.InvariantCulture);
            }
            else if (line.Contains('-'))
            {
                isCode = false;
            }
        }

        return total;
    }
}
