namespace Keepalived.Bfd.Protocol.Tests;

/// <summary>The image of RFC 5880 section 4.1, and the checks of section 6.8.6 that need no session.</summary>
public sealed class ControlPacketTests
{
    public static TheoryData<string> Names => [.. Vectors.All.Select(v => v.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_field_is_read_from_where_RFC_5880_section_4_1_puts_it(string name)
    {
        PacketVector vector = Vectors.Named(name);

        Assert.Equal(BfdDropReason.None, BfdControlPacket.Read(vector.Packet, out BfdControlPacket packet));

        Assert.Equal(vector.Header.Diagnostic, packet.Diagnostic);
        Assert.Equal(vector.Header.State, packet.State);
        Assert.Equal(vector.Header.IsPoll, packet.IsPoll);
        Assert.Equal(vector.Header.IsFinal, packet.IsFinal);
        Assert.Equal(vector.Header.IsAuthenticated, packet.IsAuthenticated);
        Assert.Equal(vector.IsDemand, packet.IsDemand);
        Assert.False(packet.IsControlPlaneIndependent);
        Assert.Equal(vector.Header.DetectMultiplier, packet.DetectMultiplier);
        Assert.Equal(vector.Header.MyDiscriminator, packet.MyDiscriminator);
        Assert.Equal(vector.Header.YourDiscriminator, packet.YourDiscriminator);
        Assert.Equal(vector.Header.DesiredMinimumTransmit, packet.DesiredMinimumTransmit);
        Assert.Equal(vector.Header.RequiredMinimumReceive, packet.RequiredMinimumReceive);
        Assert.Equal(vector.Header.RequiredMinimumEchoReceive, packet.RequiredMinimumEchoReceive);
        Assert.Equal(vector.Packet.Length - BfdControlPacket.HeaderLength, packet.AuthenticationSection.Length);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_header_is_written_as_RFC_5880_section_4_1_draws_it(string name)
    {
        PacketVector vector = Vectors.Named(name);
        byte[] written = new byte[vector.Packet.Length];

        vector.Header.Write(written);

        byte[] expected = [.. vector.Packet.Take(BfdControlPacket.HeaderLength)];
        // Demand mode is never asked for here.
        expected[1] &= 0xFD;
        Assert.Equal(expected, written.Take(BfdControlPacket.HeaderLength));
    }

    [Fact]
    public void The_control_plane_bit_and_the_reserved_diagnostics_are_read_and_do_no_harm()
    {
        byte[] bytes = Plain();
        bytes[0] |= 31;
        bytes[1] |= 0x08;

        Assert.Equal(BfdDropReason.None, BfdControlPacket.Read(bytes, out BfdControlPacket packet));
        Assert.True(packet.IsControlPlaneIndependent);
        Assert.Equal(31, (byte)packet.Diagnostic);
    }

    public static TheoryData<BfdDropReason, int, byte> Wrong => new()
    {
        // In the order of RFC 5880 section 6.8.6: what is wrong, which byte, what it becomes.
        { BfdDropReason.Version, 0, 0x00 },
        { BfdDropReason.Version, 0, 0x40 },
        { BfdDropReason.Length, 3, 23 },
        { BfdDropReason.Length, 3, 0 },
        { BfdDropReason.LengthBeyondPayload, 3, 25 },
        { BfdDropReason.LengthBeyondPayload, 3, 255 },
        { BfdDropReason.DetectMultiplierZero, 2, 0 },
        { BfdDropReason.Multipoint, 1, 0xC1 },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_wrong_byte_drops_the_packet_for_its_reason(BfdDropReason reason, int offset, byte value)
    {
        byte[] bytes = Plain();
        bytes[offset] = value;

        Assert.Equal(reason, BfdControlPacket.Read(bytes, out _));
    }

    [Fact]
    public void An_authenticated_packet_has_at_least_26_bytes_by_RFC_5880_section_6_8_6()
    {
        byte[] bytes = [.. Plain(), 1, 2];
        bytes[1] |= 0x04;
        bytes[3] = 25;
        Assert.Equal(BfdDropReason.Length, BfdControlPacket.Read(bytes, out _));

        bytes[3] = 26;
        Assert.Equal(BfdDropReason.None, BfdControlPacket.Read(bytes, out BfdControlPacket packet));
        Assert.Equal(2, packet.AuthenticationSection.Length);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(23)]
    public void What_is_shorter_than_a_header_is_dropped_by_RFC_5880_section_6_8_6(int length) =>
        Assert.Equal(BfdDropReason.Length, BfdControlPacket.Read(Plain().AsSpan(0, length), out _));

    [Fact]
    public void A_zero_discriminator_of_the_sender_is_dropped_by_RFC_5880_section_6_8_6() =>
        Assert.Equal(BfdDropReason.MyDiscriminatorZero, Read(Header() with { MyDiscriminator = 0 }));

    [Theory]
    [InlineData(BfdState.AdminDown, BfdDropReason.None)]
    [InlineData(BfdState.Down, BfdDropReason.None)]
    [InlineData(BfdState.Init, BfdDropReason.YourDiscriminatorZero)]
    [InlineData(BfdState.Up, BfdDropReason.YourDiscriminatorZero)]
    public void Who_claims_to_hear_us_knows_our_discriminator_by_RFC_5880_section_6_8_6(BfdState state, BfdDropReason reason) =>
        Assert.Equal(reason, Read(Header() with { YourDiscriminator = 0, State = state }));

    [Fact]
    public void Poll_and_final_exclude_each_other_by_RFC_5880_section_6_5() =>
        Assert.Equal(BfdDropReason.PollAndFinal, Read(Header() with { IsPoll = true, IsFinal = true }));

    [Fact]
    public void What_follows_the_stated_length_is_not_looked_at()
    {
        byte[] bytes = [.. Plain(), 1, 2, 3, 4];

        Assert.Equal(BfdDropReason.None, BfdControlPacket.Read(bytes, out BfdControlPacket packet));
        Assert.Equal(BfdControlPacket.HeaderLength, packet.Bytes.Length);
    }

    private static byte[] Plain() => [.. Vectors.Named("plain-up").Packet];

    private static BfdControlHeader Header() => Vectors.Named("plain-up").Header;

    private static BfdDropReason Read(BfdControlHeader header)
    {
        byte[] bytes = new byte[BfdControlPacket.HeaderLength];
        header.Write(bytes);
        return BfdControlPacket.Read(bytes, out _);
    }
}
