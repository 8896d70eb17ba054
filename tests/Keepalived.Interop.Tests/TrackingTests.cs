using Keepalived.Lab;

namespace Keepalived.Interop.Tests;

/// <summary>
/// Sync groups and trackers against Debian's keepalived, in both roles. The tracked one is the preferred master (priority 200); what it
/// tracks fails and recovers, and the kernel of both hosts says who has the addresses.
/// </summary>
public abstract class TrackingInterop(bool oursIsMaster)
{
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(12);
    private readonly Software _master = oursIsMaster ? Software.Ours : Software.C;
    private readonly Software _backup = oursIsMaster ? Software.C : Software.Ours;

    [Fact]
    public async Task A_group_of_two_links_moves_as_a_whole_when_one_link_is_cut_and_returns_as_a_whole()
    {
        await using TwoLinks pair = TwoLinks.Create();
        const string Group = "vrrp_sync_group G {\n    group {\n        VI_0\n        VI_1\n    }\n}\n";
        pair.Start(_master, Group + Instance(0, 200) + Instance(1, 200), _backup, Group + Instance(0, 100) + Instance(1, 100));
        await pair.Until("both addresses are on the preferred master", () => pair.Has(pair.A, "10.77.0.100") && pair.Has(pair.A, "10.78.0.100"));

        pair.A.Run("ip", "link", "set", "eth1", "down");
        await pair.Until(
            "both addresses are on the other one and none is left",
            () => pair.Has(pair.B, "10.77.0.100") && pair.Has(pair.B, "10.78.0.100") && !pair.Has(pair.A, "10.77.0.100") && !pair.Has(pair.A, "10.78.0.100"));

        pair.A.Run("ip", "link", "set", "eth1", "up");
        await pair.Until(
            "both addresses return",
            () => pair.Has(pair.A, "10.77.0.100") && pair.Has(pair.A, "10.78.0.100") && !pair.Has(pair.B, "10.77.0.100") && !pair.Has(pair.B, "10.78.0.100"));
    }

    [Theory]
    [InlineData(" weight 0")]
    [InlineData(" weight -150")]
    [InlineData(" weight 150 reverse")]
    public async Task A_script_that_fails_gives_the_address_away(string weight)
    {
        // A success takes 150 away when reversed, so there the script that succeeds is the failure.
        bool isReversed = weight.EndsWith("reverse", StringComparison.Ordinal);
        await using TwoLinks pair = TwoLinks.Create();
        string state = pair.File("state", isReversed ? "1" : "0");
        string script = pair.Script("chk.sh", $"exit $(cat {state})");
        string block = $"vrrp_script chk {{\n    script {script}\n    interval 1\n}}\n";
        await Moves(
            pair,
            block + Instance(0, 200, $"    track_script {{\n        chk{weight}\n    }}\n"),
            () => pair.File("state", isReversed ? "0" : "1"),
            () => pair.File("state", isReversed ? "1" : "0"));
    }

