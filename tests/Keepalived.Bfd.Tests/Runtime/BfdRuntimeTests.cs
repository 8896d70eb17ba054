using Keepalived.Bfd.Protocol;
using Keepalived.Events;
using Keepalived.Linux;

namespace Keepalived.Bfd.Tests.Runtime;

/// <summary>Section 15 of keepalived's behaviour and the BFD part of section 12, with both ends in virtual time.</summary>
public sealed class BfdRuntimeTests
{
    [Fact]
    public void A_start_is_told_as_a_provisional_down_and_stays_so_while_the_neighbour_may_still_be_found()
    {
        VirtualPair pair = new();
        pair.One.Apply(VirtualPair.ToTwo);
        Assert.Equal(["B Down? Vrrp, Checker", "begin"], pair.One.Told);
        pair.Advance(3.9);
        Assert.Equal(2, pair.One.Told.Count);
        pair.Advance(0.2); // idle interval of 1 s, three times, and 1 s
        Assert.Equal("B Down Vrrp, Checker", pair.One.Told[^1]);
    }

    [Fact]
    public void Up_and_down_are_told_once_each_and_published_with_their_causes()
    {
        VirtualPair pair = VirtualPair.Up();
        pair.Two.Link.IsCut = true;
        pair.Advance(0.2);

        Assert.Equal(["B Down? Vrrp, Checker", "begin", "B Up Vrrp, Checker", "B Down Vrrp, Checker"], pair.One.Told);
        BfdSessionStateChanged last = pair.One.Bus.Events.OfType<BfdSessionStateChanged>().Last();
        Assert.Equal(("B", BfdSessionState.Up, BfdSessionState.Down), (last.Session, last.Previous, last.State));
        Assert.StartsWith("no packet within 150 ms", last.Cause, StringComparison.Ordinal);
        Assert.Contains(pair.One.Log.Messages, static line => line.StartsWith("(B) Entering Up state (", StringComparison.Ordinal));
        Assert.Contains(pair.One.Log.Messages, static line => line.StartsWith("(B) Entering Down state (no packet within 150 ms", StringComparison.Ordinal));
        Assert.Contains("(B) Starting poll sequence", pair.One.Log.Messages);
    }

    [Fact]
    public void The_loss_is_noticed_after_the_detection_time_and_the_neighbour_is_found_again()
    {
        VirtualPair pair = VirtualPair.Up();
        pair.Two.Link.IsCut = true;
        pair.Advance(0.1);
        Assert.Equal(BfdState.Up, pair.One.Only.State);
        pair.Advance(0.06);
        Assert.Equal(BfdState.Down, pair.One.Only.State);
        pair.Two.Link.IsCut = false;
        pair.Advance(3);
        Assert.Equal((BfdState.Up, "B Up Vrrp, Checker"), (pair.One.Only.State, pair.One.Told[^1]));
    }

    [Fact]
    public void A_neighbour_that_is_taken_down_on_purpose_is_told_to_nobody()
    {
        VirtualPair pair = VirtualPair.Up();
        pair.Two.Only.TakeDown(pair.Loop.Now);
        pair.Advance(1);
        Assert.Equal(BfdState.Down, pair.One.Only.State);
        Assert.Equal("B Up Vrrp, Checker", pair.One.Told[^1]);
    }

    [Theory]
    [InlineData(true, false, "Vrrp")]
    [InlineData(false, true, "Checker")]
    public void Only_those_are_told_whom_the_session_names(bool vrrp, bool checkers, string audience)
    {
        VirtualPair pair = VirtualPair.Up(VirtualPair.ToTwo with { TellsVrrp = vrrp, TellsCheckers = checkers });
        Assert.Equal([$"B Down? {audience}", "begin", $"B Up {audience}"], pair.One.Told);
    }

