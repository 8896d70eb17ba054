namespace Keepalived.Configuration;

/// <summary>Repetitions: <c>~SEQ(…)</c>, <c>~SEQx(…)</c> and <c>~LST(…)</c> in front of a line.</summary>
internal sealed partial class Preprocessor
{
    /// <summary>Repeats a line that begins with a repetition. False for any other line.</summary>
    private bool TryRepeat(LineText line, int depth)
    {
        if (!Repetition.Begins(line.Text, out int open, out int close))
        {
            return false;
        }

        if (open < 0 || close < 0)
        {
            Error(
                DiagnosticClass.GeneralError,
                LocationOf(line, open < 0 ? 0 : open),
                open < 0 ? "this repetition has no parameters" : "the parenthesis of this repetition is not closed",
                "write ~SEQ(NAME, START, END) or ~LST(NAME, VALUE, …), then the line to repeat");
            return true;
        }

        if (_exhausted)
        {
            return true;
        }

        LineText parameters = Rent();
        parameters.Set(line, open + 1, close);
        while (Substitute(parameters, behind: null))
        {
            // A value may begin with a further reference.
        }

        Repetition? repetition = Repetition.Parse(line.Text[..open], SourceText.Decode(parameters.Text), out RepetitionProblem problem);
        if (repetition is null)
        {
            Error(DiagnosticClass.GeneralError, LocationOf(parameters, Math.Min(problem.Offset, parameters.Length)), problem.Message!, problem.Remedy);
        }

        Return(parameters);
        if (repetition is not null)
        {
            Repeat(line, close + 1, repetition, depth);
        }

        return true;
    }

    private void Repeat(LineText line, int templateStart, Repetition repetition, int depth)
    {
        if (repetition.Count > _budget.MostLines)
        {
            Error(
                DiagnosticClass.GeneralError,
                LocationOf(line, 0),
                $"{repetition.Subject} would repeat this line {repetition.Count} times; a configuration may have {_budget.MostLines} lines that are made",
                "look at its numbers");
            return;
        }

        LineText round = Rent();
        for (long i = 0; i < repetition.Count && !_exhausted; i++)
        {
            for (int name = 0; name < repetition.Names.Count; name++)
            {
                _definitions[repetition.Names[name]] = Definition.OfValue(repetition.Names[name], SourceText.Encode(repetition.Values(i, name)));
            }

            round.Set(line, templateStart, line.Length);
            round.MoveUnits(segment => _builder.OpenUnit(new SourceUnit(
                _builder.UnitAt(segment.Unit).File, SourceRelation.RepeatedFrom, segment.Unit, segment.Number, repetition.Subject, (int)i + 1)));
            if (CheckDepth(round, depth) && TakeLine(round))
            {
                Process(round, depth + 1);
            }
        }

        Return(round);
    }
}
