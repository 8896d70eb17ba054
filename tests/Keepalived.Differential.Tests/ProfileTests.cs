using System.Diagnostics;
using Keepalived.Configuration;
using Keepalived.Host.Configuration;
using Keepalived.Plugins;
namespace Keepalived.Differential.Tests;
public sealed class ProfileTests(ITestOutputHelper output)
{
    [Fact]
    public void Profile()
    {
        string path = Environment.GetEnvironmentVariable("PROFILE") ?? "";
        if (path == "") Assert.Skip("no");
        for (int i = 0; i < 6; i++)
        {
            long a = GC.GetAllocatedBytesForCurrentThread(); var w = Stopwatch.StartNew();
            var c = ConfigurationReader.Read(path, new ConfigurationReadOptions());
            var t1 = w.Elapsed; long b1 = GC.GetAllocatedBytesForCurrentThread(); 
            var r = AllKeywords.Record("");
            w.Restart(); long b2 = GC.GetAllocatedBytesForCurrentThread();
            var x = RootScan.Run(c);
            var t2 = w.Elapsed; long b3 = GC.GetAllocatedBytesForCurrentThread(); w.Restart();
            var tree = AllKeywords.Tree;
            ConfigurationSession session = new(PluginRoles.All, true, new Keepalived.Host.Scripts.ScriptPolicy(), PluginRoles.All);
            ConfigurationWalk.Run(c, tree, new KnownKeywords(), session, PluginRoles.All);
            var t3 = w.Elapsed; long b4 = GC.GetAllocatedBytesForCurrentThread(); w.Restart();
            int g0 = GC.CollectionCount(0), g1 = GC.CollectionCount(1), g2 = GC.CollectionCount(2); 
            var all = AllKeywords.Read(path);
            var t4 = w.Elapsed; long b5 = GC.GetAllocatedBytesForCurrentThread();
            Console.Error.WriteLine($"read {t1.TotalMilliseconds:F1} ms {(b1 - a) >> 10} kB; scan {t2.TotalMilliseconds:F1} {(b3 - b2) >> 10} kB; walk {t3.TotalMilliseconds:F1} {(b4 - b3) >> 10} kB; all {t4.TotalMilliseconds:F1} {(b5 - b4) >> 10} kB; gcs {GC.CollectionCount(0) - g0} {GC.CollectionCount(1) - g1} {GC.CollectionCount(2) - g2} lines {c.Lines.Length} findings {all.Findings.Count}");
            GC.KeepAlive((r, x, session));
        }
        output.WriteLine("done");
    }
}
