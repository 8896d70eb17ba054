namespace Keepalived.Notify;

/// <summary>One event as templates see it: names and values as text.</summary>
/// <param name="Kind">Kind of mail.</param>
/// <param name="Sequence">Number of the event in its process.</param>
/// <param name="Time">When it happened, UTC.</param>
/// <param name="Headline">What happened, in keepalived's words for a subject.</param>
/// <param name="Fields">Named values for templates.</param>
internal sealed record MailEvent(string Kind, long Sequence, DateTimeOffset Time, string Headline, EquatableArray<KeyValuePair<string, string>> Fields);

/// <summary>A mail for the worker process to write and to deliver; it comes in a <see cref="MailBatch"/>.</summary>
/// <param name="Id">Number of the mail in the process that wants it sent; also part of its Message-ID.</param>
/// <param name="Settings">Server, sender and templates.</param>
/// <param name="Recipients">Who gets it; after a partial success those who have not.</param>
/// <param name="RouterId"><c>router_id</c>.</param>
/// <param name="Process">The process: <c>vrrp</c> or <c>checker</c>.</param>
/// <param name="Lost">Mails lost before this one and not told of yet.</param>
/// <param name="Events">What happened, at least one.</param>
internal sealed record MailRequest(
    long Id, MailSettings Settings, EquatableArray<string> Recipients, string RouterId, string Process, long Lost, EquatableArray<MailEvent> Events);
