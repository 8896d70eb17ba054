using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;
using Keepalived.Configuration;
using Keepalived.Host.Configuration;

namespace Keepalived.Differential.Tests;

/// <summary>
/// Where both sides read: one thread in a network namespace of its own with lo, eth0 and eth1, so that the answer to "does the interface
/// exist" is the same for both and on every machine. C is started by that thread and so is in the namespace too.
/// </summary>
internal static partial class Laboratory
{
    private const int NewNetwork = 0x40000000;

    private static readonly Lazy<BlockingCollection<Action>> _work = new(Open);

    /// <summary>Skips where there is nothing to compare with.</summary>
    internal static void Require()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            Assert.Skip("A network namespace needs root");
        }

        if (TheirProgram() is null)
        {
            Assert.Skip("The package keepalived is missing");
        }
    }

    /// <summary>Reads every file on both sides.</summary>
    internal static IReadOnlyList<Comparison> Judge(IReadOnlyList<TriedFile> files)
    {
        TaskCompletionSource<IReadOnlyList<Comparison>> done = new();
        _work.Value.Add(() =>
        {
            try
            {
                done.SetResult(JudgeHere(files));
            }
#pragma warning disable CA1031 // It is thrown again where the result is asked for.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                done.SetException(exception);
            }
        });
        return done.Task.GetAwaiter().GetResult();
    }

    private static List<Comparison> JudgeHere(IReadOnlyList<TriedFile> files)
    {
        string directory = Directory.CreateTempSubdirectory("differential-").FullName;
        try
        {
            for (int i = 0; i < files.Count; i++)
            {
                string folder = Directory.CreateDirectory(Folder(directory, i)).FullName;
                File.WriteAllBytes(Path.Combine(folder, "main.conf"), files[i].Text);
                foreach ((string name, byte[] text) in files[i].Others)
                {
                    File.WriteAllBytes(Path.Combine(folder, name), text);
                }
            }

            using Process theirs = StartTheirs(directory);
            OurVerdict[] ours = [.. Enumerable.Range(0, files.Count).Select(index => Ours(Path.Combine(Folder(directory, index), "main.conf")))];
            if (!theirs.WaitForExit(TimeSpan.FromMinutes(10)))
            {
                theirs.Kill(entireProcessTree: true);
                throw new TimeoutException("keepalived did not read the files within ten minutes");
            }

            return [.. files.Select((file, index) => new Comparison(file, ours[index], Theirs(Folder(directory, index))))];
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    /// <summary>What our -t answers, without starting a process.</summary>
    private static OurVerdict Ours(string path)
    {
        Reading reading = AllKeywords.Read(path);
        return new OurVerdict(DiagnosticVerdict.ExitCodeFor(reading.Findings, mainFileFound: true), reading.Findings);
    }

    /// <summary>One shell for all files: about 10 ms for each, where a process started from here costs more.</summary>
    private static Process StartTheirs(string directory)
    {
        const string Script = """
            cd "$1" && for d in */; do cd "$d" && { timeout 20 "$2" -t -f "$1/${d}main.conf" -l >out 2>&1 </dev/null; echo $? >code; cd ..; }; done
            """;
        ProcessStartInfo start = new("/bin/sh") { ArgumentList = { "-c", Script, "sh", directory, TheirProgram()! }, RedirectStandardInput = true };
        Process process = Process.Start(start)!;
        process.StandardInput.Close();
        return process;
    }

    private static TheirVerdict Theirs(string folder)
    {
        int code = int.Parse(File.ReadAllText(Path.Combine(folder, "code")), CultureInfo.InvariantCulture);
        HashSet<string> lines = [.. File.ReadLines(Path.Combine(folder, "out"), Encoding.Latin1)];
        return new TheirVerdict(code, [.. lines.Where(static line => !IsChatter(line)).Select(Parse).Distinct()]);
    }

    private static TheirFinding Parse(string line)
    {
        Match match = Placed().Match(line);
        return !match.Success
            ? new TheirFinding(null, line)
            : new TheirFinding(
                (match.Groups[1].Success ? Path.GetFileName(match.Groups[1].Value) : "main.conf", int.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture)),
                match.Groups[3].Value);
    }

    /// <summary>What C says of every file, and the sum at the end of what it has said before.</summary>
    private static bool IsChatter(string line) =>
        line.Length == 0 ||
        line.StartsWith("Non-existent interface specified", StringComparison.Ordinal) ||
        line.StartsWith("WARNING - default user 'keepalived_script'", StringComparison.Ordinal);

    private static string Folder(string directory, int index) => Path.Combine(directory, index.ToString("D6", CultureInfo.InvariantCulture));

    private static string? TheirProgram() => new[] { "/usr/sbin/keepalived", "/sbin/keepalived" }.FirstOrDefault(File.Exists);

    private static BlockingCollection<Action> Open()
    {
        BlockingCollection<Action> work = [];
        Thread thread = new(() =>
        {
            if (unshare(NewNetwork) != 0)
            {
                throw new InvalidOperationException($"no network namespace of our own (errno {Marshal.GetLastPInvokeError()})");
            }

            using (Process process = Process.Start("/bin/sh", ["-c", "ip link set lo up && ip link add eth0 type veth peer name eth1"]))
            {
                process.WaitForExit();
            }

            foreach (Action action in work.GetConsumingEnumerable())
            {
                action();
            }
        }) { IsBackground = true };
        thread.Start();
        return work;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int unshare(int flags);

    [GeneratedRegex(@"^\((?:(.+): )?Line (\d+)\) (.*)$")]
    private static partial Regex Placed();
}
