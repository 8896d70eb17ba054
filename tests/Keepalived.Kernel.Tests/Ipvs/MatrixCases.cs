namespace Keepalived.Kernel.Tests.Ipvs;

/// <summary>One keyword of the matrix, in a service of its own.</summary>
/// <param name="Keyword">What the row is about.</param>
/// <param name="Text">The configuration; services are told apart by port or mark, which no two rows share.</param>
/// <param name="Services">How <c>ipvsadm</c> names its services.</param>
internal sealed record MatrixCase(string Keyword, string Text, string[] Services);

/// <summary>Every keyword that decides what the kernel's table looks like, each in a form that shows.</summary>
internal static class MatrixCases
{
    private const string Virtual = "10.77.0.100";
    private const string Real = "10.78.0.11";
    private static int s_port;

    /// <summary>The rows that share one file.</summary>
    public static IReadOnlyList<MatrixCase> All()
    {
        s_port = 1000;
        return [.. Protocols(), .. Schedulers(), .. Flags(), .. Forwarding(), .. Persistence(), .. Servers(), .. Sorry(), .. Groups(), .. Corrections()];
    }

    private static IEnumerable<MatrixCase> Protocols()
    {
        foreach (string protocol in (string[])["TCP", "UDP", "SCTP", "tcp"])
        {
            yield return Service($"protocol {protocol}", "lb_algo rr", protocol: protocol);
        }

        int port = ++s_port;
        yield return new("protocol (absent)", $"virtual_server {Virtual} {port} {{\n    lb_algo rr\n    real_server {Real} {port} {{\n    }}\n}}", [$"UDP {Virtual}:{port}"]);
        yield return new("virtual_server fwmark", Mark(21, "lb_algo rr", Real), ["FWM 21"]);
        yield return new("virtual_server fwmark, inet6", Mark(22, "ip_family inet6\n    lb_algo rr", "fd78::11"), ["FWM 22 IPv6"]);
        port = ++s_port;
        yield return new("virtual_server IPv6", $"virtual_server fd77::100 {port} {{\n    protocol TCP\n    lb_algo rr\n    lb_kind NAT\n    real_server fd78::11 {port} {{\n    }}\n}}", [$"TCP [fd77::100]:{port}"]);
    }

    private static IEnumerable<MatrixCase> Schedulers()
    {
        foreach (string scheduler in (string[])["rr", "wrr", "lc", "wlc", "lblc", "lblcr", "sh", "mh", "dh", "fo", "ovf", "sed", "nq", "twos"])
        {
            yield return Service($"lvs_sched {scheduler}", $"lvs_sched {scheduler}");
        }

        yield return Service("lb_algo (absent)", "");
    }

    private static IEnumerable<MatrixCase> Flags()
    {
        yield return Service("sh-port", "lb_algo sh\n    sh-port");
        yield return Service("sh-fallback", "lb_algo sh\n    sh-fallback");
        yield return Service("mh-port", "lb_algo mh\n    mh-port");
        yield return Service("mh-fallback", "lb_algo mh\n    mh-fallback");
        yield return Service("flag-1", "lb_algo wlc\n    flag-1");
        yield return Service("flag-2", "lb_algo wlc\n    flag-2");
        yield return Service("flag-3", "lb_algo wlc\n    flag-3");
        yield return Service("flag-1, flag-2 with sh", "lb_algo sh\n    flag-1\n    flag-2");
        yield return Service("hashed", "lb_algo rr\n    hashed");
        yield return Service("ops, UDP", "lb_algo rr\n    ops", protocol: "UDP");
        yield return Service("ops, TCP", "lb_algo rr\n    ops");
    }

    private static IEnumerable<MatrixCase> Forwarding()
    {
        foreach (string method in (string[])
            ["NAT", "DR", "TUN", "TUN type ipip", "TUN type gue port 6080", "TUN type gue port 6080 nocsum", "TUN type gue port 6080 csum",
             "TUN type gue port 6080 remcsum", "TUN type gre", "TUN type gre nocsum", "TUN type gre csum"])
        {
            yield return Service($"lvs_method {method}", $"lvs_method {method}", kind: "");
        }

        yield return Service("real_server/lvs_method", "lb_algo rr", real: "lvs_method DR");
        yield return Service("real_server/lvs_method gue", "lb_algo rr", real: "lvs_method TUN type gue port 7000 csum");
        yield return Service("TUN, IPv6 server of an IPv4 service", "lb_kind TUN", address: "fd78::11", kind: "");
        int port = ++s_port;
        yield return new("TUN, IPv4 server of an IPv6 service", $"virtual_server fd77::100 {port} {{\n    protocol TCP\n    lb_algo rr\n    lb_kind TUN\n    real_server {Real} {port} {{\n    }}\n}}", [$"TCP [fd77::100]:{port}"]);
    }