    [Fact]
    public void Without_a_socket_the_session_is_administratively_down_and_tries_again_every_60_s()
    {
        VirtualPair pair = new();
        pair.One.Link.Trouble = "bind a socket to 192.0.2.1: EADDRNOTAVAIL";
        pair.One.Apply(VirtualPair.ToTwo);
        pair.Advance(59);
        Assert.Equal((BfdState.AdminDown, 1), (pair.One.Only.State, pair.One.Link.Opened.Count));
        Assert.Contains("(B) cannot be run: bind a socket to 192.0.2.1: EADDRNOTAVAIL; it is tried again every 60 s", pair.One.Log.Messages);
        pair.One.Link.Trouble = null;
        pair.Advance(2);
        Assert.Equal(2, pair.One.Link.Opened.Count);
        pair.Two.Apply(VirtualPair.ToOne);
        pair.Advance(3);
        Assert.Equal(BfdState.Up, pair.One.Only.State);
    }

    [Fact]
    public void A_reload_that_makes_a_socket_possible_does_not_wait_for_the_minute()
    {
        VirtualPair pair = new();
        pair.One.Link.Trouble = "x";
        pair.One.Apply(VirtualPair.ToTwo);
        pair.Advance(5);
        pair.One.Link.Trouble = null;
        pair.One.Apply(VirtualPair.ToTwo with { Source = System.Net.IPAddress.Parse("192.0.2.1") });
        pair.Advance(2);
        Assert.Equal((BfdState.Down, 1), (pair.One.Only.State, pair.One.Link.Open));
    }

    [Fact]
    public void A_packet_that_comes_opens_the_socket_again()
    {
        VirtualPair pair = new();
        pair.One.Link.Trouble = "x";
        pair.One.Apply(VirtualPair.ToTwo);
        pair.Advance(5);
        pair.One.Link.Trouble = null;
        pair.Two.Apply(VirtualPair.ToOne);
        pair.Advance(4);
        Assert.Equal(BfdState.Up, pair.One.Only.State);
    }

    [Fact]
    public void Sending_that_fails_is_said_once_and_so_is_its_end()
    {
        VirtualPair pair = VirtualPair.Up();
        pair.One.Link.Error = Errno.ENETUNREACH;
        pair.Advance(1);
        pair.One.Link.Error = Errno.None;
        pair.Advance(2);
        Assert.Single(pair.One.Log.Messages, static line => line == "(B) packets cannot be sent: ENETUNREACH");
        Assert.Single(pair.One.Log.Messages, static line => line == "(B) packets are sent again");
    }

    [Fact]
    public void A_packet_from_too_far_away_is_dropped_and_said_once()
    {
        VirtualPair pair = new();
        pair.Two.Link.TimeToLive = 254;
        pair.One.Apply(VirtualPair.ToTwo);
        pair.Two.Apply(VirtualPair.ToOne);
        pair.Advance(5);
        Assert.Equal(BfdState.Down, pair.One.Only.State);
        Assert.Single(pair.One.Log.Messages, static line => line.StartsWith("(B) a packet of 192.0.2.2 was dropped: it came over too many hops", StringComparison.Ordinal));
        Assert.True(pair.One.Only.Statistics.Dropped[BfdDropReason.TimeToLive] > 3);
    }

    [Fact]
    public void A_packet_of_nobody_is_said_once()
    {
        VirtualPair pair = new();
        pair.Two.Apply(VirtualPair.ToOne);
        pair.Advance(5);
        Assert.Single(pair.One.Log.Messages, static line => line.StartsWith("A packet of 192.0.2.2 was dropped: no bfd_instance has that neighbour", StringComparison.Ordinal));
    }

    [Fact]
    public void A_reload_with_other_intervals_keeps_the_session_up_and_agrees_them_by_a_poll()
    {
        VirtualPair pair = VirtualPair.Up();
        ulong polls = pair.One.Only.Statistics.PollsCompleted;
        uint discriminator = pair.One.Only.LocalDiscriminator;
        pair.One.Apply(VirtualPair.ToTwo with { MinimumTransmit = TimeSpan.FromMilliseconds(200), MinimumReceive = TimeSpan.FromMilliseconds(300) });
        pair.Advance(5);
        Assert.Equal((BfdState.Up, discriminator, polls + 1), (pair.One.Only.State, pair.One.Only.LocalDiscriminator, pair.One.Only.Statistics.PollsCompleted));
        Assert.Equal((TimeSpan.FromMilliseconds(200), TimeSpan.FromMilliseconds(900)), (pair.One.Only.TransmitInterval, pair.One.Only.DetectionTime));
        Assert.Equal(0ul, pair.Two.Only.Statistics.WentDown);
        Assert.Equal(1, pair.One.Link.Open);
    }

