using System.Text.RegularExpressions;
using Keepalived.Lab;

namespace Keepalived.Interop.Tests.Links;

/// <summary>Runs C's program and ours from the same file, each on a machine of its own that looks the same, and compares what the kernel shows.</summary>
internal sealed partial class SameState : IAsyncDisposable
{
    /// <summary>A bound, not an expectation; in a kernel that runs as a process everything is slow.</summary>
    public static readonly TimeSpan Soon = TimeSpan.FromSeconds(Environment.GetEnvironmentVariable("KEEPALIVED_KERNEL_INSIDE") is null ? 10 : 60);

    private readonly Lan[] _lans = [Lan.Create(), Lan.Create()];

    private SameState(string setUp)
    {
        Hosts = [.. _lans.Select(lan => lan.AddHost("a", 1))];
        foreach (var host in Hosts)
        {
            // No addresses of the kernel's own making: the hardware addresses differ.
            Command.Shell($"""
                ip -n {host.Namespace} link set eth0 addrgenmode none
                ip -n {host.Namespace} -6 addr flush dev eth0 scope link
                ip -n {host.Namespace} addr add fe80::a/64 dev eth0 nodad
                ip -n {host.Namespace} link add eth1 type veth peer name eth1peer
                ip -n {host.Namespace} link set eth1 addrgenmode none
                ip -n {host.Namespace} link set eth1peer addrgenmode none
                ip -n {host.Namespace} addr add 10.78.0.1/24 dev eth1
                ip -n {host.Namespace} addr add fe80::b/64 dev eth1 nodad
                ip -n {host.Namespace} link set eth1peer up
                ip -n {host.Namespace} link set eth1 up
                """);
            host.Run("sh", "-e", "-c", setUp);
        }
    }

    /// <summary>C's, then ours.</summary>
    public Host[] Hosts { get; }

    public Director[] Directors { get; private set; } = [];

    public Director Ours => Directors[1];

    public Host OurHost => Hosts[1];

    /// <summary>Starts both and waits until each has what <paramref name="isReady"/> looks for.</summary>
    public static async Task<SameState> Start(string configuration, Func<Host, bool> isReady, string setUp = ":")
    {
        Prerequisites.Peer();
        var same = new SameState(setUp);
        try
        {
            same.Directors = [Director.Start(same.Hosts[0], Software.C, configuration), Director.Start(same.Hosts[1], Software.Ours, configuration)];
            for (int i = 0; i < same.Hosts.Length; i++)
            {
                var host = same.Hosts[i];
                await Wait.UntilItRests($"{same.Directors[i].Software.Name} is ready", Soon, TimeSpan.FromSeconds(0.5), () => isReady(host), same.Story);
            }

            return same;
        }
        catch
        {
            await same.DisposeAsync();
            throw;
        }
    }

    /// <summary>Both kernels show the same for each command, up to what is each machine's own.</summary>
    /// <param name="commands">Lines of shell.</param>
    public void Shows(params string[] commands)
    {
        foreach (string command in commands)
        {
            Assert.Equal(Show(Hosts[0], command), Show(Hosts[1], command));
        }
    }

    /// <summary>What a command says on a host, without what is that machine's own: numbers that count and hardware addresses made at random.</summary>
    public static string Show(Host host, string command) => Own().Replace(host.Run("sh", "-c", command), "…");

    public string Story() => string.Join('\n', Directors.Select(director => $"--- {director.Software.Name}\n{director.Log}"));

    public async ValueTask DisposeAsync()
    {
        foreach (Lan lan in _lans)
        {
            await lan.DisposeAsync();
        }
    }

    // Our own part of MAC addresses begins with 00:00:5e; veth ones are random.
    [GeneratedRegex(@"expires \d+sec|link/ether (?!00:00:5e)\S+|link-netns \S+|@if\d+|handle \d+|\d+sec")]
    private static partial Regex Own();
}
