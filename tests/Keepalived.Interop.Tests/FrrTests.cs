using System.Net;
using Keepalived.Lab;

namespace Keepalived.Interop.Tests;

/// <summary>
/// FRR's vrrpd as the peer: a VRRP of another origin than keepalived's (RFC 3768 for version 2, RFC 5798 for version 3; multicast, both
/// families). Who is master is asked of the kernel on our side, of vrrpd on its side, and of the wire for both.
/// </summary>
public sealed class FrrTests
{
    private const int Preferred = 200;
    private const int Other = 100;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(12);

    [Theory]
    // Version 2 has whole seconds: one master-down interval is 3.6 s.
    [InlineData(2, false, true)]
    [InlineData(2, false, false)]
    [InlineData(3, false, true)]
    [InlineData(3, false, false)]
    [InlineData(3, true, true)]
    [InlineData(3, true, false)]
    public async Task The_role_moves_when_the_master_is_killed_comes_back_and_says_goodbye(int version, bool isIPv6, bool oursIsPreferred)
    {
        if (FrrRouter.WhyNot is { } reason)
        {
            Assert.Skip(reason);
        }

        Prerequisites.Namespaces();
        await using var lan = Lan.Create();
        var contest = new Contest(lan, version, isIPv6);
        await contest.Start(ours: oursIsPreferred);
        await contest.Start(ours: !oursIsPreferred, priority: Other);
        await contest.OnlyMasterIs(ours: oursIsPreferred);

        contest.Kill(ours: oursIsPreferred);
        await contest.OnlyMasterIs(ours: !oursIsPreferred, alone: true);
        await contest.Start(ours: oursIsPreferred);
        await contest.OnlyMasterIs(ours: oursIsPreferred);

        contest.Stop(ours: oursIsPreferred);
        await contest.OnlyMasterIs(ours: !oursIsPreferred, alone: true);
        if (oursIsPreferred)
        {
            Assert.Contains(contest.Advertisements, advertisement => advertisement.Priority == 0 && advertisement.Source.Equals(contest.OurSource));
        }

        Assert.DoesNotContain("dropped", contest.OurLog, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Ours on one host, vrrpd on the other.</summary>
    private sealed class Contest
    {
        private readonly int _version;
        private readonly bool _isIPv6;
        private readonly Host _ourHost;
        private readonly Host _frrHost;
        private readonly Capture _capture;
        private Director? _ours;
        private FrrRouter? _frr;
        private IPAddress? _frrSource;

        public Contest(Lan lan, int version, bool isIPv6)
        {
            (_version, _isIPv6) = (version, isIPv6);
            _ourHost = lan.AddHost("a", 1);
            _frrHost = lan.AddHost("b", 2);
            _capture = Capture.Start(lan);
            OurSource = IPAddress.Parse(isIPv6 ? _ourHost.Addresses().First(address => address.StartsWith("fe80:", StringComparison.Ordinal)) : _ourHost.Address4);
        }

        public IPAddress OurSource { get; }

        public IEnumerable<Advertisement> Advertisements => _capture.Advertisements;

        public string OurLog => _ours?.Log ?? "";

        private string[] Addresses => _isIPv6 ? ["fe80::70:100", "fd77::100"] : ["10.77.0.100"];

        private int Milliseconds => _version == 2 ? 1000 : 100;

        public async Task Start(bool ours, int priority = Preferred)
        {
            if (ours)
            {
                _ours = Director.Start(_ourHost, Software.Ours, $$"""
                    vrrp_instance V {
                        interface eth0
                        virtual_router_id 51
                        priority {{priority}}
                        version {{_version}}
                        advert_int {{(_version == 2 ? "1" : "0.1")}}
                        virtual_ipaddress {
                            {{string.Join("\n        ", Addresses.Select(address => address + (_isIPv6 ? "/64" : "/24")))}}
                        }
                    }

                    """);
                return;
            }

            _frr = await FrrRouter.Start(_frrHost, _version, priority, Milliseconds, _isIPv6 ? [] : Addresses, _isIPv6 ? Addresses : []);
        }

        public void Kill(bool ours) => (ours ? _ours!.PullThePlug : (Action)_frr!.PullThePlug)();

        public void Stop(bool ours) => (ours ? _ours!.Stop : (Action)_frr!.Stop)();

        /// <summary>It becomes master, the other one backup if it is alive, and nobody else advertises.</summary>
        public async Task OnlyMasterIs(bool ours, bool alone = false)
        {
            await Wait.Until(
                $"{(ours ? "ours" : "FRR")} is master", s_patience,
                () => (IsOurs == ours || (alone && !ours)) && (alone && ours ? true : FrrState == (ours ? "Backup" : "Master")), Story);
            await Task.Delay(Milliseconds);
            long from = Native.RealTime();
            await Wait.Until("it advertises", s_patience, () => Heard(from).Count() >= 2, Story);
            Assert.All(Heard(from), advertisement => Assert.Equal(ours, advertisement.Source.Equals(OurSource)));
            if (!ours)
            {
                _frrSource ??= Heard(from).First().Source;
                Assert.All(Heard(from), advertisement => Assert.Equal(_frrSource, advertisement.Source));
            }
        }

        private bool IsOurs => _ourHost.Has(Addresses[^1]);

        private string? FrrState => _frr?.State(_isIPv6 ? FrrRouter.IPv6 : FrrRouter.IPv4);

        private IEnumerable<Advertisement> Heard(long from) => _capture.Advertisements.Where(advertisement => advertisement.Time > from);

        private string Story() => $"--- ours {string.Join(' ', _ourHost.Addresses())}\n{_ours?.Log}\n--- FRR\n{_frr?.Show()}{_frr?.Log}\n--- wire\n{string.Join('\n', _capture.Advertisements.TakeLast(12))}";
    }
}
