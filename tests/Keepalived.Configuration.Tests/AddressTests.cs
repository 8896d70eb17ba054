namespace Keepalived.Configuration.Tests;

/// <summary>The addresses that inet_pton(3) takes, and the looser forms that it does not.</summary>
public sealed class AddressTests
{
    [Theory]
    [InlineData("192.0.2.1")]
    [InlineData("0.0.0.0")]
    [InlineData("255.255.255.255")]
    [InlineData("10.0.10.200")]
    [InlineData("2001:db8::1")]
    public void An_address_in_its_usual_form_is_taken(string text) =>
        Assert.Equal(text, KeywordReader.ParseAddress(text)?.ToString());

    [Theory]
    [InlineData("")]
    [InlineData("10")]
    [InlineData("10.1.2")]
    [InlineData("10.1.2.3.4")]
    [InlineData("10.1.2.")]
    [InlineData(".10.1.2")]
    [InlineData("10..1.2")]
    [InlineData("10.1.2.256")]
    [InlineData("10.1.2.01")]
    [InlineData("10.1.2.0x3")]
    [InlineData("10.1.2.3 ")]
    [InlineData("fe80::1%eth0")]
    [InlineData("[2001:db8::1]")]
    public void Anything_looser_is_none(string text) => Assert.Null(KeywordReader.ParseAddress(text));
}
