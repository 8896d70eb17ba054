namespace Keepalived.Configuration;

/// <summary>Definitions: <c>$NAME=VALUE</c>, and their use.</summary>
internal sealed partial class Preprocessor
{
    /// <summary>A longer name can be defined, but is never found.</summary>
    private const int LongestName = 256;

    private readonly Dictionary<string, Definition> _definitions = new(StringComparer.Ordinal);
    private readonly PredefinedNames _predefined;

    /// <summary>The definition whose next line is the next line of the file.</summary>
    private Definition? _unfinished;

    private bool TryDefine(LineText line)
    {
        if (!Definition.TryParse(line.Text, out string name, out int valueStart))
        {
            return false;
        }

        var definition = new Definition("$" + name);
        _definitions[name] = definition;
        ReportOpenQuote(line);
        line.TrimStart(valueStart);
        if (line.Length > 0 && line.Text[^1] == '\\')
        {
            _unfinished = definition;
            ContinueDefinition(line);
        }
        else
        {
            AddDefinitionLine(definition, line, line.Length);
        }

        return true;
    }

    /// <summary>Adds a line to the definition that is read; a line without a backslash at its end is the last.</summary>
    private void ContinueDefinition(LineText line)
    {
        bool continues = line.Length > 0 && line.Text[^1] == '\\';
        int length = continues ? line.Text[..^1].LastIndexOfAnyExcept(Separators.Blanks) + 1 : line.Length;
        if (length > 0)
        {
            AddDefinitionLine(_unfinished!, line, length);
        }

        if (!continues)
        {
            FinishDefinition();
        }
    }

    private void FinishDefinition() => _unfinished = null;

    private void AddDefinitionLine(Definition definition, LineText source, int length)
    {
        LineText line = Rent();
        line.Set(source, 0, length);
        Unescape(line);
        definition.Lines.Add(new DefinitionLine(line.Text.ToArray(), line.Segments.ToArray()));
        Return(line);
    }

    /// <summary>Drops the backslashes that kept comment signs: a value is stored without them (behaviour of keepalived).</summary>
    private static void Unescape(LineText line)
    {
        for (int at = line.Text.IndexOf((byte)'\\'); at >= 0 && at + 1 < line.Length;)
        {
            bool isQuoted = (line.Text[..at].Count((byte)'"') & 1) != 0;
            if (!isQuoted && line.Text[at + 1] is ((byte)'#' or (byte)'!'))
            {
                line.Replace(at, at + 1, default, [line.SegmentAt(at + 1)]);
            }

            int next = line.Text[(at + 1)..].IndexOf((byte)'\\');
            at = next < 0 ? -1 : at + 1 + next;
        }
    }

    /// <summary>
    /// Puts definitions in. Stops after one at the beginning of the line, since it may have made the line another kind of line. True when
    /// anything was put in.
    /// </summary>
    private bool Substitute(LineText line, Stack<PendingLines>? behind)
    {
        bool any = false;
        int offset = 0;
        while (!_exhausted && Reference.TryFind(line.Text, offset, out Reference reference))
        {
            if (!Put(line, reference, behind))
            {
                offset = reference.Start + 1;
                continue;
            }

            any = true;
            offset = reference.Start;
            if (!CheckGrowth(line) || reference.Start == 0)
            {
                break;
            }
        }

        return any && !_exhausted;
    }

    /// <summary>Puts one definition in. False when the text stays as it is.</summary>
    private bool Put(LineText line, Reference reference, Stack<PendingLines>? behind)
    {
        ReadOnlySpan<byte> name = line.Text[reference.Name];
        Span<char> characters = stackalloc char[LongestName];
        if (name.Length > characters.Length)
        {
            return false;
        }

        int length = System.Text.Encoding.ASCII.GetChars(name, characters);
        TextSegment use = line.SegmentAt(reference.Start);
        if (!_definitions.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(characters[..length], out Definition? definition))
        {
            return PutPredefined(line, reference, use);
        }

        if (reference.Arguments.End.Value > reference.Arguments.Start.Value)
        {
            return false;
        }

        if (IsInside(use.Unit, definition.Subject))
        {
            ReportRecursion(line, reference, definition.Subject);
            return false;
        }

        if (definition.IsMultiLine && (behind is null || reference.End < line.Length))
        {
            Warn(
                LocationOf(line, reference.Start),
                $"{definition.Subject} has several lines and can only be used at the end of a line; it stays as it is",
                "move it to the end of the line");
            return false;
        }

        PutDefinition(line, reference, definition, use, behind);
        return true;
    }

    private void PutDefinition(LineText line, Reference reference, Definition definition, TextSegment use, Stack<PendingLines>? behind)
    {
        if (definition.IsMultiLine)
        {
            behind!.Push(new PendingLines(definition, 1, use));
        }

        if (definition.IsValue)
        {
            PutValue(line, reference, definition.Lines[0].Text, use, definition.Subject);
            return;
        }

        DefinitionLine first = definition.Lines.Count > 0 ? definition.Lines[0] : new DefinitionLine([], []);
        line.Replace(reference.Start, reference.End, first.Text, UsedAt(first.Segments, use, definition.Subject));
    }

    /// <summary>Puts text in that stands nowhere. It needs a unit of its own only when it could refer to itself.</summary>
    private void PutValue(LineText line, Reference reference, byte[] value, TextSegment use, string subject)
    {
        int unit = value.AsSpan().Contains((byte)'$')
            ? _builder.OpenUnit(new SourceUnit(_builder.UnitAt(use.Unit).File, SourceRelation.ExpandedFrom, use.Unit, use.Number, subject))
            : use.Unit;
        line.Replace(reference.Start, reference.End, value, [use with { Start = 0, Unit = unit, IsValue = true }]);
    }

    private bool PutPredefined(LineText line, Reference reference, TextSegment use)
    {
        ReadOnlySpan<byte> name = line.Text[reference.Name];
        if (PredefinedNames.SubjectOf(name) is not { } subject ||
            !_predefined.TryValue(name, line.Text[reference.Arguments], CurrentDirectory, out byte[] value, out string? complaint))
        {
            return false;
        }

        if (IsInside(use.Unit, subject))
        {
            ReportRecursion(line, reference, subject);
            return false;
        }

        if (complaint is not null && subject == PredefinedNames.EnvironmentSubject)
        {
            Warn(LocationOf(line, reference.Start), complaint, "set it where keepalived is started");
        }
        else if (complaint is not null)
        {
            Error(DiagnosticClass.GeneralError, LocationOf(line, reference.Start), complaint, "exchange the two numbers");
        }

        PutValue(line, reference, value, use, subject);
        return true;
    }

    /// <summary>True when a unit came of the value of a definition, through any number of levels.</summary>
    private bool IsInside(int unit, string subject)
    {
        for (; unit >= 0; unit = _builder.UnitAt(unit).ParentUnit)
        {
            if (ReferenceEquals(_builder.UnitAt(unit).Subject, subject))
            {
                return true;
            }
        }

        return false;
    }

    private void ReportRecursion(LineText line, Reference reference, string subject) => Error(
        DiagnosticClass.GeneralError,
        LocationOf(line, reference.Start),
        $"{subject} uses itself; the inner use stays as it is",
        "remove it from its own value");

    /// <summary>False when a line grows beyond what can be meant.</summary>
    private bool CheckGrowth(LineText line)
    {
        if (line.Length <= ExpansionBudget.LongestLine && _budget.TakeWork(line.Length))
        {
            return true;
        }

        Exhaust(line, $"definitions make this line longer than {ExpansionBudget.LongestLine} bytes, or would take very long to put in");
        return false;
    }
}
