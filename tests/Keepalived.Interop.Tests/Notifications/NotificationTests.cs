using Keepalived.Lab;

namespace Keepalived.Interop.Tests.Notifications;

/// <summary>What readers of the notification FIFOs get from ours is, byte for byte, what they get from C.</summary>
public sealed class NotificationTests : TwoHostTests
{
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(8);
    private static readonly VrrpVariant s_variant = new(3, IPv6: false, Unicast: false);

    [Fact]
    public async Task Start_takeover_and_stop_put_the_same_bytes_into_both_fifos()
    {
        Prerequisites.Peer();
        var theirs = await Transcript(Software.C);
        var ours = await Transcript(Software.Ours);

        Assert.Equal("INSTANCE \"VI_1\" BACKUP 150\nINSTANCE \"VI_1\" MASTER 150\nINSTANCE \"VI_1\" STOP 150\n", theirs.Own);
        Assert.Equal(theirs, ours);
    }

    /// <summary>
    /// Runs a director until it is master and stops it. The readers ignore TERM, which both daemons send them at stop, and end with the FIFO.
    /// </summary>
    private async Task<(string Common, string Own)> Transcript(Software software)
    {
        var prefix = Path.Combine(Lan.Folder, "notify-" + software.Name);
        var reader = prefix + ".sh";
        File.WriteAllText(reader, "#!/bin/sh\ntrap '' TERM\nexec cat \"$2\" >\"$1\"\n");
        File.SetUnixFileMode(reader, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var director = Director.Start(Host, software, $$"""
            global_defs {
                script_user root
                notify_fifo {{prefix}}.common.fifo
                notify_fifo_script "{{reader}} {{prefix}}.common"
                vrrp_notify_fifo {{prefix}}.vrrp.fifo
                vrrp_notify_fifo_script "{{reader}} {{prefix}}.vrrp"
            }

            """ + s_variant.Configuration(Host, Other, 150));

        await Wait.Until($"{software.Name} is master", s_soon, () => Host.Has(s_variant.VirtualAddress), () => director.Log);
        await Wait.Until("the readers have heard of it", s_soon, () => Read(prefix + ".vrrp").Contains("MASTER", StringComparison.Ordinal), () => director.Log);
        director.Stop();
        await Wait.Until("the last line has been read", s_soon, () => Read(prefix + ".vrrp").Contains("STOP", StringComparison.Ordinal), () => director.Log);
        Assert.Empty(Directory.GetFiles(Lan.Folder, "*.fifo"));
        return (Read(prefix + ".common"), Read(prefix + ".vrrp"));
    }

    private static string Read(string file) => File.Exists(file) ? File.ReadAllText(file) : string.Empty;
}
