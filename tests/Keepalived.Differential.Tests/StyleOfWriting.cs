using System.Buffers;
using System.Globalization;
using System.Text;

namespace Keepalived.Differential.Tests;

/// <summary>
/// Writes lines down as people do: braces here and there, tabs, comments, carriage returns, parts in other files, values in definitions,
/// lines made by <c>~SEQ</c> and <c>~LST</c>, conditions; and a forgotten or doubled brace.
/// </summary>
internal sealed class StyleOfWriting
{
    private static readonly SearchValues<char> _special = SearchValues.Create("{}\"'$~@#!\\");

    private readonly Random _random;
    private readonly List<(string Name, byte[] Text)> _others = [];
    private readonly List<string> _definitions = [];
    private readonly int _braces;
    private readonly bool _comments;
    private readonly bool _includes;
    private readonly bool _defines;
    private readonly bool _repeats;
    private readonly string _newline;
    private readonly string _indent;

    internal StyleOfWriting(Random random)
    {
        _random = random;
        _braces = random.Next(6);
        _comments = random.Next(2) == 0;
        _includes = random.Next(4) == 0;
        _defines = random.Next(3) == 0;
        _repeats = random.Next(4) == 0;
        _newline = random.Next(12) == 0 ? "\r\n" : "\n";
        _indent = random.Next(3) switch { 0 => "\t", 1 => "    ", _ => " " };
    }

    internal TriedFile Write(string name, List<WrittenLine> lines)
    {
        if (_random.Next(40) == 0)
        {
            lines.RemoveAt(_random.Next(lines.Count));
        }

        List<string> written = [];
        for (int i = 0; i < lines.Count; i++)
        {
            if (_includes && lines[i].Opens && _random.Next(4) == 0 && EndOfBlock(lines, i) is > 0 and var close)
            {
                List<string> part = [];
                for (; i <= close; i++)
                {
                    WriteLine(part, lines[i]);
                }

                i--;
                string file = $"part{_others.Count}.conf";
                _others.Add((file, Encode(part)));
                written.Add($"include {file}");
                continue;
            }

            WriteLine(written, lines[i]);
        }

        written.InsertRange(0, _definitions);
        if (_random.Next(60) == 0)
        {
            written.Insert(_random.Next(written.Count + 1), _random.Next(2) == 0 ? "{" : "}");
        }

        return new TriedFile(name, Encode(written), _others);
    }

    private static int EndOfBlock(List<WrittenLine> lines, int start)
    {
        for (int i = start + 1; i < lines.Count; i++)
        {
            if (lines[i].Depth == lines[start].Depth)
            {
                return lines[i].Text == "}" ? i : -1;
            }
        }

        return -1;
    }

    private void WriteLine(List<string> written, WrittenLine line)
    {
        string indent = string.Concat(Enumerable.Repeat(_indent, line.Depth));
        if (_comments && _random.Next(6) == 0)
        {
            written.Add(_random.Next(4) switch { 0 => "", 1 => indent + "# a comment with { and \"", 2 => indent + "! another }", _ => "   \t " });
        }

        string text = line.Opens ? line.Text : Rewritten(line.Text);
        if (line.Opens && _braces == 0)
        {
            written.Add(indent + text);
            written.Add(indent + "{" + Comment());
            return;
        }

        if (line.Opens)
        {
            text += _braces switch { 1 => "{", 2 => "\t{  ", _ => " {" };
        }
        else if (text == "}" && _braces == 3 && written.Count > 0 && !written[^1].Contains('#', StringComparison.Ordinal) && !written[^1].Contains('!', StringComparison.Ordinal) && !written[^1].StartsWith("include", StringComparison.Ordinal) && _random.Next(2) == 0)
        {
            written[^1] += " }";
            return;
        }

        bool joins = _braces == 4 && written.Count > 0 && written[^1].EndsWith('{') && !line.Opens && _random.Next(2) == 0 && text[0] is not ('~' or '@');
        if (joins)
        {
            written[^1] += " " + text;
        }
        else
        {
            written.Add(indent + text + Comment());
        }
    }

    private string Comment() => !_comments ? "" : _random.Next(10) switch { 0 => " # text } here", 1 => "\t!text", 2 => "  ", _ => "" };

    private string Rewritten(string text)
    {
        bool plain = text.Length > 0 && !text.AsSpan().ContainsAny(_special);
        if (!plain)
        {
            return text;
        }

        int last = text.LastIndexOf(' ');
        if (_defines && last > 0 && _random.Next(4) == 0)
        {
            string name = "DEF_" + _definitions.Count.ToString(CultureInfo.InvariantCulture);
            _definitions.Add($"${name}={text[(last + 1)..]}");
            return text[..(last + 1)] + (_random.Next(2) == 0 ? "$" + name : "${" + name + "}");
        }

        if (_repeats && last > 0 && _random.Next(6) == 0)
        {
            return _random.Next(3) switch
            {
                0 => $"~SEQ(i, 1, 1) {text}",
                1 => $"~LST(w, {text[(last + 1)..]}) {text[..last]} $w",
                _ => $"~LST({{w,v}}, {{{text[(last + 1)..]}, b}}) {text[..last]} ${{w}}",
            };
        }

        return _defines && _random.Next(20) == 0 ? (_random.Next(2) == 0 ? "@^no_such_id " : "@no_such_id ") + text : text;
    }

    private byte[] Encode(List<string> lines) => Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + _newline)));
}
