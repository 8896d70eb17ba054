using Keepalived.Vrrp.Runtime;
using Keepalived.Vrrp.Tests.Kernel;

namespace Keepalived.Vrrp.Tests.Runtime;

/// <summary>Nothing is allocated per advertisement (a collection is a pause of milliseconds): over the real loop and real sockets.</summary>
public sealed class AllocationTests
{
    private const ulong WarmUp = 200;
    private const ulong Measured = 300;
    private const int Windows = 5;
    private const int Routers = 15;
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(20);

    [Fact]
    public void Sending_and_receiving_advertisements_allocates_nothing()
    {
        Namespaces.SkipUnlessPossible();
        using Namespaces net = new();
        using Director one = new(net, 0, Instances(priority: 200, mirrored: 100));
        using Director other = new(net, 1, Instances(priority: 100, mirrored: 200));
        Probe probe = new(one);
        Namespaces.WaitFor(() => probe.Sample().Received > WarmUp && probe.Last.Sent > WarmUp, _patience, "warm-up:\n" + one.LogText);

        // What is allocated per advertisement shows in every window. The kernel's news (an address that has passed duplicate address
        // detection, say) may fall into one of them and is not what is measured here.
        long[] windows = new long[Windows];
        for (int i = 0; i < Windows; i++)
        {
            windows[i] = AllocatedInOneWindow(probe);
        }

        Array.Sort(windows);
        Assert.Equal(0, windows[Windows / 2]);
        Assert.InRange(windows.Sum(), 0, (long)Measured);
    }

    private static long AllocatedInOneWindow(Probe probe)
    {
        (Reading before, Reading after) = (default, default);
        do
        {
            // A busy machine may let a master-down timer expire; what a transition allocates is not what is measured here.
            before = probe.Sample();
            Namespaces.WaitFor(() => probe.Sample().Sent > before.Sent + Measured, _patience, "advertisements");
            after = probe.Last;
        }
        while (after.Transitions != before.Transitions);

        Assert.True(after.Received > before.Received + (Measured / 2), "nothing was received");
        return after.AllocatedOnLoop - before.AllocatedOnLoop;
    }

    private static string Instances(int priority, int mirrored) =>
        string.Concat(Enumerable.Range(1, 2 * Routers).Select(id => Instance(id, id <= Routers ? priority : mirrored)));

    // Every third signs its advertisements, every third has an authentication header.
    private static string Authentication(int id) => (id % 3) switch
    {
        0 => "version 3\n    advert_int 0.1\n    auth_hmac {\n key 1 0123456789abcdef0123456789abcdef\n active_key 1\n }",
        1 => "version 2\n    advert_int 1\n    authentication {\n auth_type AH\n auth_pass secret\n }",
        _ => "version 3\n    advert_int 0.1",
    };

    private static string Instance(int id, int priority) => $$"""
        vrrp_instance VI_{{id}} {
            interface v0
            virtual_router_id {{id}}
            priority {{priority}}
            {{Authentication(id)}}
            garp_master_delay 0
            virtual_ipaddress { 10.99.0.{{100 + id}}/24 }
        }

        """;

    private readonly record struct Reading(ulong Sent, ulong Received, ulong Transitions, long AllocatedOnLoop);

    /// <summary>Reads counters on the loop thread, with everything it needs made beforehand.</summary>
    private sealed class Probe
    {
        private readonly Director _director;
        private readonly Action _read;

        public Probe(Director director)
        {
            _director = director;
            _read = Read;
        }

        public Reading Last { get; private set; }

        public Reading Sample()
        {
            _director.OnLoop(_read);
            return Last;
        }

        private void Read()
        {
            (ulong sent, ulong received, ulong transitions) = (0, 0, 0);
            IReadOnlyList<RunningInstance> instances = _director.Plugin.Instances;
            for (int i = 0; i < instances.Count; i++)
            {
                sent += instances[i].Router.Statistics.AdvertisementsSent;
                received += instances[i].Router.Statistics.AdvertisementsReceived;
                transitions += instances[i].Router.Statistics.BecameMaster + instances[i].Router.Statistics.ReleasedMaster;
            }

            Last = new Reading(sent, received, transitions, GC.GetAllocatedBytesForCurrentThread());
        }
    }
}
