using Keepalived.Plugins;
using Keepalived.Vrrp.Protocol;
using Keepalived.Vrrp.Runtime;
using Keepalived.Vrrp.Runtime.Rehearsal;
using Microsoft.Extensions.Logging;

namespace Keepalived.Vrrp.Tests.Runtime;

/// <summary>The rehearsal of a takeover is felt by nobody.</summary>
public sealed class TransitionRehearsalTests
{
    private static string TwoKinds => Lab.Instance() + """
        vrrp_instance VI_6 {
            interface eth0
            virtual_router_id 51
            version 3
            mcast_src_ip fe80::1
            virtual_ipaddress { fe80::100/64 }
        }
        vrrp_instance VI_2 {
            interface eth0
            virtual_router_id 52
            version 2
            virtual_ipaddress { 10.0.0.102/24 }
        }

        """;

    [Fact]
    public void It_ends_and_nothing_has_been_sent_changed_told_or_counted()
    {
        Lab lab = Lab.Started(TwoKinds);
        (int sent, int events, int lines) = (lab.Network.Sent.Count, lab.Events.All.Count, lab.Log.Lines.Count);
        string[] deadlines = [.. lab.Routers.Instances.Select(i => i.Deadline.ToString())];
        TransitionRehearsal rehearsal = Rehearse(lab, lab.Services);

        Assert.Null(rehearsal.Failure);
        Assert.True(rehearsal.Slices > 60, $"only {rehearsal.Slices} slices");
        Assert.Equal(sent, lab.Network.Sent.Count);
        Assert.Empty(lab.Addresses.Present);
        Assert.Empty(lab.Announcements.Frames);
        Assert.Empty(lab.Scripts.Runs);
        Assert.Equal(events, lab.Events.All.Count);
        Assert.Equal(lines, lab.Log.Lines.Count);
        Assert.Equal(deadlines, lab.Routers.Instances.Select(i => i.Deadline.ToString()));
        Assert.All(lab.Routers.Instances, i =>
        {
            Assert.Equal(VirtualRouterState.Backup, i.Router.State);
            Assert.Equal(0ul, i.Router.Statistics.AdvertisementsSent + i.Router.Statistics.AdvertisementsReceived + i.Router.Statistics.BecameMaster);
        });
        Assert.True(lab.Installer.IsIdle);
        Assert.Equal("eth0", Assert.Single(lab.Interfaces.Links).Name.ToString());
    }

    [Fact]
    public void Its_lines_are_made_inside_the_scope_that_drops_them()
    {
        Lab lab = Lab.Started(Lab.Instance());
        ScopedLog log = new();
        TransitionRehearsal rehearsal = Rehearse(lab, lab.Services with { Logger = log });
        Assert.Null(rehearsal.Failure);
        Assert.Empty(log.Written);
        Assert.Contains(log.Dropped, line => line.StartsWith("(rehearsal) Entering MASTER STATE", StringComparison.Ordinal));
        Assert.Contains(log.Dropped, line => line.StartsWith("(rehearsal) Entering BACKUP STATE", StringComparison.Ordinal));
        Assert.Contains(log.Dropped, line => line == "(rehearsal) sent 0 priority");
    }

    [Fact]
    public void No_slice_begins_when_a_deadline_is_near()
    {
        Lab lab = Lab.Started(Lab.Instance());
        lab.Loop.AdvanceTo(lab.Only.Deadline - TimeSpan.FromMilliseconds(300.5));
        using TransitionRehearsal rehearsal = new(lab.Services, lab.Routers.Instances);
        rehearsal.Begin();
        lab.Advance(0.3);
        Assert.Equal(VirtualRouterState.Backup, lab.State);
        Assert.Equal(0, rehearsal.Slices);

        lab.Advance(0.002);
        Assert.Equal(VirtualRouterState.Master, lab.State);
        Assert.True(lab.Loop.RunUntil(() => rehearsal.IsOver, TimeSpan.FromSeconds(1)));
        Assert.Null(rehearsal.Failure);
        Assert.True(rehearsal.Slices > 0);
    }

    [Fact]
    public void Without_an_idle_moment_it_is_called_off()
    {
        Lab lab = Lab.Started(string.Concat(Enumerable.Range(1, 20).Select(id => $$"""
            vrrp_instance VI_{{id}} {
                interface eth0
                virtual_router_id {{id}}
                version 3
                priority {{100 + (7 * id)}}
                advert_int 0.01
                virtual_ipaddress { 10.0.0.{{100 + id}}/24 }
            }

            """)));
        lab.Advance(1);
        using TransitionRehearsal rehearsal = new(lab.Services, lab.Routers.Instances);
        rehearsal.Begin();
        Assert.True(lab.Loop.RunUntil(() => rehearsal.IsOver, TimeSpan.FromSeconds(60)));
        Assert.Null(rehearsal.Failure);
    }

    [Fact]
    public void Transitions_after_it_are_the_same_as_without_it()
    {
        Lab rehearsed = Lab.Started(TwoKinds);
        Rehearse(rehearsed, rehearsed.Services);
        Lab plain = Lab.Started(TwoKinds);
        Assert.Equal(Story(plain), Story(rehearsed));
    }

    private static TransitionRehearsal Rehearse(Lab lab, VrrpServices services)
    {
        TransitionRehearsal rehearsal = new(services, lab.Routers.Instances);
        rehearsal.Begin();
        Assert.True(lab.Loop.RunUntil(() => rehearsal.IsOver, TimeSpan.FromSeconds(1)), "the rehearsal does not end");
        return rehearsal;
    }

    private static List<string> Story(Lab lab)
    {
        lab.Loop.AdvanceTo(lab.Loop.Start + TimeSpan.FromSeconds(6));
        lab.Hear(priority: 200);
        lab.Advance(6);
        lab.Routers.Stop(keepsAddresses: false);
        lab.Advance(1);
        return
        [
            .. lab.Network.Sent.Select(s => $"{s.At} {s.Channel} {s.Destination} {s.Priority} {Convert.ToHexString(s.Packet)}"),
            .. lab.Announcements.Frames.Select(f => $"{f.At} {f.Interface} {Convert.ToHexString(f.Frame)}"),
            .. lab.Order,
            .. lab.Events.All.Select(e => e.ToString()),
            .. lab.Log.Lines,
        ];
    }

    /// <summary>A logger that knows the scope, as the host's does.</summary>
    private sealed class ScopedLog : ILogger, IDisposable
    {
        private bool _isRehearsing;

        public List<string> Written { get; } = [];

        public List<string> Dropped { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
        {
            Assert.IsType<LogRehearsal>(state);
            _isRehearsing = true;
            return this;
        }

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            (_isRehearsing ? Dropped : Written).Add(formatter(state, exception));

        public void Dispose() => _isRehearsing = false;
    }
}
