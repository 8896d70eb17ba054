using Keepalived.Lab;

namespace Keepalived.Interop.Tests;

/// <summary>
/// A stranger's checker, built against the contract alone, dropped as a folder into the plugin directory of an installed tree. That
/// it decides about real servers is shown where there is IPVS, in the kernel tests.
/// </summary>
public sealed class ThirdPartyTests : IDisposable
{
    private const string Configuration = """
        virtual_server 10.77.0.100 80 {
            lb_algo rr
            lb_kind NAT
            protocol TCP
            real_server 10.77.0.11 80 {
                MARKER_CHECK {
                    marker /run/marker
                    retry 2
                }
            }
        }

        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("klab").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_folder_dropped_into_the_tree_is_found_and_its_keyword_is_known()
    {
        var program = Tree();
        Assert.NotEqual(0, Test(program).ExitCode);

        Drop(Path.Combine(_folder, "tree/lib/keepalived/plugins"));

        Assert.Contains("checker-marker", Command.Try(program, ["--list-plugins"]).Output, StringComparison.Ordinal);
        var verdict = Test(program);
        Assert.True(verdict.ExitCode == 0, verdict.Both);
    }

    [Fact]
    public void A_plugin_directory_may_be_named_on_the_command_line()
    {
        var program = Tree();
        Drop(Path.Combine(_folder, "elsewhere"));

        var verdict = Test(program, "--plugin-dir", Path.Combine(_folder, "elsewhere"));

        Assert.True(verdict.ExitCode == 0, verdict.Both);
    }

    [Fact]
    public void A_broken_plugin_is_named_and_the_rest_runs()
    {
        var program = Tree();
        var broken = Directory.CreateDirectory(Path.Combine(_folder, "tree/lib/keepalived/plugins/broken")).FullName;
        File.WriteAllText(Path.Combine(broken, "broken.dll"), "this is no assembly");

        var list = Command.Try(program, ["--list-plugins"]);

        Assert.Contains("broken", list.Both, StringComparison.Ordinal);
        Assert.Contains("vrrp", list.Output, StringComparison.Ordinal);
    }

    private static void Drop(string directory)
    {
        var plugin = Directory.CreateDirectory(Path.Combine(directory, "checker-marker")).FullName;
        var built = Repository.Path($"artifacts/bin/ThirdPartyChecker/{new DirectoryInfo(AppContext.BaseDirectory).Name}");
        foreach (var file in Directory.GetFiles(built, "checker-marker.*"))
        {
            File.Copy(file, Path.Combine(plugin, Path.GetFileName(file)));
        }
    }

    private string Tree()
    {
        Prerequisites.Namespaces();
        var installed = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Software.Ours.Path)!, ".."));
        // Hard links fail across file systems; then it is a copy.
        Command.Shell($"cp -al {installed} {_folder}/tree 2>/dev/null || {{ rm -rf {_folder}/tree; cp -a {installed} {_folder}/tree; }}");
        return Path.Combine(_folder, "tree/sbin/keepalived");
    }

    private CommandResult Test(string program, params string[] options)
    {
        var file = Path.Combine(_folder, "marker.conf");
        File.WriteAllText(file, Configuration);
        return Command.Try(program, ["-t", "-f", file, .. options]);
    }
}
