using System.Text;
using Keepalived.Plugins;

namespace Keepalived.Configuration.Tests;

public sealed class ExpandedConfigurationTests
{
    private static readonly MemoryFiles _files = new MemoryFiles()
        .Add("/etc/k.conf", "global_defs {\n  router_id é # x\n}\n include conf.d/*.conf\n")
        .Add("/etc/conf.d/a.conf", "vrrp_instance A {\n\tinclude b\n}\n")
        .Add("/etc/conf.d/b", "priority 300\n")
        .Add("/etc/conf.d/c.conf", [.. "router_id "u8, 0xE9, .. "\n"u8]);

    [Fact]
    public void What_is_handed_over_is_read_back_line_for_line_with_its_origins()
    {
        ExpandedConfiguration written = Read("/etc/k.conf");
        ExpandedConfiguration read = HandOver(written);

        Assert.Equal(written.Lines.ToArray(), read.Lines.ToArray());
        Assert.Equal(written.Text.ToArray(), read.Text.ToArray());
        Assert.Equal(written.Files, read.Files);
        Assert.Equal(written.MainFileFound, read.MainFileFound);
        for (int line = 0; line < written.Lines.Length; line++)
        {
            Assert.Equal(written.OriginOf(line), read.OriginOf(line));
        }
    }

    [Fact]
    public void A_child_reports_the_same_place_as_the_parent_would()
    {
        ExpandedConfiguration configuration = HandOver(Read("/etc/k.conf"));
        var session = new ConfigurationSession(PluginRoles.Vrrp, isTest: false, new AnyScript());
        ConfigurationWalk.Run(configuration, DemoKeywords.Build(PluginRoles.Vrrp), DemoKeywords.Known(), session, PluginRoles.Vrrp);
        SourceLocation location = Assert.Single(session.Diagnostics).Location;
        Assert.Equal("b:1:10", location.ToString());
        Assert.Equal(("conf.d/a.conf", 2), (location.Origin!.Parent!.File, location.Origin.Parent.Line));
        Assert.Equal(("/etc/k.conf", 4), (location.Origin.Parent.Parent!.File, location.Origin.Parent.Parent.Line));
    }

    [Fact]
    public void Handing_over_costs_a_few_bytes_a_line_besides_the_text()
    {
        ExpandedConfiguration configuration = LargeConfiguration.Read();
        using var stream = new MemoryStream();
        configuration.Write(stream);
        Assert.True(stream.Length < configuration.Text.Length + (configuration.Lines.Length * 6L) + 100, $"{stream.Length} bytes");
    }

    [Fact]
    public void Files_lists_what_was_read_in_order() =>
        Assert.Equal(["/etc/k.conf", "/etc/conf.d/a.conf", "/etc/conf.d/b", "/etc/conf.d/c.conf"], Read("/etc/k.conf").Files);

    [Fact]
    public void Text_that_is_not_UTF8_is_taken_as_Latin1_without_losing_a_byte()
    {
        ExpandedConfiguration configuration = Read("/etc/k.conf");
        int last = configuration.Lines.Length - 1;
        Assert.Equal("router_id é", SourceText.Decode(configuration.TextOf(last)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("KCF")]
    [InlineData("not a configuration at all")]
    public void What_is_no_expanded_configuration_is_refused(string text) =>
        Assert.Throws<InvalidDataException>(() => ExpandedConfiguration.Read(new MemoryStream(Encoding.ASCII.GetBytes(text))));

    private static ExpandedConfiguration Read(string path) => ConfigurationReader.Read(path, new ConfigurationReadOptions { FileSystem = _files });

    private static ExpandedConfiguration HandOver(ExpandedConfiguration configuration)
    {
        using var stream = new MemoryStream();
        configuration.Write(stream);
        stream.Position = 0;
        return ExpandedConfiguration.Read(stream);
    }
}
