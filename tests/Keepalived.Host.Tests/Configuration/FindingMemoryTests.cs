using Keepalived.Configuration;
using Keepalived.Host.Configuration;

namespace Keepalived.Host.Tests.Configuration;

public sealed class FindingMemoryTests
{
    private readonly FindingMemory _memory = new();

    [Fact]
    public void An_error_that_the_running_configuration_has_too_does_not_refuse_a_reload()
    {
        _memory.Remember([Finding("old", DiagnosticSeverity.Error)]);
        Assert.Null(_memory.FirstNewError([Finding("old", DiagnosticSeverity.Error, line: 9)]));
    }

    [Fact]
    public void A_new_error_refuses_a_reload_and_a_new_warning_does_not()
    {
        _memory.Remember([Finding("old", DiagnosticSeverity.Error)]);
        Assert.Null(_memory.FirstNewError([Finding("new", DiagnosticSeverity.Warning)]));
        Assert.Equal("f:3: new", _memory.FirstNewError([Finding("old", DiagnosticSeverity.Error), Finding("new", DiagnosticSeverity.Error)]));
    }

    private static Diagnostic Finding(string message, DiagnosticSeverity severity, int line = 3) =>
        new(DiagnosticClass.GeneralError, severity, new(new("f", line, SourceRelation.Main, null, null), 0), message);
}

public sealed class FileMaskTests
{
    [Theory]
    [InlineData("022", 0x12)]
    [InlineData("0177", 0x7f)]
    [InlineData("0", 0)]
    [InlineData("IRGRP", 0x20)]
    [InlineData("IWUSR|IXOTH", 0x81)]
    [InlineData("IRWXU|IRWXG|IRWXO", 0x1ff)]
    public void Masks_are_numbers_or_names(string text, int mask)
    {
        Assert.True(FileMask.TryParse(text, out int parsed));
        Assert.Equal(mask, parsed);
    }

    [Theory]
    [InlineData("01000")]
    [InlineData("IRWXX")]
    [InlineData("RGRP")]
    [InlineData("IR")]
    [InlineData("IRGRP|")]
    [InlineData("")]
    public void Anything_else_is_refused(string text) => Assert.False(FileMask.TryParse(text, out _));
}
