namespace Keepalived.Configuration.Tests;

public sealed class DiagnosticTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(0, DiagnosticClass.Ok)]
    [InlineData(4, DiagnosticClass.Fatal)]
    [InlineData(4, DiagnosticClass.BadInterface)]
    [InlineData(5, DiagnosticClass.UnknownKeyword)]
    [InlineData(5, DiagnosticClass.Warning)]
    [InlineData(5, DiagnosticClass.Deprecated)]
    [InlineData(5, DiagnosticClass.Fatal, DiagnosticClass.Deprecated)]
    [InlineData(5, DiagnosticClass.BadInterface, DiagnosticClass.GeneralError)]
    [InlineData(6, DiagnosticClass.Security)]
    [InlineData(6, DiagnosticClass.Security, DiagnosticClass.Fatal)]
    [InlineData(2, DiagnosticClass.MissingParameter, DiagnosticClass.Security)]
    [InlineData(6, DiagnosticClass.FileNotFound)]
    public void The_highest_class_decides_the_exit_code(int expected, params DiagnosticClass[] classes) =>
        Assert.Equal(expected, DiagnosticVerdict.ExitCodeFor(classes.Select(Finding), mainFileFound: true));

    [Fact]
    public void A_missing_main_file_exits_0_whatever_was_found() =>
        Assert.Equal(0, DiagnosticVerdict.ExitCodeFor([Finding(DiagnosticClass.Fatal)], mainFileFound: false));

    [Fact]
    public void Colours_come_only_on_request()
    {
        Diagnostic finding = Finding(DiagnosticClass.Fatal);
        Assert.DoesNotContain('\e', new DiagnosticPrinter(null).Format(finding));
        Assert.Equal("\e[31merror\e[0m: x\n", new DiagnosticPrinter(null, colour: true).Format(finding));
    }

    [Fact]
    public void A_finding_from_a_definition_shows_the_chain()
    {
        var main = new SourceOrigin("k.conf", 7, SourceRelation.Main, null, null);
        var defined = new SourceOrigin("k.conf", 2, SourceRelation.ExpandedFrom, main, "$NAME");
        var repeated = new SourceOrigin("k.conf", 2, SourceRelation.RepeatedFrom, defined, "element 3 of ~LST");
        string text = new DiagnosticPrinter(null).Format(new(DiagnosticClass.Warning, DiagnosticSeverity.Warning, new(repeated, 4), "m", "r"));
        Assert.Equal("warning: k.conf:2:4: m\n  repeated from element 3 of ~LST at k.conf:2\n  expanded from $NAME at k.conf:7\n  remedy: r\n", text);
    }

    [Fact]
    public void A_log_line_holds_place_message_and_remedy() =>
        Assert.Equal("k.conf:7:3: m; r", DiagnosticPrinter.FormatLine(new(
            DiagnosticClass.Warning, DiagnosticSeverity.Warning, new(new("k.conf", 7, SourceRelation.Main, null, null), 3), "m", "r")));

    [Fact]
    public void A_finding_about_two_places_shows_both()
    {
        var file = new SourceOrigin("k.conf", 7, SourceRelation.Main, null, null);
        var finding = new Diagnostic(DiagnosticClass.GeneralError, DiagnosticSeverity.Error, new(file, 4), "twice", "r")
        {
            Note = new(new SourceLocation(file, 2, 4), "the first is here"),
        };
        Assert.Equal("error: k.conf:7:4: twice\n  note: k.conf:2:4: the first is here\n  remedy: r\n", new DiagnosticPrinter(null).Format(finding));
        Assert.Equal("k.conf:7:4: twice (the first is here: k.conf:2:4); r", DiagnosticPrinter.FormatLine(finding));
    }

    [Fact]
    public void Places_in_one_source_are_equal_when_line_and_column_are()
    {
        var first = new SourceOrigin("k.conf", 1, SourceRelation.Main, null, null);
        Assert.Equal(new SourceLocation(first with { Line = 9 }, 3), new SourceLocation(first, 9, 3));
        Assert.Equal(new SourceLocation(first with { Line = 9 }, 3).GetHashCode(), new SourceLocation(first, 9, 3).GetHashCode());
        Assert.NotEqual(new SourceLocation(first, 8, 3), new SourceLocation(first, 9, 3));
        Assert.NotEqual(new SourceLocation(first with { File = "l.conf" }, 9, 3), new SourceLocation(first, 9, 3));
        Assert.Equal(9, new SourceLocation(first, 9, 3).Origin!.Line);
    }

    private static Diagnostic Finding(DiagnosticClass findingClass) => new(findingClass, DiagnosticSeverity.Error, SourceLocation.None, "x");
}
