namespace Keepalived.Notify;

/// <summary>A message that is ready to be delivered.</summary>
/// <param name="Id">Number of the mail.</param>
/// <param name="Sender">Envelope sender, an address without brackets.</param>
/// <param name="Recipients">Envelope recipients, likewise.</param>
/// <param name="Content">The message, ASCII, each line ended by CRLF; dots are not doubled yet.</param>
internal sealed record OutgoingMail(long Id, string Sender, EquatableArray<string> Recipients, ReadOnlyMemory<byte> Content);

/// <summary>Delivers messages: the seam behind which another mail library may come.</summary>
internal interface IMailTransport
{
    /// <summary>Delivers a message; never throws for what a server or network does.</summary>
    ValueTask<MailReply> SendAsync(OutgoingMail mail);

    /// <summary>Takes leave of the server.</summary>
    ValueTask FinishAsync();
}

/// <summary>Opens connections to mail servers.</summary>
internal interface IMailDialer
{
    /// <summary>Connects to the first address of a host that answers.</summary>
    /// <exception cref="IOException">Nobody answers.</exception>
    ValueTask<Stream> ConnectAsync(string host, int port, CancellationToken limit);
}
