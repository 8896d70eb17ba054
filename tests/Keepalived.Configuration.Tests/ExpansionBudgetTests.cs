using System.Globalization;
using System.Text;

namespace Keepalived.Configuration.Tests;

/// <summary>Definitions and repetitions that never end, or nearly so, end with a finding. keepalived itself hangs on most of these.</summary>
public sealed class ExpansionBudgetTests
{
    [Theory]
    [InlineData("~SEQ(A,1,3000) ~SEQ(B,1,3000) a ${A} ${B}")]
    [InlineData("~SEQ(A,1,20000) ~SEQ(B,1,20000)")]
    [InlineData("~SEQ(A,1,20000) $X=${A}\n~SEQ(A,1,2) a")]
    [InlineData("$L=~SEQ(I,1,1000)\n$L $L $L a")]
    public void Repetitions_that_multiply_are_cut_off(string text)
    {
        ExpandedConfiguration configuration = Read(text + "\nlast\n");
        Assert.Contains("more than 20000 lines", Assert.Single(configuration.Diagnostics).Message, StringComparison.Ordinal);
        Assert.InRange(configuration.Lines.Length, 1, 20_010);
        Assert.Equal("last", SourceText.Decode(configuration.TextOf(configuration.Lines.Length - 1)));
    }

    [Fact]
    public void Definitions_of_several_lines_that_double_at_every_level_are_cut_off()
    {
        var text = new StringBuilder("$M0=a \\\n\n");
        for (int i = 1; i < 60; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"$M{i}=$M{i - 1} \\\n$M{i - 1}\n");
        }

        ExpandedConfiguration configuration = Read(text + "$M59\n");
        Assert.Contains("more than 20000 lines", Assert.Single(configuration.Diagnostics).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Values_that_double_to_nothing_are_cut_off()
    {
        var text = new StringBuilder("$M0=\n");
        for (int i = 1; i < 60; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"$M{i}=${{M{i - 1}}}${{M{i - 1}}}\n");
        }

        ExpandedConfiguration configuration = Read(text + "a ${M59}\nb\n");
        Assert.Contains("very long", Assert.Single(configuration.Diagnostics).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Definitions_that_are_nested_too_deep_are_cut_off()
    {
        var text = new StringBuilder("$M0=a \\\nb\n");
        for (int i = 1; i < 500; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"$M{i}=x \\\n$M{i - 1}\n");
        }

        ExpandedConfiguration configuration = Read(text + "$M499\n");
        Assert.Contains("nested more than 100 deep", Assert.Single(configuration.Diagnostics).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 1)]
    public void Expansions_nest_through_included_files(int levelsOfEachFile, int findings)
    {
        var files = new MemoryFiles();
        for (int i = 0; i < 90; i++)
        {
            string inner = levelsOfEachFile == 1 ? "" : $"$N{i}=x \\\n$M{i}\n";
            files.Add($"/f{i}", $"$M{i}=x \\\ninclude f{i + 1}\n{inner}{(levelsOfEachFile == 1 ? "$M" : "$N")}{i}\n");
        }

        files.Add("/f90", "last\n");
        Assert.Equal(findings, ConfigurationReader.Read("/f0", new ConfigurationReadOptions { FileSystem = files }).Diagnostics.Count);
    }

    [Fact]
    public void The_environment_cannot_refer_to_itself()
    {
        var options = new ConfigurationReadOptions
        {
            FileSystem = new MemoryFiles().Add("/k.conf", "a ${_ENV X}\n"),
            EnvironmentVariable = _ => "x ${_ENV X}",
        };
        Assert.Contains("$_ENV uses itself", Assert.Single(ConfigurationReader.Read("/k.conf", options).Diagnostics).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_largest_example_of_the_manual_becomes_65024_instances_in_bounded_memory()
    {
        const string Text = """
            $VI4= \
            track_file offset_instance_4.${IF}.${NUM}.${ID} { \
                file "${_PWD}/679/track_files/4.${IF}.${NUM}.${ID}" \
                weight -100 \
            } \
            vrrp_instance vrrp4.${IF}.${NUM}.${ID} { \
                interface bond${IF}.${NUM} \
                use_vmac vrrp4.${IF}.${NUM}.${ID} \
                virtual_router_id ${ID} \
                priority 130 \
                virtual_ipaddress { \
                    10.${IF}.${NUM}.${ID}/24 \
                } \
                track_file { \
                    offset_instance_4.${IF}.${NUM}.${ID} \
                } \
            }
            ~SEQ(IF,0,7) ~SEQ(NUM,0,31) ~SEQ(ID,1,254) $VI4

            """;
        ExpandedConfiguration configuration = Read(Text, ExpansionBudget.DefaultMostLines);
        Assert.Empty(configuration.Diagnostics);
        int statements = 0;
        foreach (ExpandedLine line in configuration.Lines.ToArray())
        {
            statements += line.Kind == ExpandedLineKind.Statement ? 1 : 0;
        }

        Assert.Equal(65_024 * 16, statements);
        Assert.Equal("/k.conf:17:1", configuration.LocationOf(configuration.Lines.Length - 1, 0).ToString());

        using var handed = new MemoryStream();
        configuration.Write(handed);
        Assert.True(handed.Length < configuration.Text.Length + (40L * statements), $"{handed.Length} bytes for {configuration.Text.Length} bytes of text");
    }

    private static ExpandedConfiguration Read(string text, int mostLines = 20_000) => ConfigurationReader.Read(
        "/k.conf", new ConfigurationReadOptions { FileSystem = new MemoryFiles().Add("/k.conf", text), MostExpandedLines = mostLines });
}
