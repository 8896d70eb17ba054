using System.Net;
using Keepalived.Lab;

namespace Keepalived.Interop.Tests;

/// <summary>Two directors on one network, the preferred master (priority 200) and the backup (100), and a capture of the wire.</summary>
internal sealed class Pair : IAsyncDisposable
{
    private readonly VrrpVariant _variant;
    private readonly Software _masterSoftware;
    private readonly bool _noPreempt;
    private readonly Lan _lan;

    private Pair(VrrpVariant variant, Software master, bool noPreempt)
    {
        _variant = variant;
        _masterSoftware = master;
        _noPreempt = noPreempt;
        _lan = Lan.Create();
        MasterHost = _lan.AddHost("a", 1);
        BackupHost = _lan.AddHost("b", 2);
        Capture = Capture.Start(_lan);
        Master = null!;
        Backup = null!;
    }

    public Host MasterHost { get; }

    public Host BackupHost { get; }

    public Director Master { get; private set; }

    public Director Backup { get; private set; }

    public Capture Capture { get; }

    public string Folder => _lan.Folder;

    /// <summary>How long anything that takes a master-down interval may take on a busy machine.</summary>
    public TimeSpan Patience => _variant.MasterDown + TimeSpan.FromSeconds(4);

    /// <summary>Starts both and waits until the preferred one alone is master.</summary>
    public static async Task<Pair> Start(VrrpVariant variant, Software master, Software backup, bool noPreempt = false)
    {
        Prerequisites.Peer();
        var pair = new Pair(variant, master, noPreempt);
        try
        {
            pair.StartMaster();
            await pair.Becomes(pair.MasterHost, "the first director becomes master");
            pair.Backup = Director.Start(pair.BackupHost, backup, variant.Configuration(pair.BackupHost, pair.MasterHost, 100, noPreempt));
            await pair.OnlyMasterIs(pair.MasterHost);
            return pair;
        }
        catch
        {
            await pair.DisposeAsync();
            throw;
        }
    }

    public void StartMaster() =>
        Master = Director.Start(MasterHost, _masterSoftware, _variant.Configuration(MasterHost, BackupHost, 200, _noPreempt));

    /// <summary>Waits until the kernel of <paramref name="host"/> has the virtual address.</summary>
    public Task Becomes(Host host, string why) => Wait.Until(why, Patience, () => IsMaster(host), Story);

    /// <summary>Waits until the kernel of <paramref name="host"/> has lost the virtual address.</summary>
    public Task Leaves(Host host, string why) => Wait.Until(why, Patience, () => !IsMaster(host), Story);

    /// <summary>
    /// After convergence: for several intervals the address is on this host and on no other, and nobody else advertises.
    /// <paramref name="dead"/> is a host whose director was killed, which nobody is left to clean.
    /// </summary>
    public async Task OnlyMasterIs(Host host, Host? dead = null)
    {
        var other = host == MasterHost ? BackupHost : MasterHost;
        await Wait.Until(
            $"{host.Name} is master and {other.Name} is not", Patience, () => IsMaster(host) && (other == dead || !IsMaster(other)), Story);
        await Task.Delay(TimeSpan.FromSeconds(_variant.Interval));
        var from = Native.RealTime();
        await Wait.While(
            $"{host.Name} is the only master",
            TimeSpan.FromSeconds(Math.Max(0.5, 2.5 * _variant.Interval)),
            () => IsMaster(host) && (other == dead || !IsMaster(other)),
            Story);
        var heard = Capture.Advertisements.Where(advertisement => advertisement.Time > from).ToList();
        // Towards a peer whose link is down no unicast leaves: its hardware address cannot be resolved.
        Assert.True(heard.Count > 0 || _variant.Unicast, "Nobody advertises\n" + Story());
        Assert.All(heard, advertisement => Assert.Equal(SourceOf(host), advertisement.Source));
    }

    public bool IsMaster(Host host) => host.Has(_variant.VirtualAddress);

    /// <summary>The address that the host's advertisements come from: over IPv6 multicast that is its link-local one.</summary>
    public IPAddress SourceOf(Host host) => IPAddress.Parse(_variant is { IPv6: true, Unicast: false }
        ? host.Addresses().First(address => address.StartsWith("fe80:", StringComparison.Ordinal) && address != "fe80::77:100")
        : _variant.Source(host));

    /// <summary>Every advertisement from this host, decoded by tshark: none may draw an expert note of any severity.</summary>
    public void TsharkHasNoComplaint(Host host)
    {
        if (Command.Find("tshark") is null)
        {
            Assert.Skip("The package tshark is missing");
        }

        var file = Path.Combine(Folder, "wire.pcap");
        var source = SourceOf(host);
        Capture.Save(file, frame => frame.Advertisement is { } advertisement && advertisement.Source.Equals(source));
        var lines = Command.Run(
            "tshark", "-n", "-r", file, "-o", "ip.check_checksum:TRUE", "-o", "vrrp.v3_checksum_as_in_v2:FALSE", "-T", "fields", "-E", "separator=|",
            "-e", "vrrp.version", "-e", "vrrp.virt_rtr_id", "-e", "vrrp.checksum.status", "-e", "_ws.expert.message", "-e", "_ws.malformed")
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.NotEmpty(lines);
        if (_variant is { Version: 2, IPv6: true })
        {
            // No RFC has version 2 over IPv6. The kernel's checksum, which C sends too, covers a pseudo header; tshark's for version 2 does not.
            Assert.All(lines, line => Assert.Matches(@"^2\|51\|0\|Bad checksum \[should be 0x[0-9a-f]{4}\]\|$", line));
            return;
        }

        Assert.All(lines, line => Assert.Equal($"{_variant.Version}|51|1||", line));
    }

    public string Story() =>
        $"--- {Master?.Software.Name} (master) {string.Join(' ', MasterHost.Addresses())}\n{Master?.Log}\n" +
        $"--- {Backup?.Software.Name} (backup) {string.Join(' ', BackupHost.Addresses())}\n{Backup?.Log}\n" +
        $"--- wire\n{string.Join('\n', Capture.Advertisements.TakeLast(12))}";

    public ValueTask DisposeAsync() => _lan.DisposeAsync();
}
