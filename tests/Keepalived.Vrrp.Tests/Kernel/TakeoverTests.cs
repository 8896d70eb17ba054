using System.Diagnostics;
using Keepalived.Vrrp.Addresses;
using Keepalived.Vrrp.Runtime;

namespace Keepalived.Vrrp.Tests.Kernel;

public sealed class TakeoverTests
{
    private const int Count = 2000;
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(20);

    [Fact]
    public void Taking_over_thousands_of_addresses_is_spread_over_turns_of_the_loop()
    {
        Namespaces.SkipUnlessPossible();
        using Namespaces net = new();
        string addresses = string.Join('\n', Enumerable.Range(0, Count).Select(i => $"10.{100 + (i / 60000)}.{i / 250}.{(i % 250) + 1}/32"));
        using Director one = new(net, 0, $$"""
            vrrp_instance VI_1 {
                interface v0
                virtual_router_id 51
                version 3
                priority 200
                advert_int 0.05
                garp_master_delay 0
                virtual_ipaddress { 10.99.0.100/24 }
                virtual_ipaddress_excluded {
                    {{addresses}}
                }
            }
            """);
        RunningInstance instance = one.Plugin.Instances[0];
        Namespaces.WaitFor(() => Present(instance) == Count + 1, _patience, "the takeover:\n" + one.LogText);
        int inKernel = net.In(0, "-o -4 addr show dev v0").Split('\n', StringSplitOptions.RemoveEmptyEntries).Length;
        Assert.Equal(Count + 2, inKernel);

        // Spread over turns, between which advertisements are sent; the time itself is the benchmark's, as machines are busy.
        Assert.InRange(one.Lateness.Turns, Count / AddressInstaller.MostPerTurn, long.MaxValue);
        Stopwatch watch = Stopwatch.StartNew();
        one.Stop();
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(5), $"Giving the addresses back took {watch.Elapsed}.");
        Assert.DoesNotContain("10.100.", net.In(0, "-o -4 addr show dev v0"), StringComparison.Ordinal);
    }

    private static int Present(RunningInstance instance)
    {
        int count = 0;
        for (int i = 0; i < instance.Addresses.All.Count; i++)
        {
            count += instance.Addresses.All[i].IsPresent ? 1 : 0;
        }

        return count;
    }
}
