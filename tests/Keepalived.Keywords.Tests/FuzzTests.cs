using System.Diagnostics;
using System.Globalization;
using System.Text;
using Keepalived.Configuration;
using Keepalived.Configuration.Tests;

namespace Keepalived.Keywords.Tests;

/// <summary>
/// Whatever bytes a file has, preprocessing and the walk through every plugin's keywords end soon, take little memory and throw nothing.
/// Inputs are random bytes, and mutations of golden files and of every keyword's cases. <c>eng/fuzz [SEED [COUNT]]</c> runs more.
/// </summary>
public sealed class FuzzTests(ITestOutputHelper output)
{
    private const int ShortRun = 10_000;

    /// <summary>Every so many inputs the plugins validate and build too, which asks the kernel and costs more than the reading.</summary>
    private const int BuildEvery = 50;

    private const int MostExpandedLines = 5_000;
    private const long MostBytes = 256L << 20;
    private static readonly TimeSpan _longest = TimeSpan.FromSeconds(10);

    private static readonly string[] _pieces =
    [
        "{", "}", "\n", "\"", "'", "\\", "#", "!", "@x ", "@^x ", "$A=b\n", "$A", "${A}", "$A=\\\n", "~SEQ(A, 1, 9) ", "~SEQ(A, -9, 3, 999999999) ", "~LST(A, x, y) ",
        "~LST({A,B}, {x,y}, {z}) ", "include other.conf\n", "include *\n", "0x1F", "-1", "-0", "4294967296", "99999999999999999999", "1e9", ".5", "::", "192.0.2.1/33", "2001:db8::/129",
        "192.0.2.1-255", "\0", "\u00ff", "\r", "\t", "\\x4", "\\777", "\\c", "inet6", "true", "no", ":", "/", "-", "+", "%", "*", ",",
    ];

    [Fact]
    public void No_input_makes_the_reading_throw_hang_or_swell()
    {
        int seed = Number("FUZZ_SEED") ?? 20261121;
        int count = Number("FUZZ_COUNT") ?? ShortRun;
        byte[][] corpus = [.. Corpus()];
        Random random = new(seed);
        Stopwatch whole = Stopwatch.StartNew();
        TimeSpan slowest = TimeSpan.Zero;
        long largest = 0;
        for (int index = 0; index < count; index++)
        {
            byte[] main = Make(random, corpus);
            byte[] other = Make(random, corpus);
            long before = GC.GetAllocatedBytesForCurrentThread();
            Stopwatch time = Stopwatch.StartNew();
            try
            {
                Read(main, other, builds: index % BuildEvery == 0);
            }
#pragma warning disable CA1031 // Any exception is the finding.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                Assert.Fail($"seed {seed}, input {index}: {exception}\n{Show(main, other)}");
            }

            TimeSpan taken = time.Elapsed;
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(taken < _longest && allocated < MostBytes, $"seed {seed}, input {index}: {taken.TotalSeconds} s and {allocated >> 20} MB\n{Show(main, other)}");
            slowest = taken > slowest ? taken : slowest;
            largest = Math.Max(largest, allocated);
        }

        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"seed {seed}: {count} inputs in {whole.Elapsed.TotalSeconds:F0} s; slowest {slowest.TotalMilliseconds:F0} ms, largest {largest >> 10} kB allocated; heap {GC.GetTotalMemory(true) >> 20} MB"));
    }

    private static void Read(byte[] main, byte[] other, bool builds)
    {
        ConfigurationReadOptions options = new()
        {
            ConfigId = "x",
            MostExpandedLines = MostExpandedLines,
            FileSystem = new MemoryFiles().Add("/keepalived.conf", main).Add("/other.conf", other),
        };
        ExpandedConfiguration configuration = ConfigurationReader.Read("/keepalived.conf", options);
        IReadOnlyList<Diagnostic> findings = builds ? AllKeywords.Read(configuration).Findings : AllKeywords.Record(configuration).Findings;
        DiagnosticPrinter printer = new(configuration);
        int shown = 0;
        foreach (Diagnostic finding in findings)
        {
            if (finding.Class == DiagnosticClass.Fatal)
            {
                throw new InvalidOperationException(finding.Message);
            }

            if (shown++ < 5)
            {
                printer.Format(finding);
            }
        }
    }

    private static byte[] Make(Random random, byte[][] corpus)
    {
        if (random.Next(10) == 0)
        {
            byte[] noise = new byte[random.Next(400)];
            random.NextBytes(noise);
            return noise;
        }

        List<byte> text = [.. corpus[random.Next(corpus.Length)]];
        int mutations = random.Next(1, 8);
        for (int i = 0; i < mutations && text.Count > 0; i++)
        {
            Mutate(random, text, corpus);
        }

        return [.. text];
    }

    private static void Mutate(Random random, List<byte> text, byte[][] corpus)
    {
        int at = random.Next(text.Count);
        int length = Math.Min(random.Next(1, 40), text.Count - at);
        switch (random.Next(7))
        {
            case 0:
                text[at] = (byte)random.Next(256);
                break;
            case 1:
                text.RemoveRange(at, length);
                break;
            case 2:
                text.InsertRange(at, text.GetRange(at, length));
                break;
            case 3:
                byte[] donor = corpus[random.Next(corpus.Length)];
                int from = random.Next(donor.Length);
                text.InsertRange(at, donor[from..Math.Min(donor.Length, from + random.Next(1, 200))]);
                break;
            case 4 when random.Next(20) == 0:
                text.InsertRange(at, Enumerable.Repeat(text[at], random.Next(3000)));
                break;
            default:
                text.InsertRange(at, Encoding.Latin1.GetBytes(_pieces[random.Next(_pieces.Length)]));
                break;
        }
    }

    private static IEnumerable<byte[]> Corpus()
    {
        Dictionary<string, ListedKeyword> keywords = AllKeywords.Listed();
        foreach (KeywordCase entry in KeywordCase.All.Values.OrderBy(static entry => entry.Path, StringComparer.Ordinal))
        {
            yield return Encoding.UTF8.GetBytes(CaseText.Make(entry.Path, entry.Good, keywords).Text);
            yield return Encoding.UTF8.GetBytes(CaseText.Make(entry.Path, entry.HasBad ? entry.Bad : null, keywords).Text);
        }

        foreach (string path in Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Golden"), "*.golden").Order(StringComparer.Ordinal))
        {
            string text = File.ReadAllText(path);
            int end = text.IndexOf("\n>>> expanded", StringComparison.Ordinal);
            yield return Encoding.UTF8.GetBytes(end < 0 ? text : text[..(end + 1)]);
        }
    }

    private static int? Number(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;

    private static string Show(byte[] main, byte[] other) =>
        $"{Encoding.Latin1.GetString(main)}\n--- other.conf\n{Encoding.Latin1.GetString(other)}\n--- main as base64\n{Convert.ToBase64String(main)}";
}
