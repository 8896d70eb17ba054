using System.Diagnostics;
using Keepalived.Lab;

namespace Keepalived.Kernel.Tests;

/// <summary>
/// The way of somebody who wants a checker of his own and has nothing but the packages: an empty folder outside the repository, the template
/// installed, a project made, tested and published, its folder dropped into an installed tree, the keyword configured; and the check decides
/// which real servers IPVS has. One test, because each step needs the one before.
/// </summary>
public sealed class StrangerTests : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(3);
    private readonly string _folder = Directory.CreateTempSubdirectory("klab-stranger").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_template_gives_a_checker_that_decides_a_real_servers_fate()
    {
        SkipUnlessPossible();
        string packages = Path.Combine(_folder, "packages");
        Shell(Repository.Root, $"eng/pack --into '{packages}'");

        // His own home: no template, no package and no setting of this machine's user. What the template takes from nuget.org is
        // lent from the packages that are here already.
        Shell(_folder, $"mkdir home lent && for p in '{GlobalPackages()}'/*; do case $p in */keepalived.*) ;; *) ln -s \"$p\" lent/ ;; esac; done");
        Shell(_folder, $"dotnet new install '{packages}'/Keepalived.Templates.*.nupkg");
        Shell(_folder, $"dotnet new keepalived-checker --name FileServer --keyword HALLO_CHECK --packages '{packages}'");
        string tested = Shell(Path.Combine(_folder, "FileServer"), "dotnet test");
        Assert.Contains("failed: 0", tested, StringComparison.Ordinal);
        Assert.DoesNotContain("succeeded: 0", tested, StringComparison.Ordinal);
        Shell(Path.Combine(_folder, "FileServer"), "dotnet publish src/FileServer");

        string tree = Path.Combine(_folder, "tree");
        Shell(_folder, $"cp -a '{Installed()}' tree && cp -r FileServer/publish/checker-file-server tree/lib/keepalived/plugins/");
        File.WriteAllText(Path.Combine(_folder, "stranger.conf"), Configuration);
        File.WriteAllText(Path.Combine(_folder, "server.py"), Server);
        (int status, string output) = UserModeKernel.Run(Path.Combine(_folder, "boot"), Script(tree), s_limit);

        Assert.True(status == 0, output);
    }

    // Two servers; each says what stands in a file of its name.
    private const string Server = """
        import socket, sys, threading
        def serve(address):
            s = socket.create_server((address, 21), reuse_port=True)
            while True:
                c, _ = s.accept()
                c.sendall(open(sys.argv[1] + "/" + address).read().encode())
                c.close()
        for address in sys.argv[2:]:
            threading.Thread(target=serve, args=(address,)).start()
        """;

    private const string Configuration = """
        virtual_server 10.79.0.100 21 {
            delay_loop 1
            lb_algo rr
            lb_kind NAT
            protocol TCP
            real_server 10.79.0.11 21 {
                HALLO_CHECK {
                    expect "220 at your service"
                    retry 0
                }
            }
            real_server 10.79.0.12 21 {
                HALLO_CHECK {
                    retry 0
                }
            }
        }

        """;

    private string Script(string tree) => $$"""
        set -e
        for a in 11 12 100; do ip addr add 10.79.0.$a/32 dev lo; done
        echo '220 at your service' >'{{_folder}}/10.79.0.11'
        echo '220 hello' >'{{_folder}}/10.79.0.12'
        python3 '{{_folder}}/server.py' '{{_folder}}' 10.79.0.11 10.79.0.12 &
        '{{tree}}/sbin/keepalived' -n -l -D -f '{{_folder}}/stranger.conf' -p /run/k.pid -c /run/c.pid >'{{_folder}}/log' 2>&1 &
        daemon=$!
        table_is() {
            for i in $(seq 60); do
                now=$(ipvsadm -Ln | awk '$1 == "->" && $2 ~ /^10/ { print $2 }' | sort | tr '\n' ' ')
                [ "$now" = "$1" ] && return 0
                sleep 0.5
            done
            echo "expected '$1', found '$now'"; ipvsadm -Ln; cat '{{_folder}}/log'; exit 1
        }
        table_is '10.79.0.11:21 10.79.0.12:21 '
        echo '421 busy' >'{{_folder}}/10.79.0.11'
        table_is '10.79.0.12:21 '
        grep -q "expected '220 at your service', got '421 busy'" '{{_folder}}/log' || { cat '{{_folder}}/log'; exit 2; }
        echo '220 at your service again' >'{{_folder}}/10.79.0.11'
        table_is '10.79.0.11:21 10.79.0.12:21 '
        kill $daemon
        wait $daemon

        """;

    private static void SkipUnlessPossible()
    {
        if (UserModeKernel.WhyNot is { } reason)
        {
            Assert.Skip(reason);
        }

        foreach (string program in new[] { "dotnet", "python3", "ipvsadm" })
        {
            Assert.SkipUnless(Command.Find(program) is not null, $"needs {program}");
        }

        Assert.True(Software.Ours.Exists, $"There is no {Software.Ours.Path}: run ./build");
    }

    private static string Installed() => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Software.Ours.Path)!, ".."));

    private static string GlobalPackages() =>
        Command.Run("dotnet", "nuget", "locals", "global-packages", "--list").Split(": ", 2)[1].Trim().TrimEnd('/');

    /// <summary>Runs a line of shell in a folder as the stranger, and gives what it printed.</summary>
    private string Shell(string folder, string line)
    {
        var start = new ProcessStartInfo("/bin/bash", ["-ec", line])
        {
            WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true,
        };
        if (folder != Repository.Root)
        {
            start.Environment["DOTNET_CLI_HOME"] = Path.Combine(_folder, "home");
            start.Environment["NUGET_PACKAGES"] = Path.Combine(_folder, "lent");
            start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
            start.Environment["DOTNET_NOLOGO"] = "1";
        }

        // Nothing may stay behind that keeps the pipes open, and nothing of the build that runs this test may reach the stranger's.
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["UseSharedCompilation"] = "false";
        start.Environment.Remove("MSBuildSDKsPath");
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(s_limit))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{line} did not end in time");
        }

        Assert.True(process.ExitCode == 0, $"{line} ended with {process.ExitCode}\n{output.Result}\n{error.Result}");
        return output.Result;
    }
}
