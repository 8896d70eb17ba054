namespace Keepalived.Notify;

/// <summary>Makes a message transparent for DATA (RFC 5321 section 4.5.2).</summary>
internal static class DotStuffing
{
    /// <summary>Doubles each dot that begins a line, and adds the line that ends the message.</summary>
    /// <param name="message">Lines that end in CRLF; one that has no end gets it.</param>
    public static byte[] Apply(ReadOnlySpan<byte> message)
    {
        List<byte> result = new(message.Length + 16);
        bool isLineStart = true;
        foreach (byte b in message)
        {
            if (isLineStart && b == '.')
            {
                result.Add((byte)'.');
            }

            result.Add(b);
            isLineStart = b == '\n';
        }

        if (!isLineStart)
        {
            result.AddRange("\r\n"u8);
        }

        result.AddRange(".\r\n"u8);
        return [.. result];
    }
}
