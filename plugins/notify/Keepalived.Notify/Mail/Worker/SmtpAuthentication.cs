using System.Text;

namespace Keepalived.Notify;

/// <summary>What a server says it can do (RFC 5321 section 4.1.1.1), as far as we care.</summary>
/// <param name="HasStartTls">STARTTLS (RFC 3207).</param>
/// <param name="Mechanisms">Mechanisms of AUTH (RFC 4954), in capitals.</param>
internal sealed record SmtpExtensions(bool HasStartTls, EquatableArray<string> Mechanisms)
{
    /// <summary>A server that knows HELO alone.</summary>
    public static SmtpExtensions None { get; } = new(false, []);

    /// <summary>Reads the reply to EHLO.</summary>
    public static SmtpExtensions Of(SmtpReply reply)
    {
        bool hasStartTls = false;
        List<string> mechanisms = [];
        foreach (string line in reply.Lines.ToArray())
        {
            // "AUTH=" is the spelling of servers from before the standard.
            string[] words = line.ToUpperInvariant().Split([' ', '='], StringSplitOptions.RemoveEmptyEntries);
            hasStartTls |= words is ["STARTTLS", ..];
            if (words is ["AUTH", .. var offered])
            {
                mechanisms.AddRange(offered);
            }
        }

        return new(hasStartTls, [.. mechanisms]);
    }
}

/// <summary>AUTH PLAIN (RFC 4616), else LOGIN, which servers of one maker know alone.</summary>
internal static class SmtpAuthentication
{
    public static async ValueTask SignInAsync(
        SmtpConversation conversation, SmtpExtensions extensions, MailSettings settings, string user, CancellationToken whole)
    {
        if (!conversation.IsSecure && !settings.AllowsPlainPassword)
        {
            throw new SmtpFailedException("the password is not sent without TLS: set smtp_tls, or smtp_auth_insecure if the network is safe");
        }

        string password = MailPassword.Read(settings.PasswordFile);
        string[] offered = extensions.Mechanisms.ToArray();
        SmtpReply reply;
        if (Array.IndexOf(offered, "PLAIN") >= 0)
        {
            reply = await conversation.AskAsync("AUTH PLAIN " + Base64($"\0{user}\0{password}"), whole, "AUTH");
        }
        else if (Array.IndexOf(offered, "LOGIN") >= 0)
        {
            (await conversation.AskAsync("AUTH LOGIN", whole, "AUTH")).Require(3, "AUTH");
            (await conversation.AskAsync(Base64(user), whole, "AUTH")).Require(3, "AUTH");
            reply = await conversation.AskAsync(Base64(password), whole, "AUTH");
        }
        else
        {
            throw new SmtpFailedException($"the server offers no authentication that we know (PLAIN, LOGIN){(offered.Length == 0 ? "" : ": " + string.Join(' ', offered))}");
        }

        // A wrong password is the operator's to correct: until then the mails wait.
        reply.Require(2, "AUTH");
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}

/// <summary>The file of the password.</summary>
internal static class MailPassword
{
    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <summary>Why a file cannot be used, and what to do about it; null when it can.</summary>
    public static (string Problem, string Remedy)? Check(string path)
    {
        try
        {
            if (!File.Exists(path))
            {
                return ($"there is no file {path}", "make it, with the password as its first line");
            }

#pragma warning disable CA1416 // The daemon is for Linux alone.
            return (File.GetUnixFileMode(path) & Others) == 0 ? null : ($"others than its owner may read or change {path}", $"chmod 600 {path}");
#pragma warning restore CA1416
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return (exception.Message, "let the daemon's user read it");
        }
    }

    /// <summary>Reads the password, the first line of the file.</summary>
    public static string Read(string? path)
    {
        if (path is null)
        {
            throw new SmtpFailedException("smtp_user has no smtp_password_file");
        }

        if (Check(path) is { } found)
        {
            throw new SmtpFailedException($"{found.Problem}: {found.Remedy}");
        }

        try
        {
            using StreamReader reader = new(path);
            return reader.ReadLine() is { Length: > 0 } password ? password : throw new SmtpFailedException($"{path} holds no password");
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new SmtpFailedException(exception.Message);
        }
    }
}
