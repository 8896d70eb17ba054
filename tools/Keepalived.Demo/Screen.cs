namespace Keepalived.Demo;

/// <summary>What the demo says and how: colours on a terminal only, one idea per line.</summary>
internal sealed class Screen(bool colour)
{
    private readonly bool _colour =
        colour || (!Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")));

    private readonly TextWriter _out = Console.Out;

    public bool HasColour => _colour;

    public void Title(string text) => Write($"\n{Paint("1", text)}");

    public void Say(string text) => Write("  " + text);

    /// <summary>A moment of a timeline, in milliseconds from its beginning.</summary>
    public void At(double milliseconds, string text) => Write($"  {Paint("36", $"{milliseconds,+9:+0.0;-0.0;0.0} ms")}  {text}");

    public void Good(string text) => Write($"  {Paint("32", "✓")} {text}");

    public void Failed(string text) => Write($"  {Paint("31", "✗ did not happen:")} {text}");

    public void Block(string text)
    {
        foreach (var line in text.TrimEnd().Split('\n'))
        {
            Write("    " + Paint("2", line));
        }
    }

    private void Write(string line)
    {
        _out.WriteLine(line);
        _out.Flush();
    }

    private string Paint(string code, string text) => _colour ? $"\e[{code}m{text}\e[0m" : text;
}
