using System.Text;
using Keepalived.Vrrp.Configuration;
using Keepalived.Vrrp.Tracking;

namespace Keepalived.Vrrp.Tests.Tracking;

/// <summary><c>track_process</c> of keepalived.conf(5): name or full command line; exact, initial and partial parameters.</summary>
public sealed class ProcessPatternTests
{
    [Theory]
    [InlineData("sshd", "sshd", true)]
    [InlineData("sshd", "ssh", false)]
    [InlineData("/usr/sbin/sshd", "sshd", true)]
    [InlineData("a-name-longer-than-15", "a-name-longer-t", true)]
    public void The_kernel_s_name_has_15_octets_and_no_path(string program, string name, bool fits) =>
        Assert.Equal(fits, new ProcessPattern(Settings(program)).FitsName(Encoding.UTF8.GetBytes(name)));

    [Theory]
    [InlineData("/bin/x", true)]
    [InlineData("/bin/x -a -b", true)]
    [InlineData("x", false)]
    public void A_full_command_without_parameters_compares_the_program_as_it_was_called(string line, bool fits) =>
        Assert.Equal(fits, new ProcessPattern(Settings("/bin/x") with { UsesFullCommand = true }).FitsCommandLine(Words(line)));

    [Theory]
    [InlineData("x -a one", "Exact", true)]
    [InlineData("x -a one -b", "Exact", false)]
    [InlineData("x -a", "Exact", false)]
    [InlineData("x -a onemore", "Exact", false)]
    [InlineData("x -a one -b", "Initial", true)]
    [InlineData("x -a onemore", "Initial", false)]
    [InlineData("x -b -a one", "Initial", false)]
    [InlineData("x -a onemore -b", "Partial", true)]
    [InlineData("x -amore one", "Partial", false)]
    public void Parameters_are_compared_all_or_the_first_ones_or_up_to_the_beginning_of_the_last(string line, string match, bool fits) =>
        Assert.Equal(fits, Pattern(Enum.Parse<ParameterMatch>(match), "-a", "one").FitsCommandLine(Words(line)));

    [Theory]
    [InlineData("x", true)]
    [InlineData("x -a", false)]
    public void Param_match_without_parameters_means_that_there_are_none(string line, bool fits) =>
        Assert.Equal(fits, Pattern(ParameterMatch.Exact).FitsCommandLine(Words(line)));

    [Fact]
    public void A_process_that_is_gone_and_a_kernel_thread_have_no_command_line() =>
        Assert.False(Pattern(ParameterMatch.Exact).FitsCommandLine(default));

    [Fact]
    public void An_empty_parameter_is_a_parameter() => Assert.False(Pattern(ParameterMatch.Exact).FitsCommandLine(Encoding.UTF8.GetBytes("x\0\0")));

    private static ProcessPattern Pattern(ParameterMatch match, params string[] parameters) =>
        new(Settings("x") with { UsesFullCommand = true, ComparesParameters = true, Match = match, Parameters = [.. parameters] });

    private static ProcessTracker Settings(string program) => new() { Name = "p", Program = program };

    private static byte[] Words(string line) => Encoding.UTF8.GetBytes(line.Replace(' ', '\0') + "\0");
}
