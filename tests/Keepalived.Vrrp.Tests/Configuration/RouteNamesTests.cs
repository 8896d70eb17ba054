using Keepalived.Vrrp.Configuration;

namespace Keepalived.Vrrp.Tests.Configuration;

/// <summary>Names from the tables of iproute2.</summary>
public sealed class RouteNamesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kroutenames").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_name_means_what_it_means_first_of_administrator_additions_distribution_and_ip_itself()
    {
        Write("etc/rt_protos", "4 static\n77 mine\n");
        Write("etc/rt_protos.d/frr.conf", "196 static\n78 mine\n79 added\n");
        Write("etc/rt_protos.d/README", "80 readme\n");
        Write("usr/rt_protos", "81 added\n82 distribution\n83 kernel\n");
        var names = new RouteNames(Path.Combine(_folder, "usr"), Path.Combine(_folder, "etc"));
        Assert.Equal([4u, 77, 79, 82, 83, 3], Find(names, "static", "mine", "added", "distribution", "kernel", "boot"));
        Assert.False(names.TryFind(RouteNameKind.Protocol, "readme", out _));
    }

    private static uint[] Find(RouteNames names, params string[] words) =>
        [.. words.Select(word => names.TryFind(RouteNameKind.Protocol, word, out uint number) ? number : uint.MaxValue)];

    private void Write(string path, string text)
    {
        string full = Path.Combine(_folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
    }
}
