using System.Globalization;
using System.Text;

namespace Keepalived.Notify;

/// <summary>Writes messages (RFC 5322, RFC 2045): header fields that cannot be broken out of, a body that any server carries.</summary>
internal static class MailComposer
{
    private const int LongestLine = 900; // RFC 5321 section 4.5.3.1.6 allows 998 without the line end

    /// <summary>Writes the message of a request.</summary>
    public static OutgoingMail Compose(MailRequest request, IMailTemplates templates, List<string> notes)
    {
        string host = HeaderText.Plain(System.Net.Dns.GetHostName());
        MailboxAddress sender = SenderOf(request.Settings, host);
        (string subject, string body) = templates.Render(TemplateFields.Of(request, host), notes);
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"Date: {DateOf(request.Events[0].Time)}\r\n");
        text.Append(HeaderText.AddressList("From", [Written(sender)]));
        text.Append(HeaderText.Unstructured("Subject", subject));
        text.Append("X-Mailer: Keepalived\r\n");
        text.Append(HeaderText.AddressList("To", AddressesOf(request.Settings.Recipients).Select(Written)));
        text.Append(CultureInfo.InvariantCulture, $"Message-ID: <{MessageIdOf(request)}@{DomainOf(sender, host)}>\r\n");
        text.Append("Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n");
        AppendBody(text, body);
        return new(request.Id, sender.Address, [.. AddressesOf(request.Recipients).Select(static address => address.Address)], Encoding.ASCII.GetBytes(text.ToString()));
    }

    private static MailboxAddress SenderOf(MailSettings settings, string host) =>
        (settings.Sender is { } sender ? MailboxAddress.Parse(sender, out _) : null)
        ?? MailboxAddress.Parse($"{Environment.UserName}@{host}", out _)
        ?? new MailboxAddress("keepalived@localhost", null);

    // What is no address was said to be none when the configuration was read.
    private static IEnumerable<MailboxAddress> AddressesOf(EquatableArray<string> written) =>
        written.ToArray().Select(static text => MailboxAddress.Parse(text, out _)).OfType<MailboxAddress>();

    private static string Written(MailboxAddress address) =>
        address.DisplayName is { } name ? $"{HeaderText.Phrase(name)} <{address.Address}>" : address.Address;

    // The same mail tried again keeps its name, so that a receiver can tell a second copy.
    private static string MessageIdOf(MailRequest request)
    {
        MailEvent first = request.Events[0];
        return string.Create(CultureInfo.InvariantCulture, $"{first.Time.UtcTicks:x}.{first.Sequence}.{request.Id}.{request.Process}");
    }

    private static string DomainOf(MailboxAddress sender, string host)
    {
        string domain = sender.Address.Contains('@', StringComparison.Ordinal) ? sender.Address[(sender.Address.LastIndexOf('@') + 1)..] : host;
        return domain.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-') ? domain : "localhost";
    }

    private static string DateOf(DateTimeOffset time)
    {
        DateTimeOffset local = time.ToLocalTime();
        string zone = local.ToString("zzz", CultureInfo.InvariantCulture).Replace(":", "", StringComparison.Ordinal);
        return local.ToString("ddd, dd MMM yyyy HH:mm:ss ", CultureInfo.InvariantCulture) + zone;
    }

    private static void AppendBody(StringBuilder text, string body)
    {
        string[] lines = body.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');
        if (Array.TrueForAll(lines, IsPlain))
        {
            text.Append("Content-Type: text/plain; charset=us-ascii\r\nContent-Transfer-Encoding: 7bit\r\n\r\n");
            text.AppendJoin("\r\n", lines).Append("\r\n");
            return;
        }

        text.Append("Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n");
        foreach (string line in lines)
        {
            QuotedPrintable.AppendLine(text, line);
        }
    }

    private static bool IsPlain(string line)
    {
        foreach (char c in line)
        {
            if (c is < ' ' and not '\t' || c > '~')
            {
                return false;
            }
        }

        return line.Length <= LongestLine;
    }
}

/// <summary>Quoted-printable (RFC 2045 section 6.7).</summary>
internal static class QuotedPrintable
{
    private const int LongestLine = 75; // 76 with the sign of a soft line break

    public static void AppendLine(StringBuilder text, string line)
    {
        int column = 0;
        byte[] octets = Encoding.UTF8.GetBytes(line);
        for (int i = 0; i < octets.Length; i++)
        {
            byte b = octets[i];
            bool isBlankAtEnd = b is (byte)' ' or (byte)'\t' && i == octets.Length - 1;
            string piece = b is > 32 and < 127 and not (byte)'=' || (b is (byte)' ' or (byte)'\t' && !isBlankAtEnd) ? ((char)b).ToString() : $"={b:X2}";
            if (column + piece.Length > LongestLine)
            {
                text.Append("=\r\n");
                column = 0;
            }

            text.Append(piece);
            column += piece.Length;
        }

        text.Append("\r\n");
    }
}
