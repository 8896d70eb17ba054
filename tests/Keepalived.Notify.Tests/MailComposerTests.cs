using System.Text;
using System.Text.Json;

namespace Keepalived.Notify.Tests;

/// <summary>What we write, read back by python's email package (RFC 5322, RFC 2045-2047), and the templates.</summary>
public sealed class MailComposerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("keepalived-compose-").FullName;

    public static TheoryData<string> Names =>
    [
        "VI_1", "with \"quotes\" and \\ back\\slash", "Grüße aus Zürich, 北京 und 😀", "a <b@c> d", "=?utf-8?B?eA==?=", "two  blanks", " leading and trailing ",
        "x\r\nBcc: victim@example.org", "x\nBcc: victim@example.org\n\nbody", "x\rBcc: victim@example.org", "x\u2028y\u0085z\0w", "tab\there",
        new string('n', 1500), string.Join(' ', Enumerable.Repeat("word", 200)), string.Concat(Enumerable.Repeat("ü", 400)), ".", "😀" + new string('é', 77), "",
    ];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Names))]
    public void A_name_comes_back_as_it_was_and_brings_no_header_of_its_own(string name)
    {
        JsonElement mail = Parse(Request("lb1", $"VRRP Instance {name} - Entering MASTER state", ("instance", name), ("state", "MASTER"), ("cause", name)));
        Assert.Equal($"[lb1] VRRP Instance {HeaderText.Plain(name)} - Entering MASTER state", mail.GetProperty("subject").GetString());
        CheckShape(mail);
        string body = mail.GetProperty("body").GetString()!;
        if (!name.AsSpan().ContainsAny("\r\n\u0085\u2028") && name.Trim() == name)
        {
            Assert.Contains($"the virtual router {name} went", body, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_router_name_comes_back_as_it_was(string name)
    {
        JsonElement mail = Parse(Request(name, "headline"));
        Assert.Equal($"[{HeaderText.Plain(name)}] headline", mail.GetProperty("subject").GetString());
        CheckShape(mail);
    }

    [Fact]
    public void Recipients_keep_their_names_and_long_lists_are_folded()
    {
        string[] recipients =
        [
            "plain@example.net", "Ann Other <ann@example.net>", "\"O'Neil, Sh. \\\"X\\\"\" <o@example.net>", "Jörg Müller <jm@example.net>", "<only@example.net>",
            .. Enumerable.Range(0, 200).Select(n => $"Number {n} <recipient.number.{n}@a-rather-long-domain.example.net>"),
        ];
        MailRequest request = Request("lb1", "x") with { Recipients = [.. recipients], Settings = new() { Recipients = [.. recipients], Sender = "Kéepalived <k@example.net>" } };
        JsonElement mail = Parse(request);
        CheckShape(mail);
        Assert.Equal(
            [("", "plain@example.net"), ("Ann Other", "ann@example.net"), ("O'Neil, Sh. \"X\"", "o@example.net"), ("Jörg Müller", "jm@example.net"), ("", "only@example.net")],
            mail.GetProperty("to").EnumerateArray().Take(5).Select(pair => (pair[0].GetString()!, pair[1].GetString()!)));
        Assert.Equal(205, mail.GetProperty("to").GetArrayLength());
        Assert.Equal("Kéepalived", mail.GetProperty("from")[0][0].GetString());
        Assert.True(mail.GetProperty("longest").GetInt32() <= 100);
    }

    [Fact]
    public void Date_is_that_of_the_event_and_a_second_attempt_keeps_the_message_id()
    {
        MailRequest request = Request("lb1", "x");
        JsonElement first = Parse(request);
        JsonElement second = Parse(request with { Recipients = ["b@example.net"] });
        Assert.Equal(request.Events[0].Time.ToUnixTimeSeconds(), (long)first.GetProperty("date").GetDouble());
        Assert.Equal(first.GetProperty("id").GetString(), second.GetProperty("id").GetString());
        Assert.Matches("^<[0-9a-f]+\\.7\\.1\\.vrrp@example\\.net>$", first.GetProperty("id").GetString());
        Assert.NotEqual(first.GetProperty("id").GetString(), Parse(request with { Id = 2 }).GetProperty("id").GetString());
    }

    [Theory]
    [InlineData("a@b\r\nRCPT TO:<x@y>")]
    [InlineData("a b@c")]
    [InlineData("a@b>c")]
    [InlineData("<a@b> BODY=8BITMIME<")]
    [InlineData("")]
    [InlineData("@x")]
    [InlineData("x@")]
    [InlineData("jörg@x")]
    public void What_is_no_address_never_reaches_a_command(string text) => Assert.Null(MailboxAddress.Parse(text, out _));

    [Fact]
    public void Each_kind_has_a_default_template_with_which_every_field_is_there()
    {
        foreach (string kind in MailKinds.All)
        {
            string file = Path.Combine(_folder, kind);
            File.WriteAllText(file, TemplateLibrary.DefaultText(kind));
            Assert.Null(TemplateLibrary.Check(kind, file));
        }
    }

    [Fact]
    public void A_lost_mail_is_told_of_and_several_events_make_a_list_in_their_order()
    {
        Assert.Contains("7 earlier mails could not be kept", Parse(Request("lb1", "x") with { Lost = 7 }).GetProperty("body").GetString(), StringComparison.Ordinal);
        MailRequest one = Request("lb1", "first");
        string body = Parse(one with { Events = [one.Events[0], one.Events[0] with { Headline = "second" }] }).GetProperty("body").GetString()!;
        Assert.True(body.IndexOf("first", StringComparison.Ordinal) < body.IndexOf("second", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Subject: {{router_id}}: {{state}}\n\n{{instance}} & <{{cause}}>\n", null)]
    [InlineData("Subject: {{router_id}}\n\n{{no_such_field}}", "no_such_field")]
    [InlineData("Subject: {{#if x}}\n\nbody", "")]
    [InlineData("Subject: {{router_id\n\nbody", "")]
    [InlineData("no subject\n\nbody", "Subject")]
    [InlineData("Subject: x\nbody", "Subject")]
    [InlineData("", "Subject")]
    public void An_operators_template_is_used_and_a_broken_one_gives_way_to_the_default_and_is_named_once(string text, string? problem)
    {
        string file = Path.Combine(_folder, "template");
        File.WriteAllText(file, text);
        MailSettings settings = new() { Sender = "k@example.net", Recipients = ["a@example.net"], Templates = [new(MailKinds.Instance, file)] };
        MailRequest request = Request("lb1", "headline", ("instance", "V"), ("state", "MASTER"), ("cause", "why")) with { Settings = settings };
        TemplateLibrary library = new();
        List<string> notes = [];
        string mail = Text(MailComposer.Compose(request, library.For(settings, notes), notes));
        Assert.Contains(problem is null ? "Subject: lb1: MASTER\r\n" : "Subject: [lb1] headline\r\n", mail, StringComparison.Ordinal);
        if (problem is null)
        {
            Assert.Empty(notes);
            Assert.EndsWith("V & <why>\r\n", mail, StringComparison.Ordinal);
            return;
        }

        Assert.Contains(problem, Assert.Single(notes), StringComparison.Ordinal);
        Assert.NotNull(TemplateLibrary.Check(MailKinds.Instance, file));
        MailComposer.Compose(request, library.For(settings, notes), notes);
        Assert.Single(notes);
    }

    [Theory]
    [InlineData("", ".\r\n")]
    [InlineData("a", "a\r\n.\r\n")]
    [InlineData("a\r\n", "a\r\n.\r\n")]
    [InlineData(".\r\n..\r\na.b\r\n.x", "..\r\n...\r\na.b\r\n..x\r\n.\r\n")]
    public void Leading_dots_are_doubled_RFC_5321_section_4_5_2(string message, string sent) =>
        Assert.Equal(sent, Encoding.ASCII.GetString(DotStuffing.Apply(Encoding.ASCII.GetBytes(message))));

    private static void CheckShape(JsonElement mail)
    {
        Assert.Equal(
            """["Date", "From", "Subject", "X-Mailer", "To", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type", "Content-Transfer-Encoding"]""",
            mail.GetProperty("names").GetRawText());
        Assert.Equal("[]", mail.GetProperty("defects").GetRawText());
        Assert.Equal(0, mail.GetProperty("bare").GetInt32());
        Assert.True(mail.GetProperty("ascii").GetBoolean());
        Assert.True(mail.GetProperty("longest").GetInt32() <= 998);
    }

    private JsonElement Parse(MailRequest request)
    {
        List<string> notes = [];
        string file = Path.Combine(_folder, "mail.eml");
        File.WriteAllBytes(file, MailComposer.Compose(request, new TemplateLibrary().For(request.Settings, notes), notes).Content.ToArray());
        Assert.Empty(notes);
        return MailServer.Parse(file);
    }

    private static string Text(OutgoingMail mail) => Encoding.ASCII.GetString(mail.Content.Span);

    private static MailRequest Request(string routerId, string headline, params (string Name, string Value)[] fields)
    {
        MailSettings settings = new() { Sender = "k@example.net", Recipients = ["a@example.net"] };
        MailEvent mailEvent = new(
            MailKinds.Instance, 7, new DateTimeOffset(2026, 11, 21, 19, 55, 35, 123, TimeSpan.Zero), headline,
            [.. fields.Select(field => KeyValuePair.Create(field.Name, field.Value))]);
        return new(1, settings, settings.Recipients, routerId, "vrrp", 0, [mailEvent]);
    }
}
