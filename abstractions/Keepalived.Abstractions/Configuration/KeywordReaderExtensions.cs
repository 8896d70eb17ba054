using System.Net;
using System.Net.Sockets;

namespace Keepalived.Configuration;

/// <summary>What handlers of several plugins say alike.</summary>
public static class KeywordReaderExtensions
{
    /// <summary>Refuses a second line of a keyword of which the first one counts. To be called before any word is taken.</summary>
    /// <param name="reader">The reader of the line.</param>
    /// <param name="isThere">True when there was such a line.</param>
    /// <exception cref="KeywordRejectedException">There was.</exception>
    public static void RefuseSecond(this IKeywordReader reader, bool isThere)
    {
        ArgumentNullException.ThrowIfNull(reader);
        if (isThere)
        {
            throw reader.Reject($"there is a {reader.Keyword} already, which counts; this one is ignored", "keep one of the two lines");
        }
    }

    /// <summary>Takes the address of one machine. What follows it from <c>/</c> or <c>-</c> on is not used, as in keepalived, and remarked on.</summary>
    /// <param name="reader">The reader of the line.</param>
    /// <param name="what">What the address is, for messages.</param>
    /// <returns>The address.</returns>
    /// <exception cref="KeywordRejectedException">It is none, or missing.</exception>
    public static IPAddress MachineAddress(this IKeywordReader reader, string what)
    {
        ArgumentNullException.ThrowIfNull(reader);
        ReadOnlySpan<char> next = reader.Peek();
        int end = next.IndexOfAny('/', '-');
        if (end < 0)
        {
            return reader.Address(what);
        }

        string word = reader.Word(what);
        string text = word[..end];
        if (!IPAddress.TryParse(text, out IPAddress? address) || (address.AddressFamily == AddressFamily.InterNetwork && text != address.ToString()))
        {
            throw reader.Reject($"'{word}' is no IPv4 or IPv6 address for the {what}", "write for example 192.0.2.1 or 2001:db8::1");
        }

        reader.Session.Report(new(
            DiagnosticClass.Ok, DiagnosticSeverity.Warning, reader.Location, $"the {what} is {address}: '{word[end..]}' is not used", "remove it"));
        return address;
    }
}
