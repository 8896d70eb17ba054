using System.Globalization;
using System.Text;

namespace Keepalived.Ipvs.Tests.Simulation;

/// <summary>A virtual server of a random configuration; a reload changes some of it. Addresses tell which checker is which.</summary>
internal sealed class RandomPool
{
    private readonly int _number;
    private readonly int _kind;
    private readonly List<Server> _servers = [];
    private string _scheduler = "rr";
    private int _quorum;
    private int _hysteresis;
    private int _delayLoop;
    private int _sorry;
    private bool _inhibit;
    private bool _sorryInhibit;
    private readonly bool _alpha;
    private bool _isSuspendable;

    public RandomPool(int number, Chance chance)
    {
        _number = number;
        _kind = chance.Below(4);
        _delayLoop = Interval(chance);
        _sorry = chance.Below(4);
        _alpha = chance.OneIn(3);
        int count = chance.Between(1, 5);
        for (int i = 0; i < count; i++)
        {
            _servers.Add(new Server(i, chance));
        }

        Balance(chance);
    }

    /// <summary>The address that <c>ha_suspend</c> looks for.</summary>
    public string VirtualAddress => $"10.{_number}.1.1";

    /// <summary>The names under which probes of this pool ask the board.</summary>
    public IEnumerable<string> Probes => _servers.SelectMany(server => Enumerable.Range(0, server.Checks).Select(label => $"{server.Probed(_number)}l{label}"));

    /// <summary>Changes one thing.</summary>
    public void Change(Chance chance)
    {
        switch (chance.Below(10))
        {
            case 0: _scheduler = ((string[])["rr", "wrr", "lc", "wlc"])[chance.Below(4)]; break;
            case 1: _inhibit = !_inhibit; break;
            case 2: _sorry = chance.Below(4); break;
            case 3: _sorryInhibit = !_sorryInhibit; break;
            case 4: _delayLoop = Interval(chance); break;
            case 5: _isSuspendable = !_isSuspendable; break;
            case 6 when _servers.Count > 1: _servers.RemoveAt(chance.Below(_servers.Count)); break;
            case 7: _servers.Add(new Server(Enumerable.Range(0, 100).First(n => _servers.TrueForAll(server => server.Number != n)), chance)); break;
            default: _servers[chance.Below(_servers.Count)].Change(chance); break;
        }

        Balance(chance);
    }

    public void Write(StringBuilder text)
    {
        string place = _kind switch { 0 => $"fwmark {_number + 1}", 1 => $"group g{_number}", _ => $"{VirtualAddress} 80" };
        if (_kind == 1)
        {
            text.Append(CultureInfo.InvariantCulture, $"virtual_server_group g{_number} {{\n  {VirtualAddress}-{1 + _servers.Count % 3 + 1} 80\n  fwmark {_number + 100}\n}}\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"virtual_server {place} {{\n");
        text.Append(_kind == 0 ? "" : "  protocol TCP\n");
        text.Append(CultureInfo.InvariantCulture, $"  lvs_sched {_scheduler}\n  lvs_method NAT\n  delay_loop {_delayLoop}\n  quorum {_quorum}\n  hysteresis {_hysteresis}\n");
        text.Append(_inhibit ? "  inhibit_on_failure\n" : "").Append(_alpha ? "  alpha\n" : "");
        text.Append(_isSuspendable && _kind != 0 ? "  ha_suspend\n" : "");
        if (_sorry > 0)
        {
            // 1 is a server of its own, 2 one of the pool.
            string sorry = _sorry == 2 ? $"10.{_number}.0.{_servers[0].Number}" : $"10.{_number}.9.9";
            text.Append(CultureInfo.InvariantCulture, $"  sorry_server {sorry} 80\n").Append((_sorry == 2 ? _inhibit : _sorryInhibit) ? "  sorry_server_inhibit\n" : "");
        }

        foreach (Server server in _servers)
        {
            server.Write(text, _number);
        }

        text.Append("}\n");
    }

    /// <summary>Often the same, so that there are probes to share.</summary>
    private static int Interval(Chance chance) => chance.OneIn(2) ? 4 : chance.Between(1, 10);

    /// <summary>Keeps quorum and hysteresis possible, which keepalived would correct and report.</summary>
    private void Balance(Chance chance)
    {
        _servers[0].Weight = Math.Max(1, _servers[0].Weight);
        int sum = _servers.Sum(server => server.Weight);
        _quorum = _quorum == 0 || _quorum > sum || chance.OneIn(4) ? chance.Between(1, sum) : _quorum;
        _hysteresis = _hysteresis >= _quorum || chance.OneIn(4) ? chance.Below(_quorum) : _hysteresis;
    }

    private sealed class Server
    {
        private int _retry;
        private int _upper;
        private int _retryDelay;
        private bool _isElsewhere;

        public Server(int number, Chance chance)
        {
            Number = number;
            Checks = chance.Below(3);
            Weight = chance.Between(0, 4);
            _retry = chance.Below(3);
            _retryDelay = chance.OneIn(3) ? 3 : 1;
            _isElsewhere = chance.OneIn(2);
        }

        public int Number { get; }

        public int Checks { get; private set; }

        public int Weight { get; set; }

        /// <summary>Where it is probed: at its own address, or at one where servers of other pools are probed too.</summary>
        public string Probed(int pool) => _isElsewhere ? $"10.200.0.{Number}" : $"10.{pool}.0.{Number}";

        public void Change(Chance chance)
        {
            switch (chance.Below(6))
            {
                case 0: Weight = chance.Between(0, 4); break;
                case 1: Checks = chance.Below(3); break;
                case 2: _retry = chance.Below(3); break;
                case 3: _retryDelay = chance.OneIn(3) ? 3 : 1; break;
                case 4: _isElsewhere = !_isElsewhere; break;
                default: _upper = chance.Below(100); break;
            }
        }

        public void Write(StringBuilder text, int pool)
        {
            text.Append(CultureInfo.InvariantCulture, $"  real_server 10.{pool}.0.{Number} 80 {{\n    weight {Weight}\n    uthreshold {_upper}\n");
            for (int i = 0; i < Checks; i++)
            {
                text.Append(CultureInfo.InvariantCulture, $"    BOARD_CHECK {{\n      label l{i}\n      connect_ip {Probed(pool)}\n      retry {_retry}\n      delay_before_retry {_retryDelay}\n    }}\n");
            }

            text.Append("  }\n");
        }
    }
}