    private static IEnumerable<MatrixCase> Persistence()
    {
        yield return Service("persistence_timeout", "persistence_timeout");
        yield return Service("persistence_timeout 50", "persistence_timeout 50");
        yield return Service("persistence_granularity", "persistence_timeout 50\n    persistence_granularity 255.255.255.0");
        yield return Service("persistence_granularity alone", "persistence_granularity 255.255.0.0");
        yield return Service("persistence_engine sip", "persistence_timeout 50\n    persistence_engine sip", protocol: "UDP");
        int port = ++s_port;
        yield return new("persistence_granularity IPv6", $"virtual_server fd77::100 {port} {{\n    protocol TCP\n    lb_algo rr\n    lb_kind NAT\n    persistence_timeout 60\n    persistence_granularity 64\n    real_server fd78::11 {port} {{\n    }}\n}}", [$"TCP [fd77::100]:{port}"]);
        yield return new("port 0", $"virtual_server {Virtual} 0 {{\n    protocol TCP\n    lb_algo rr\n    lb_kind NAT\n    real_server {Real} 0 {{\n    }}\n}}", [$"TCP {Virtual}:0"]);
    }

    private static IEnumerable<MatrixCase> Servers()
    {
        yield return Service("real_server/weight 0", "lb_algo wrr", real: "weight 0");
        yield return Service("real_server/weight 2147483647", "lb_algo wrr", real: "weight 2147483647");
        yield return Service("weight", "weight 7");
        yield return Service("real_server/uthreshold", "lb_algo lc", real: "uthreshold 100");
        yield return Service("real_server/lthreshold", "lb_algo lc", real: "uthreshold 100\n        lthreshold 10");
        yield return Service("inhibit_on_failure", "inhibit_on_failure", real: Dead);
        yield return Service("real_server/inhibit_on_failure", "lb_algo rr", real: $"inhibit_on_failure\n        {Dead}");
        yield return Service("a failing check", "lb_algo rr", real: Dead);
        yield return Service("alpha", "alpha", real: Dead);
        yield return Service("alpha without a check", "alpha");
        yield return Service("ha_suspend, address here", "ha_suspend", real: Dead);
        int port = ++s_port;
        yield return new("ha_suspend, address not here", $"virtual_server 10.77.0.199 {port} {{\n    ha_suspend\n    delay_loop 1\n    protocol TCP\n    lb_algo rr\n    lb_kind NAT\n    real_server {Real} {port} {{\n        {Dead}\n    }}\n}}", [$"TCP 10.77.0.199:{port}"]);
    }

    private static IEnumerable<MatrixCase> Sorry()
    {
        yield return Service("sorry_server, pool alive", "sorry_server 10.78.0.20 80");
        yield return Service("sorry_server, pool dead", "sorry_server 10.78.0.20 80", real: Dead);
        yield return Service("sorry_server_inhibit", "sorry_server 10.78.0.20 80\n    sorry_server_inhibit");
        yield return Service("sorry_server_inhibit, pool dead", "sorry_server 10.78.0.20 80\n    sorry_server_inhibit", real: Dead);
        yield return Service("sorry_server_lvs_method", "sorry_server 10.78.0.20\n    sorry_server_lvs_method TUN type gue port 6081", real: Dead);
        yield return Service("sorry_server is a real server", $"sorry_server {Real} 80", real: Dead, port: "80");
        yield return Service("quorum", "quorum 3", real: "weight 2");
        yield return Service("quorum not reached, sorry_server", $"quorum 2\n    sorry_server 10.78.0.20 80\n    real_server 10.78.0.12 80 {{\n        {Dead}\n    }}");
        yield return Service("hysteresis", $"alpha\n    quorum 2\n    hysteresis 1\n    sorry_server 10.78.0.20 80\n    real_server 10.78.0.12 80 {{\n    }}", real: Dead);
    }

