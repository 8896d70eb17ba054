using System.Buffers.Binary;
using System.Text;

namespace Keepalived.Bfd.Protocol.Tests;

/// <summary>Passwords and digests (RFC 5880 sections 4.2 to 4.4 and 6.7). The vectors were made by Python's hashlib: vectors/make-vectors.py.</summary>
public sealed class AuthenticationTests
{
    public static TheoryData<string> Authenticated => [.. Vectors.All.Where(v => v.Type != BfdAuthenticationType.None).Select(v => v.Name)];

    public static TheoryData<BfdAuthenticationType> Types => [.. Enum.GetValues<BfdAuthenticationType>().Where(t => t != BfdAuthenticationType.None)];

    public static TheoryData<BfdAuthenticationType> DigestTypes => [.. Enum.GetValues<BfdAuthenticationType>().Where(t => t > BfdAuthenticationType.SimplePassword)];

    [Theory]
    [MemberData(nameof(Authenticated))]
    public void A_vector_is_believed_and_written_bit_for_bit_RFC_5880_section_6_7(string name)
    {
        PacketVector vector = Vectors.Named(name);
        Assert.Equal(BfdDropReason.None, Judge(vector.Authentication, vector.Packet));

        // All but the demand bit, which is never written here, and which the digest covers.
        if (!vector.IsDemand)
        {
            BfdAuthenticator writer = BfdAuthenticator.For(vector.Authentication, new FixedRandom(unchecked(vector.Sequence - 1)), null)!;
            byte[] written = new byte[BfdControlPacket.HeaderLength + writer.SectionLength];
            vector.Header.Write(written);
            writer.Seal(written, isNew: true);
            Assert.Equal(Convert.ToHexString(vector.Packet), Convert.ToHexString(written));
        }
    }

    [Theory]
    [MemberData(nameof(Authenticated))]
    public void Every_changed_bit_is_noticed_RFC_5880_section_6_7(string name)
    {
        PacketVector vector = Vectors.Named(name);
        // A password is no proof of what stands before it.
        int first = vector.Type == BfdAuthenticationType.SimplePassword ? BfdControlPacket.HeaderLength : 0;
        for (int bit = first * 8; bit < vector.Packet.Length * 8; bit++)
        {
            byte[] changed = [.. vector.Packet];
            changed[bit / 8] ^= (byte)(0x80 >> (bit % 8));
            Assert.True(
                BfdControlPacket.Read(changed, out _) != BfdDropReason.None || Judge(vector.Authentication, changed) != BfdDropReason.None,
                $"bit {bit} may be changed");
        }
    }

    [Fact]
    public void Another_way_of_authentication_is_dropped_RFC_5880_section_6_7_3()
    {
        PacketVector md5 = Vectors.Named("md5");

        Assert.Equal(BfdDropReason.AuthenticationType, Judge(md5.Authentication with { Type = BfdAuthenticationType.MeticulousKeyedMd5 }, md5.Packet));
        Assert.Equal(BfdDropReason.AuthenticationType, Judge(md5.Authentication with { Type = BfdAuthenticationType.KeyedSha1 }, md5.Packet));
        Assert.Equal(BfdDropReason.AuthenticationType, Judge(md5.Authentication with { Type = BfdAuthenticationType.SimplePassword }, md5.Packet));
    }

    [Fact]
    public void A_key_that_is_not_configured_is_dropped_RFC_5880_section_6_7_2()
    {
        PacketVector vector = Vectors.Named("sha1");
        Assert.Equal(BfdDropReason.AuthenticationKey, Judge(vector.Authentication with { Keys = Keys((4, "secret")), ActiveKey = 4 }, vector.Packet));
        Assert.Equal(BfdDropReason.AuthenticationDigest, Judge(vector.Authentication with { Keys = Keys((3, "Secret")) }, vector.Packet));
    }

    [Theory]
    [MemberData(nameof(Authenticated))]
    public void A_section_of_another_length_is_dropped_RFC_5880_section_6_7(string name)
    {
        PacketVector vector = Vectors.Named(name);
        byte[] longer = [.. vector.Packet, 0];
        longer[3]++;
        Assert.Equal(BfdDropReason.AuthenticationLength, Judge(vector.Authentication, longer));
        longer[25]++;
        Assert.NotEqual(BfdDropReason.None, Judge(vector.Authentication, longer));

        byte[] shortest = [.. vector.Packet.Take(26)];
        shortest[3] = 26;
        shortest[25] = 2;
        Assert.Equal(BfdDropReason.AuthenticationLength, Judge(vector.Authentication, shortest));
    }