    [Fact]
    public async Task A_script_that_hangs_is_a_failure()
    {
        await using TwoLinks pair = TwoLinks.Create();
        string state = pair.File("state", "0");
        string script = pair.Script("chk.sh", $"sleep $(cat {state})");
        string block = $"vrrp_script chk {{\n    script {script}\n    interval 2\n    timeout 1\n}}\n";
        await Moves(
            pair,
            block + Instance(0, 200, "    track_script {\n        chk\n    }\n"),
            () => pair.File("state", "30"),
            () => pair.File("state", "0"));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" weight -150")]
    public async Task An_interface_that_goes_down_gives_the_address_of_another_one_away(string weight)
    {
        await using TwoLinks pair = TwoLinks.Create();
        await Moves(
            pair,
            Instance(0, 200, $"    track_interface {{\n        eth1{weight}\n    }}\n"),
            () => pair.A.Run("ip", "link", "set", "eth1", "down"),
            () => pair.A.Run("ip", "link", "set", "eth1", "up"));
    }

    [Theory]
    [InlineData(" weight 0", "1")]
    [InlineData(" weight 1", "-150")]
    [InlineData(" weight 5 reverse", "30")]
    public async Task A_number_in_a_file_gives_the_address_away(string weight, string number)
    {
        await using TwoLinks pair = TwoLinks.Create();
        string path = pair.File("number", "0");
        await Moves(
            pair,
            $"track_file f {{\n    file {path}\n}}\n" + Instance(0, 200, $"    track_file {{\n        f{weight}\n    }}\n"),
            () => pair.File("number", number),
            () => File.Delete(path));
    }

    private async Task Moves(TwoLinks pair, string configuration, Action fails, Action recovers)
    {
        pair.Start(_master, configuration, _backup, Instance(0, 100));
        await pair.Until("the preferred one is master", () => pair.Has(pair.A, "10.77.0.100") && !pair.Has(pair.B, "10.77.0.100"));
        fails();
        await pair.Until("the address moves", () => !pair.Has(pair.A, "10.77.0.100") && pair.Has(pair.B, "10.77.0.100"));
        recovers();
        await pair.Until("the address returns", () => pair.Has(pair.A, "10.77.0.100") && !pair.Has(pair.B, "10.77.0.100"));
    }

    private static string Instance(int link, int priority, string more = "") => $$"""
        vrrp_instance VI_{{link}} {
            state BACKUP
            interface eth{{link}}
            virtual_router_id {{51 + link}}
            priority {{priority}}
            version 3
            advert_int 0.1
            virtual_ipaddress {
                10.{{77 + link}}.0.100/24
            }
        {{more}}}

        """;

    /// <summary>Two hosts that share two links.</summary>
    internal sealed class TwoLinks : IAsyncDisposable
    {
        private const string Globals = "global_defs {\n    enable_script_security\n    script_user root\n}\n";

        private readonly Lan _lan;
        private Director? _one;
        private Director? _other;

        private TwoLinks(Lan lan)
        {
            _lan = lan;
            A = lan.AddHost("a", 1);
            B = lan.AddHost("b", 2);
            // The scripts' folder must be root's alone all the way up, or both refuse to run what is in it.
            Scripts = Directory.CreateDirectory($"/root/{Path.GetFileName(lan.Folder)}").FullName;
        }

        public Host A { get; }

        public Host B { get; }

        public string Scripts { get; }

        /// <summary>On A.</summary>
        public Director One => _one!;

        /// <summary>On B.</summary>
        public Director Other => _other!;

        public static TwoLinks Create()
        {
            Prerequisites.Peer();
            TwoLinks pair = new(Lan.Create());
            string bridge = pair._lan.BridgeNamespace;
            Command.Shell($"ip -n {bridge} link add br1 type bridge forward_delay 0 stp_state 0 mcast_snooping 0\nip -n {bridge} link set br1 up");
            foreach ((Host host, int number) in new[] { (pair.A, 1), (pair.B, 2) })
            {
                // A bridge between them: the cut of one end is not seen at the other.
                Command.Shell($"""
                    ip -n {host.Namespace} link add eth1 type veth peer name q{number} netns {bridge}
                    ip -n {bridge} link set q{number} master br1
                    ip -n {bridge} link set q{number} up
                    ip -n {host.Namespace} addr add 10.78.0.{number}/24 dev eth1
                    ip -n {host.Namespace} link set eth1 up
                    """);
            }

            return pair;
        }

        public void Start(Software master, string masterConfiguration, Software backup, string backupConfiguration)
        {
            _one = Director.Start(A, master, Globals + masterConfiguration);
            _other = Director.Start(B, backup, Globals + backupConfiguration);
        }

        /// <summary>Starts the director on A alone, or again.</summary>
        public void StartOne(Software software, string configuration) => _one = Director.Start(A, software, Globals + configuration);

        /// <summary>Starts the director on B alone.</summary>
        public void StartOther(Software software, string configuration) => _other = Director.Start(B, software, Globals + configuration);

        /// <summary>Gives the director on A another configuration.</summary>
        public void Reload(string configuration) => One.Reload(Globals + configuration);

        /// <summary>Writes a file in one step, so that nobody reads half of it.</summary>
        public string File(string name, string content)
        {
            string path = Path.Combine(Scripts, name);
            System.IO.File.WriteAllText(path + ".new", content + "\n");
            System.IO.File.Move(path + ".new", path, overwrite: true);
            return path;
        }

        public string Script(string name, string command)
        {
            string path = Path.Combine(Scripts, name);
            // Not /bin: a symbolic link inside a path makes newer versions refuse it.
            System.IO.File.WriteAllText(path, $"#!/usr/bin/sh\n{command}\n");
            System.IO.File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            return path;
        }

        public bool Has(Host host, string address) => host.Has(address) || host.Addresses("eth1").Contains(address);

        public Task Until(string what, Func<bool> condition) => Wait.Until(what, s_soon, condition, Story);

        public async ValueTask DisposeAsync()
        {
            await _lan.DisposeAsync();
            Directory.Delete(Scripts, recursive: true);
        }

        public string Story() =>
            $"--- {_one?.Software.Name} (preferred) {string.Join(' ', A.Addresses())} {string.Join(' ', A.Addresses("eth1"))}\n{_one?.Log}\n"
            + $"--- {_other?.Software.Name} {string.Join(' ', B.Addresses())} {string.Join(' ', B.Addresses("eth1"))}\n{_other?.Log}\n";
    }
}

#pragma warning disable CA1716, SA1402

public sealed class Ours_tracks_against_C() : TrackingInterop(oursIsMaster: true);

public sealed class C_tracks_against_ours() : TrackingInterop(oursIsMaster: false);