    private static IEnumerable<MatrixCase> Groups()
    {
        yield return Group("group of addresses", ["10.77.1.1 80", "10.77.1.2 81"], "protocol TCP", "", ["TCP 10.77.1.1:80", "TCP 10.77.1.2:81"]);
        yield return Group("group, range by last octet", ["10.77.2.1-3 80"], "protocol TCP", "", ["TCP 10.77.2.1:80", "TCP 10.77.2.2:80", "TCP 10.77.2.3:80"]);
        yield return Group("group, IPv6 range", ["fd77::5-7 80"], "protocol TCP", "", ["TCP [fd77::5]:80", "TCP [fd77::6]:80", "TCP [fd77::7]:80"], "fd78::11");
        yield return Group("group of marks", ["fwmark 31", "fwmark 32"], "", "", ["FWM 31", "FWM 32"]);
        yield return Group("group, address and mark", ["10.77.6.1 80", "fwmark 33"], "protocol TCP", "", ["TCP 10.77.6.1:80", "FWM 33"]);
        yield return Group("group, weights and thresholds", ["10.77.8.1-2 80"], "protocol UDP\n    lb_algo wrr\n    persistence_timeout 77", "weight 9\n        uthreshold 30\n        lthreshold 3", ["UDP 10.77.8.1:80", "UDP 10.77.8.2:80"]);
        yield return Group("group, failing check and sorry server", ["10.77.9.1-2 80"], "protocol TCP\n    delay_loop 1\n    sorry_server 10.78.0.20 80", Dead, ["TCP 10.77.9.1:80", "TCP 10.77.9.2:80"]);
        yield return Group("group, DR", ["10.77.10.1 80", "10.77.10.2 81"], "protocol TCP\n    lb_kind DR", "", ["TCP 10.77.10.1:80", "TCP 10.77.10.2:81"]);
        yield return Group("group, both families, persistent", ["10.77.12.1 80", "fd77::c1 80"], "protocol TCP\n    lb_kind TUN\n    persistence_timeout 50", "", ["TCP 10.77.12.1:80", "TCP [fd77::c1]:80"]);
        yield return Group("group, IPv6 first, persistent", ["fd77::c2 80", "10.77.12.2 80"], "protocol TCP\n    lb_kind TUN\n    persistence_timeout 50", "", ["TCP 10.77.12.2:80", "TCP [fd77::c2]:80"]);
        yield return Group("group, ha_suspend", ["10.77.11.1 80"], "protocol TCP\n    delay_loop 1\n    ha_suspend", Dead, ["TCP 10.77.11.1:80"]);
    }

    private static IEnumerable<MatrixCase> Corrections()
    {
        int port = ++s_port;
        yield return new("real_server without port", $"virtual_server {Virtual} {port} {{\n    protocol TCP\n    lb_kind NAT\n    real_server {Real} {{\n    }}\n}}", [$"TCP {Virtual}:{port}"]);
        yield return Service("the same real_server twice", $"real_server {Real} 80 {{\n        weight 3\n    }}\n    real_server {Real} 80 {{\n        weight 5\n    }}");
        yield return Service("DR to another port", "lb_kind DR", port: "8080", kind: "");
        yield return Service("TUN to another port", "lb_kind TUN", port: "8080", kind: "");
        yield return Service("real_server of another family", "real_server fd78::99 80 {\n    }");
        yield return new("mark with protocol", Mark(23, "protocol TCP\n    lb_algo rr", Real), ["FWM 23"]);
        yield return new("mark with ports, DR", Mark(24, "lb_algo rr\n    lb_kind DR", Real, "99"), ["FWM 24"]);
        yield return new("mark with ports, NAT", Mark(25, "lb_algo rr\n    lb_kind NAT", Real, "99"), ["FWM 25"]);
        port = ++s_port;
        yield return new("the same virtual_server twice",
            string.Concat(((int[])[11, 12]).Select(n => $"virtual_server {Virtual} {port} {{\n    protocol TCP\n    lb_algo rr\n    lb_kind NAT\n    real_server 10.78.0.{n} 80 {{\n    }}\n}}\n")), [$"TCP {Virtual}:{port}"]);
    }

    /// <summary>Nobody listens there.</summary>
    private const string Dead = "TCP_CHECK {\n            connect_port 9\n            connect_timeout 1\n            retry 0\n        }";

    private static MatrixCase Service(
        string keyword, string lines, string protocol = "TCP", string real = "", string kind = "lb_kind NAT", string address = Real, string? port = null)
    {
        int own = ++s_port;
        return new(keyword,
            $"virtual_server {Virtual} {own} {{\n    delay_loop 1\n    protocol {protocol}\n    {kind}\n    {lines}\n    real_server {address} {port ?? own.ToString()} {{\n        {real}\n    }}\n}}",
            [$"{protocol.ToUpperInvariant()} {Virtual}:{own}"]);
    }

    private static MatrixCase Group(string keyword, string[] entries, string lines, string real, string[] services, string address = Real)
    {
        string name = $"g{++s_port}";
        return new(keyword,
            $"virtual_server_group {name} {{\n{string.Concat(entries.Select(entry => $"    {entry}\n"))}}}\nvirtual_server group {name} {{\n    {lines}\n    real_server {address} {{\n        {real}\n    }}\n}}",
            services);
    }

    private static string Mark(int mark, string lines, string address, string port = "0") =>
        $"virtual_server fwmark {mark} {{\n    {lines}\n    real_server {address} {port} {{\n    }}\n}}";
}