    [Fact]
    public void Authentication_that_is_not_configured_is_dropped_RFC_5880_section_6_8_6()
    {
        var rig = new SessionRig();

        Assert.Equal(BfdDropReason.AuthenticationUnexpected, rig.Hear(WithDiscriminator(rig, "md5")));
        Assert.Equal(BfdState.Down, rig.Session.State);
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void A_packet_without_the_configured_authentication_is_dropped_RFC_5880_section_6_8_6(BfdAuthenticationType type)
    {
        var rig = new SessionRig(SessionRig.Options() with { Authentication = Settings(type) });

        Assert.Equal(BfdDropReason.AuthenticationMissing, rig.Hear(BfdState.Down));
        Assert.Equal(BfdState.Down, rig.Session.State);
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Two_sessions_with_the_same_key_come_up_and_stay_up_RFC_5880_section_6_7(BfdAuthenticationType type)
    {
        var pair = new SessionPair(SessionRig.Options() with { Authentication = Settings(type) });
        pair.Run(TimeSpan.FromSeconds(30));

        pair.AssertBothUp();
        Assert.Equal((1ul, 1ul), (pair.Left.Statistics.WentUp, pair.Right.Statistics.WentUp));
        Assert.Equal((0ul, 0ul), (pair.Left.Statistics.Dropped.Total, pair.Right.Statistics.Dropped.Total));
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Two_sessions_with_different_secrets_never_come_up_RFC_5880_section_6_7(BfdAuthenticationType type)
    {
        var pair = new SessionPair(
            SessionRig.Options() with { Authentication = Settings(type) },
            SessionRig.Options() with { Authentication = Settings(type) with { Keys = Keys((1, "other"), (2, "newer")) } });
        pair.Run(TimeSpan.FromSeconds(30));

        Assert.Equal((BfdState.Down, BfdState.Down), (pair.Left.State, pair.Right.State));
        Assert.True(pair.Left.Statistics.Dropped[BfdDropReason.AuthenticationDigest] > 20);
    }

    [Theory]
    [InlineData(BfdAuthenticationType.KeyedMd5, false)]
    [InlineData(BfdAuthenticationType.MeticulousKeyedMd5, true)]
    [InlineData(BfdAuthenticationType.KeyedSha1, false)]
    [InlineData(BfdAuthenticationType.MeticulousKeyedSha1, true)]
    public void A_meticulous_sequence_moves_with_every_packet_and_another_with_every_change_RFC_5880_section_6_7_3(BfdAuthenticationType type, bool isMeticulous)
    {
        var rig = new SessionRig(SessionRig.Options() with { Authentication = Settings(type) });
        rig.Run(TimeSpan.FromSeconds(10));
        uint[] numbers = [.. rig.Sent.Select(p => Sequence(p.Bytes))];

        Assert.All(numbers.Zip(numbers.Skip(1)), pair => Assert.Equal(isMeticulous ? 1u : 0u, unchecked(pair.Second - pair.First)));
        rig.Session.TakeDown(rig.Now);
        Assert.Equal(1u, unchecked(Sequence(rig.Last.Bytes) - numbers[^1]));
    }

    [Theory]
    [InlineData(BfdAuthenticationType.KeyedMd5, 0u, true)]
    [InlineData(BfdAuthenticationType.KeyedMd5, 9u, true)]
    [InlineData(BfdAuthenticationType.KeyedMd5, 10u, false)]
    [InlineData(BfdAuthenticationType.KeyedMd5, 0xFFFF_FFFFu, false)]
    [InlineData(BfdAuthenticationType.MeticulousKeyedMd5, 0u, false)]
    [InlineData(BfdAuthenticationType.MeticulousKeyedMd5, 1u, true)]
    [InlineData(BfdAuthenticationType.MeticulousKeyedMd5, 9u, true)]
    [InlineData(BfdAuthenticationType.MeticulousKeyedMd5, 10u, false)]
    [InlineData(BfdAuthenticationType.KeyedSha1, 9u, true)]
    [InlineData(BfdAuthenticationType.KeyedSha1, 10u, false)]
    [InlineData(BfdAuthenticationType.MeticulousKeyedSha1, 0u, false)]
    [InlineData(BfdAuthenticationType.MeticulousKeyedSha1, 9u, true)]
    public void The_window_is_three_multipliers_wide_and_goes_around_RFC_5880_sections_6_7_3_and_6_7_4(BfdAuthenticationType type, uint ahead, bool isAccepted)
    {
        foreach (uint last in (ReadOnlySpan<uint>)[0, 1000, 0x7FFF_FFFE, 0xFFFF_FFFB, 0xFFFF_FFFF])
        {
            BfdAuthenticator receiver = BfdAuthenticator.For(Settings(type), new Random(1), null)!;
            Assert.Equal(BfdDropReason.None, Judge(receiver, Sealed(type, last)));

            Assert.Equal(isAccepted ? BfdDropReason.None : BfdDropReason.AuthenticationSequence, Judge(receiver, Sealed(type, unchecked(last + ahead))));
            Assert.Equal(isAccepted ? unchecked(last + ahead) : last, receiver.ReceivedSequence);
        }
    }

    [Fact]
    public void A_forged_first_number_does_not_silence_the_true_sender()
    {
        BfdAuthenticator receiver = BfdAuthenticator.For(Settings(BfdAuthenticationType.KeyedSha1), new Random(1), null)!;
        byte[] forged = Sealed(BfdAuthenticationType.KeyedSha1, 5_000_000);
        forged[^1] ^= 1;

        Assert.Equal(BfdDropReason.AuthenticationDigest, Judge(receiver, forged));
        Assert.Null(receiver.ReceivedSequence);
        Assert.Equal(BfdDropReason.None, Judge(receiver, Sealed(BfdAuthenticationType.KeyedSha1, 7)));
        Assert.Equal(7u, receiver.ReceivedSequence);
    }

    [Fact]
    public void A_neighbour_of_another_run_is_believed_after_twice_the_detection_time_RFC_5880_section_6_8_1()
    {
        const BfdAuthenticationType type = BfdAuthenticationType.MeticulousKeyedSha1;
        var rig = new SessionRig(SessionRig.Options() with { Authentication = Settings(type) });
        Assert.Equal(BfdDropReason.None, rig.Hear(Sealed(type, 1_000_000)));

        // 3 x 50 ms, twice.
        rig.Run(TimeSpan.FromMilliseconds(299));
        Assert.Equal(BfdDropReason.AuthenticationSequence, rig.Hear(Sealed(type, 5)));
        rig.Run(TimeSpan.FromMilliseconds(1));
        Assert.Equal(BfdDropReason.None, rig.Hear(Sealed(type, 5)));
        Assert.Equal(BfdDropReason.AuthenticationSequence, rig.Hear(Sealed(type, 5)));
    }

    [Theory]
    [MemberData(nameof(DigestTypes))]
    public void A_key_is_replaced_while_both_stay_up_RFC_5880_section_6_7_1(BfdAuthenticationType type)
    {
        BfdSessionOptions old = SessionRig.Options() with { Authentication = Settings(type) };
        BfdSessionOptions newer = SessionRig.Options() with { Authentication = Settings(type) with { ActiveKey = 2 } };
        var pair = new SessionPair(old);
        pair.Run(TimeSpan.FromSeconds(5));
        pair.AssertBothUp();

        pair.Left.Reconfigure(newer, pair.Now);
        pair.Run(TimeSpan.FromSeconds(5));
        pair.Right.Reconfigure(newer, pair.Now);
        pair.Run(TimeSpan.FromSeconds(5));

        pair.AssertBothUp();
        Assert.Equal((0ul, 0ul), (pair.Left.Statistics.WentDown, pair.Right.Statistics.WentDown));
        Assert.Equal(0ul, pair.Right.Statistics.Dropped.Total);
        Assert.Equal(2, pair.LastFromLeft[26]);
    }

    [Fact]
    public void A_password_may_have_any_length_from_1_to_16_RFC_5880_section_4_2()
    {
        for (int length = 1; length <= 16; length++)
        {
            BfdAuthentication settings = Settings(BfdAuthenticationType.SimplePassword) with { Keys = Keys((1, new string('p', length))), ActiveKey = 1 };
            var pair = new SessionPair(SessionRig.Options() with { Authentication = settings });
            pair.Run(TimeSpan.FromSeconds(3));
            pair.AssertBothUp();
            Assert.Equal(27 + length, pair.LastFromLeft.Length);
        }
    }

    private static BfdAuthentication Settings(BfdAuthenticationType type) => new() { Type = type, Keys = Keys((1, "first"), (2, "second")), ActiveKey = 1 };

    private static EquatableArray<BfdKey> Keys(params (byte Id, string Secret)[] keys) =>
        keys.Select(k => new BfdKey(k.Id, EquatableArray.Create<byte>(Encoding.ASCII.GetBytes(k.Secret)))).ToEquatableArray();

    private static byte[] Sealed(BfdAuthenticationType type, uint sequence)
    {
        BfdAuthenticator writer = BfdAuthenticator.For(Settings(type), new FixedRandom(unchecked(sequence - 1)), null)!;
        byte[] packet = new byte[BfdControlPacket.HeaderLength + writer.SectionLength];
        new BfdControlHeader
        {
            State = BfdState.Down,
            IsAuthenticated = true,
            DetectMultiplier = 3,
            MyDiscriminator = SessionRig.NeighborDiscriminator,
            DesiredMinimumTransmit = 50_000,
            RequiredMinimumReceive = 50_000,
        }.Write(packet);
        writer.Seal(packet, isNew: true);
        return packet;
    }

    private static byte[] WithDiscriminator(SessionRig rig, string name)
    {
        byte[] packet = [.. Vectors.Named(name).Packet];
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(8), rig.Session.LocalDiscriminator);
        return packet;
    }

    private static uint Sequence(byte[] packet) => BinaryPrimitives.ReadUInt32BigEndian(packet.AsSpan(28));

    private static BfdDropReason Judge(BfdAuthentication settings, byte[] bytes) => Judge(BfdAuthenticator.For(settings, new Random(1), null)!, bytes);

    private static BfdDropReason Judge(BfdAuthenticator receiver, byte[] bytes)
    {
        BfdDropReason reason = BfdControlPacket.Read(bytes, out BfdControlPacket packet);
        return reason == BfdDropReason.None && packet.IsAuthenticated ? receiver.Judge(packet)
            : reason == BfdDropReason.None ? BfdDropReason.AuthenticationMissing
            : reason;
    }

    private sealed class FixedRandom(uint value) : Random
    {
        public override long NextInt64(long maxValue) => value;
    }
}
