using System.Text.Json;
using Keepalived.Configuration;
using Keepalived.Host.Configuration;

namespace Keepalived.Keywords.Tests;

/// <summary>What findings look like to people and to programs.</summary>
public sealed class FindingTests
{
    [Fact]
    public void The_json_form_tells_class_place_source_remedy_and_verdict()
    {
        using Scratch scratch = new();
        string main = scratch.Write("main.conf", "include other.conf\n");
        scratch.Write("other.conf", "vrrp_instance A {\n    priority 300\n}\n");
        (JsonElement root, int verdict) = Json(main);
        Assert.Equal(1, root.GetProperty("schemaVersion").GetInt32());
        Assert.Equal(main, root.GetProperty("file").GetString());
        Assert.True(root.GetProperty("fileFound").GetBoolean());
        Assert.Equal(verdict, root.GetProperty("exitCode").GetInt32());
        JsonElement finding = root.GetProperty("findings").EnumerateArray().First(static entry => entry.GetProperty("class").GetString() == "invalid-number");
        Assert.Equal("error", finding.GetProperty("severity").GetString());
        Assert.Equal("other.conf", Path.GetFileName(finding.GetProperty("file").GetString()));
        Assert.Equal(2, finding.GetProperty("line").GetInt32());
        Assert.Equal(14, finding.GetProperty("column").GetInt32());
        Assert.Equal("priority 300", finding.GetProperty("source").GetString());
        Assert.Contains("255", finding.GetProperty("remedy").GetString(), StringComparison.Ordinal);
        JsonElement origin = Assert.Single(finding.GetProperty("origins").EnumerateArray());
        Assert.Equal("included-from", origin.GetProperty("relation").GetString());
        Assert.Equal(1, origin.GetProperty("line").GetInt32());
    }

    [Fact]
    public void The_same_finding_is_reported_once()
    {
        Reading reading = AllKeywords.ReadText("vrrp_instance A {\n priority 300 }\n");
        Assert.Equal(reading.Findings.Count, reading.Findings.Distinct().Count());
        Assert.Single(reading.Findings, static finding => finding.Class == DiagnosticClass.InvalidNumber);
    }

    [Fact]
    public void The_same_line_of_a_repetition_is_shown_for_each_element_with_its_own_text()
    {
        // Two expanded lines with one file and number: the chain tells them apart.
        using Scratch scratch = new();
        string main = scratch.Write("main.conf", "~SEQ(n, 300, 301) bogus_$n x\n");
        ExpandedConfiguration configuration = ConfigurationReader.Read(main, new ConfigurationReadOptions());
        Reading reading = AllKeywords.Read(main);
        StringWriter writer = new() { NewLine = "\n" };
        new DiagnosticPrinter(configuration).Print(writer, reading.Findings);
        string text = writer.ToString();
        Assert.Contains("bogus_300", text, StringComparison.Ordinal);
        Assert.Contains("bogus_301", text, StringComparison.Ordinal);
    }

    private static (JsonElement Root, int Verdict) Json(string path)
    {
        ExpandedConfiguration configuration = ConfigurationReader.Read(path, new ConfigurationReadOptions());
        Reading reading = AllKeywords.Read(path);
        int verdict = DiagnosticVerdict.ExitCodeFor(reading.Findings, configuration.MainFileFound);
        StringWriter writer = new() { NewLine = "\n" };
        DiagnosticJson.Write(writer, configuration, path, reading.Findings, verdict);
        return (JsonDocument.Parse(writer.ToString()).RootElement, verdict);
    }
}
