using System.Text;

namespace Keepalived.Configuration.Tests;

/// <summary>A line keeps the place of each of its bytes through every replacement.</summary>
public sealed class LineTextTests
{
    [Fact]
    public void What_stands_behind_a_replacement_keeps_its_column()
    {
        LineText line = Line("ab${X}cd");
        line.Replace(2, 6, "1234567"u8, [new TextSegment(0, 5, 50, 500)]);
        Assert.Equal("ab1234567cd", Text(line));
        Assert.Equal((0, 1, 2), PlaceOf(line, 1));
        Assert.Equal((5, 50, 503), PlaceOf(line, 5));
        Assert.Equal((0, 1, 8), PlaceOf(line, 10));
    }

    [Fact]
    public void All_of_a_value_stands_where_its_reference_stood()
    {
        LineText line = Line("a$X b");
        line.Replace(1, 3, "99999"u8, [new TextSegment(0, 0, 1, 2, IsValue: true)]);
        Assert.Equal((0, 1, 2), PlaceOf(line, 4));
        Assert.Equal((0, 1, 4), PlaceOf(line, 6));
    }

    [Fact]
    public void Nothing_in_the_place_of_something_leaves_the_rest_where_it_was()
    {
        LineText line = Line("$X b");
        line.Replace(0, 2, default, default);
        Assert.Equal((0, 1, 3), PlaceOf(line, 0));
        line.TrimStart(1);
        Assert.Equal((0, 1, 4), PlaceOf(line, 0));
    }

    [Fact]
    public void A_part_of_a_line_is_a_line()
    {
        LineText line = Line("ab$Xcd");
        line.Replace(2, 4, "12"u8, [new TextSegment(0, 5, 50, 500)]);
        var part = new LineText();
        part.Set(line, 3, 5);
        Assert.Equal("2c", Text(part));
        Assert.Equal((5, 50, 501), PlaceOf(part, 0));
        Assert.Equal((0, 1, 5), PlaceOf(part, 1));
    }

    [Fact]
    public void Random_replacements_keep_the_place_of_every_byte_that_is_left()
    {
        var random = new Random(4);
        for (int round = 0; round < 2000; round++)
        {
            LineText line = Line("abcdefghijklmnopqrstuvwxyz");
            for (int i = 0; i < 6; i++)
            {
                int start = random.Next(line.Length + 1);
                int end = random.Next(start, line.Length + 1);
                line.Replace(start, end, Encoding.ASCII.GetBytes(new string('0', random.Next(4))), [new TextSegment(0, 1, 1, 1, IsValue: true)]);
            }

            for (int at = 0; at < line.Length; at++)
            {
                byte letter = line.Text[at];
                Assert.Equal(letter == '0' ? (1, 1, 1) : (0, 1, letter - 'a' + 1), PlaceOf(line, at));
            }
        }
    }

    private static LineText Line(string text)
    {
        var line = new LineText();
        line.Set(Encoding.ASCII.GetBytes(text), unit: 0, number: 1, column: 1);
        return line;
    }

    private static string Text(LineText line) => Encoding.ASCII.GetString(line.Text);

    private static (int Unit, int Number, int Column) PlaceOf(LineText line, int offset) =>
        line.SegmentAt(offset) is var segment ? (segment.Unit, segment.Number, segment.Column) : default;
}
