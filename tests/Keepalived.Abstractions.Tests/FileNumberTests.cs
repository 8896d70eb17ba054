using System.Text;
using Keepalived.Tracking;

namespace Keepalived.Abstractions.Tests;

/// <summary>The number of a <c>track_file</c>: nothing is 0, the base is found by the rules of C's strtol.</summary>
public sealed class FileNumberTests
{
    [Theory]
    [InlineData("", 0)]
    [InlineData("\n", 0)]
    [InlineData("7", 7)]
    [InlineData(" \t\n-12 rest", -12)]
    [InlineData("+5", 5)]
    [InlineData("0x1F", 31)]
    [InlineData("-0Xff", -255)]
    [InlineData("010", 8)]
    [InlineData("08", 0)]
    [InlineData("0x", 0)]
    [InlineData("0xg", 0)]
    [InlineData("12abc", 12)]
    [InlineData("abc", 0)]
    [InlineData("-", 0)]
    [InlineData("99999999999999999999999999", int.MaxValue)]
    [InlineData("-99999999999999999999999999", int.MinValue)]
    [InlineData("2147483647", int.MaxValue)]
    [InlineData("-2147483648", int.MinValue)]
    public void The_number_at_the_beginning_counts(string text, int value) => Assert.Equal(value, FileNumber.Parse(Encoding.UTF8.GetBytes(text)));
}
