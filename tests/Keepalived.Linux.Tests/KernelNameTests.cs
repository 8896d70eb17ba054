namespace Keepalived.Linux.Tests;

public sealed class KernelNameTests
{
    [Theory]
    [InlineData("")]
    [InlineData("eth0")]
    [InlineData("fifteen-octets!")]
    [InlineData("größe")]
    public void A_name_shows_as_itself(string text)
    {
        var name = new KernelName(text);

        Assert.Equal(text, name.ToString());
        Assert.True(name.Is(text));
        Assert.Equal(System.Text.Encoding.UTF8.GetByteCount(text), name.Length);
        Assert.Equal(text.Length == 0, name.IsEmpty);
    }

    [Theory]
    [InlineData("sixteen-octets!!")]
    [InlineData("zero\0inside")]
    public void What_does_not_fit_is_refused(string text)
    {
        Assert.False(KernelName.TryParse(text, out _));
        Assert.Throws<ArgumentException>(() => new KernelName(text));
    }

    [Fact]
    public void A_field_ends_at_its_first_zero() => Assert.Equal(new KernelName("lo"), KernelName.FromBytes("lo\0rest"u8));

    [Theory]
    [InlineData(0, "")]
    [InlineData(6, "00:00:5e:00:01:33")]
    public void A_hardware_address_shows_with_colons(int length, string text)
    {
        byte[] octets = [0, 0, 0x5e, 0, 1, 0x33];

        Assert.Equal(text, new HardwareAddress(octets.AsSpan(0, length)).ToString());
        Assert.Equal(new HardwareAddress(octets.AsSpan(0, length)), new HardwareAddress(octets.AsSpan(0, length)));
        Assert.NotEqual(new HardwareAddress([1]), new HardwareAddress(octets.AsSpan(0, length)));
    }
}
