using Keepalived.Lab;

namespace Keepalived.Kernel.Tests.Ipvs;

/// <summary>
/// A director with IPVS, a client on its network and three real servers behind it: 10.78.0.11 to .13, whose way out leads through the
/// director, as NAT needs it. A second director of another make can watch the same servers.
/// </summary>
internal sealed class Balancer : IAsyncDisposable
{
    public const string VirtualAddress = "10.77.0.100";

    /// <summary>For anything that follows from a check; there is one slow CPU inside, so this is only a bound.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    private readonly Dictionary<string, WebServer> _servers = [];

    public Balancer()
    {
        Lan = Lan.Create();
        Director = Lan.AddHost("d", 1);
        Other = Lan.AddHost("o", 2);
        Client = Lan.AddHost("c", 9);
        Backend = Lan.AddHost("s", 50);
        Command.Shell($"""
            ip netns exec {Director.Namespace} sysctl -q -w net.ipv4.ip_forward=1 net.ipv4.conf.all.send_redirects=0 net.ipv4.conf.eth0.send_redirects=0
            ip -n {Director.Namespace} addr add {VirtualAddress}/32 dev eth0
            ip -n {Director.Namespace} addr add 10.78.0.1/24 dev eth0
            ip -n {Other.Namespace} addr add 10.78.0.2/24 dev eth0
            ip -n {Backend.Namespace} addr del {Backend.Address4}/24 dev eth0
            for n in 11 12 13 20; do ip -n {Backend.Namespace} addr add 10.78.0.$n/24 dev eth0; done
            ip -n {Backend.Namespace} route add default via 10.78.0.1
            """);
    }

    public Lan Lan { get; }

    public Host Director { get; }

    public Host Other { get; }

    public Host Client { get; }

    public Host Backend { get; }

    /// <summary>A service with three real servers checked by TCP, and a sorry server.</summary>
    public static string Service(string check = "TCP_CHECK {\n            connect_timeout 1\n            retry 0\n        }", string extra = "") =>
        $$"""
        virtual_server {{VirtualAddress}} 80 {
            delay_loop 1
            lb_algo rr
            lb_kind NAT
            protocol TCP
            sorry_server 10.78.0.20 80
            {{extra}}
        {{string.Concat(new[] { 11, 12, 13 }.Select(n => $"    real_server 10.78.0.{n} 80 {{\n        weight 1\n        {check}\n    }}\n"))}}}

        """;

    public WebServer Serve(int number) => _servers[$"s{number}"] = WebServer.Start(Backend, $"10.78.0.{number}", 80, $"s{number}");

    public Task Close(int number) => _servers[$"s{number}"].DisposeAsync().AsTask();

    /// <summary>The last numbers of the addresses of the real servers in the table.</summary>
    public int[] InTable(Host? host = null) => [.. IpvsTable.RealServers(host ?? Director, $"{VirtualAddress}:80").Keys
        .Select(address => int.Parse(address.Split(':')[0].Split('.')[3])).Order()];

    public Task TableBecomes(Director director, params int[] numbers) => Wait.Until(
        $"real servers {string.Join(' ', numbers)} are in the table of {director.Software.Name}", Patience,
        () => InTable(director.Host).SequenceEqual(numbers), () => IpvsTable.Raw(director.Host!) + director.Log);

    /// <summary>Asks the virtual address <paramref name="times"/> times and returns who answered, in order of name.</summary>
    public string[] Ask(int times) => [.. Enumerable.Range(0, times)
        .Select(_ => WebClient.Fetch(Client, VirtualAddress, 80, TimeSpan.FromSeconds(5)) ?? "nobody").Distinct().Order()];

    public ValueTask DisposeAsync() => Lan.DisposeAsync();
}
