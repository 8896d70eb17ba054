namespace Keepalived.Configuration;

/// <summary>What becomes of a line that is not plain.</summary>
internal sealed partial class Preprocessor
{
    private readonly Stack<LineText> _pool = new();
    private readonly ExpansionBudget _budget;
    private bool _exhausted;

    /// <summary>How deep the include line stands that brought the current file in: expansions nest through files as well.</summary>
    private int _outerDepth;

    /// <summary>
    /// Takes a line through conditions, definitions and repetitions until it means what it says, then the lines that a definition of several
    /// lines put behind it. What comes of it is processed like input.
    /// </summary>
    private void Process(LineText line, int depth)
    {
        if (_exhausted && depth > 0)
        {
            return;
        }

        var behind = new Stack<PendingLines>();
        Resolve(line, behind, depth);
        while (behind.TryPop(out PendingLines pending))
        {
            for (int i = pending.Next; i < pending.Definition.Lines.Count && !_exhausted; i++)
            {
                LineText next = Rent();
                DefinitionLine body = pending.Definition.Lines[i];
                next.Set(body.Text, UsedAt(body.Segments, pending.Use, pending.Definition.Subject));
                if (CheckDepth(next, depth) && TakeLine(next))
                {
                    Process(next, depth + 1);
                }

                Return(next);
            }
        }
    }

    private void Resolve(LineText line, Stack<PendingLines> behind, int depth)
    {
        bool mayBeConditional = true;
        bool wasExhausted = _exhausted;
        do
        {
            line.TrimStart(Separators.SkipBlanks(line.Text, 0));
            line.TrimEnd();
            if (line.Length == 0 || (mayBeConditional && line.Text[0] == '@' && !TakeCondition(line)))
            {
                return;
            }

            mayBeConditional = false;
            if (TryDefine(line) || TryRepeat(line, depth))
            {
                return;
            }

            if (Substitute(line, behind))
            {
                mayBeConditional = true;
            }
        }
        while (mayBeConditional);

        if (_exhausted == wasExhausted)
        {
            Finish(line, depth);
        }
    }

    /// <summary>Removes the condition in front of a line. False when it does not hold or nothing follows it.</summary>
    private bool TakeCondition(LineText line)
    {
        bool holds = Condition.Holds(line.Text, _options.ConfigId, out int behind, out bool namesId);
        if (!namesId)
        {
            Warn(LocationOf(line, 0), "this condition names no configuration id", "write @ID or @^ID, then a blank, then the line");
        }

        if (holds)
        {
            line.TrimStart(behind);
        }

        return holds;
    }

    /// <summary>A line that is expanded to its end.</summary>
    private void Finish(LineText line, int depth)
    {
        ReadOnlySpan<byte> text = line.Text;
        if (IncludeDirective.TryParse(text, out IncludeDirective include))
        {
            int outer = _outerDepth;
            _outerDepth = depth;
            Include(include, line.First, LocationOf(line, include.Column));
            _outerDepth = outer;
            return;
        }

        _builder.AddLine(text, line.Segments);
        _blocks.Follow(text);
        foreach (Range statement in _blocks.Globals)
        {
            TakeGlobal(line, statement);
        }

        ReportOpenQuote(line);
    }

    /// <summary>Keywords that change how the lines behind them are read. The walk reads them too.</summary>
    private void TakeGlobal(LineText line, Range statement)
    {
        (int start, int length) = statement.GetOffsetAndLength(line.Length);
        ReadOnlySpan<byte> text = line.Text.Slice(start, length);
        if (IncludeCheckDirective.Matches(text))
        {
            _checks = IncludeCheckDirective.Apply(text, _checks, (offset, word) => Error(
                DiagnosticClass.GeneralError,
                LocationOf(line, start + offset),
                $"'{word}' is no include check",
                "write read, match, wildcard_match or brace_match, all but a first one with + or - in front"));
        }
        else if (text.StartsWith("random_seed"u8))
        {
            int offset = 0;
            if (PlainWord.TryTake(text, ref offset, length, out Range keyword, out _) && text[keyword].SequenceEqual("random_seed"u8) &&
                PlainWord.TryTake(text, ref offset, length, out Range seed, out _) &&
                uint.TryParse(text[seed], System.Globalization.NumberStyles.None, null, out uint value))
            {
                _predefined.Seed(value);
            }
        }
    }

    private bool CheckDepth(LineText line, int depth)
    {
        if (depth < ExpansionBudget.Deepest)
        {
            return true;
        }

        Exhaust(line, $"definitions and repetitions are nested more than {ExpansionBudget.Deepest} deep");
        return false;
    }

    private bool TakeLine(LineText line)
    {
        if (_exhausted)
        {
            return false;
        }

        if (_budget.TakeLine(line.Length))
        {
            return true;
        }

        Exhaust(line, $"definitions and repetitions make more than {_budget.MostLines} lines, or more than {_budget.MostBytes} bytes of text");
        return false;
    }

    /// <summary>Ends all expansion: what the file says from here on is read without it.</summary>
    private void Exhaust(LineText line, string message)
    {
        if (!_exhausted)
        {
            _exhausted = true;
            Error(DiagnosticClass.GeneralError, LocationOf(line, 0), message, "look for definitions that use each other, or for a sequence that is too long; nothing is expanded from here on");
        }
    }

    /// <summary>Segments of a definition or a template as they are in the place that it is used in.</summary>
    private TextSegment[] UsedAt(ReadOnlySpan<TextSegment> segments, TextSegment use, string subject)
    {
        var used = new TextSegment[segments.Length];
        for (int i = 0; i < used.Length; i++)
        {
            int unit = i > 0 && segments[i].Unit == segments[i - 1].Unit
                ? used[i - 1].Unit
                : _builder.OpenUnit(new SourceUnit(_builder.UnitAt(segments[i].Unit).File, SourceRelation.ExpandedFrom, use.Unit, use.Number, subject));
            used[i] = segments[i] with { Unit = unit };
        }

        return used;
    }

    private LineText Rent() => _pool.TryPop(out LineText? line) ? line : new LineText();

    private void Return(LineText line) => _pool.Push(line);

    /// <summary>The lines of a definition that follow the one that it was used in.</summary>
    private readonly record struct PendingLines(Definition Definition, int Next, TextSegment Use);
}