    [Fact]
    public void A_reload_that_changes_nothing_sends_no_poll_and_tells_nothing_new()
    {
        VirtualPair pair = VirtualPair.Up();
        ulong polls = pair.One.Only.Statistics.PollsStarted;
        string[] told = [.. pair.One.Told];
        pair.One.Apply(VirtualPair.ToTwo);
        pair.Advance(2);
        Assert.Equal(polls, pair.One.Only.Statistics.PollsStarted);
        Assert.Equal(told.Distinct(), pair.One.Told.Distinct());
        Assert.Single(pair.One.Link.Opened);
    }

    [Fact]
    public void A_reload_with_another_source_opens_another_socket_and_keeps_the_session_up()
    {
        VirtualPair pair = VirtualPair.Up();
        pair.One.Apply(VirtualPair.ToTwo with { Source = System.Net.IPAddress.Parse("192.0.2.1") });
        pair.Advance(5);
        Assert.Equal((BfdState.Up, 2, 1), (pair.One.Only.State, pair.One.Link.Opened.Count, pair.One.Link.Open));
    }

    [Fact]
    public void A_session_that_is_renamed_goes_on_under_its_new_name()
    {
        VirtualPair pair = VirtualPair.Up();
        pair.One.Apply(VirtualPair.ToTwo with { Name = "C" });
        pair.Advance(1);
        Assert.Equal(BfdState.Up, pair.One.Only.State);
        Assert.Equal(["B gone", "C Up Vrrp, Checker"], pair.One.Told.TakeLast(2));
    }

    [Fact]
    public void A_session_that_is_removed_falls_silent_and_a_new_one_begins()
    {
        VirtualPair pair = VirtualPair.Up();
        pair.One.Apply(VirtualPair.Settings("D", "192.0.2.9"));
        int sent = pair.One.Link.Sent;
        pair.Advance(0.5);
        Assert.Equal(0, pair.One.Link.Sent - sent);
        Assert.Equal(BfdState.Down, pair.Two.Only.State);
        Assert.Equal(1, pair.One.Link.Open);
        Assert.Contains("B gone", pair.One.Told);
        Assert.Equal("D Down? Vrrp, Checker", pair.One.Told[^1]);
    }

    [Fact]
    public void A_passive_side_waits_and_two_of_them_never_meet()
    {
        VirtualPair pair = new();
        pair.One.Apply(VirtualPair.ToTwo with { IsPassive = true });
        pair.Two.Apply(VirtualPair.ToOne with { IsPassive = true });
        pair.Advance(5);
        Assert.Equal((0, 0), (pair.One.Link.Sent, pair.Two.Link.Sent));
        pair.Two.Apply(VirtualPair.ToOne);
        pair.Advance(5);
        Assert.Equal(BfdState.Up, pair.One.Only.State);
    }

    [Fact]
    public void Authentication_of_one_side_only_or_with_another_key_keeps_them_apart_and_says_why()
    {
        BfdAuthentication Sha1(string secret) => new()
        {
            Type = BfdAuthenticationType.MeticulousKeyedSha1,
            Keys = EquatableArray.Create<BfdKey>([new BfdKey(7, EquatableArray.Create<byte>(System.Text.Encoding.UTF8.GetBytes(secret)))]),
            ActiveKey = 7,
        };

        VirtualPair pair = new();
        pair.One.Apply(VirtualPair.ToTwo with { Authentication = Sha1("right") });
        pair.Two.Apply(VirtualPair.ToOne with { Authentication = Sha1("wrong") });
        pair.Advance(5);
        Assert.Equal(BfdState.Down, pair.One.Only.State);
        Assert.Single(pair.One.Log.Messages, static line => line.Contains("its password or digest is wrong; compare auth_key", StringComparison.Ordinal));

        // Another key by a reload, and they meet.
        pair.Two.Apply(VirtualPair.ToOne with { Authentication = Sha1("right") });
        pair.Advance(6);
        Assert.Equal((BfdState.Up, BfdState.Up), (pair.One.Only.State, pair.Two.Only.State));
    }
}
