using System.Text;

namespace Keepalived.Configuration.Tests;

/// <summary>Lines are kept packed, and files are read through a buffer.</summary>
public sealed class LineTableTests
{
    [Fact]
    public void Any_line_is_found_from_anywhere()
    {
        const int Count = 10_000;
        var table = new LineTable();
        var expected = new ExpandedLine[Count];
        var random = new Random(7);
        int start = 0;
        for (int i = 0; i < Count; i++)
        {
            int length = random.Next(10) == 0 ? random.Next(100_000) : random.Next(60);
            var line = new ExpandedLine(start, length, random.Next(1_000_000), random.Next(1, 1_000_000), random.Next(1, 2_000), (ExpandedLineKind)random.Next(2), random.Next(2) == 0);
            table.Add(length, line.Unit, line.Number, line.Column, line.Kind, line.IsComposed);
            expected[i] = line;
            start += length;
        }

        Assert.Equal(expected, new ExpandedLines(table).ToArray());
        for (int i = 0; i < Count; i++)
        {
            int index = random.Next(Count);
            Assert.Equal(expected[index], table[index]);
            index = Math.Clamp(index + random.Next(-3, 4), 0, Count - 1);
            Assert.Equal(expected[index], table[index]);
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => table[Count]);
        Assert.Throws<ArgumentOutOfRangeException>(() => new LineTable()[0]);
    }

    [Fact]
    public void A_line_of_a_large_file_takes_a_few_bytes_besides_its_text()
    {
        LargeConfiguration.Read();
        long before = GC.GetAllocatedBytesForCurrentThread();
        ExpandedConfiguration configuration = LargeConfiguration.Read();
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        long limit = (LargeConfiguration.Text.Length * 2L) + (configuration.Lines.Length * 8L) + 500_000;
        Assert.True(allocated < limit, $"{allocated} bytes for {LargeConfiguration.Text.Length} bytes in {configuration.Lines.Length} lines");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1023)]
    [InlineData(100_000)]
    public void Lines_are_the_same_however_little_a_read_returns(int most)
    {
        var random = new Random(11);
        var text = new StringBuilder();
        List<string> expected = [];
        for (int i = 0; i < 400; i++)
        {
            string line = new((char)('a' + (i % 26)), random.Next(1_024));
            text.Append(line).Append('\n');
            expected.Add(line);
        }

        text.Append("last");
        expected.Add("last");
        using var stream = new Trickle(Encoding.ASCII.GetBytes(text.ToString()), most);
        var lines = new SourceLines(stream);
        foreach (string line in expected)
        {
            Assert.True(lines.MoveNext());
            Assert.Equal(SourceLineFault.None, lines.Fault);
            Assert.Equal(line, Encoding.ASCII.GetString(lines.Line));
        }

        Assert.False(lines.MoveNext());
        Assert.Equal(expected.Count, lines.Number);
    }

    private sealed class Trickle(byte[] content, int most) : MemoryStream(content)
    {
        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, most));
    }
}
