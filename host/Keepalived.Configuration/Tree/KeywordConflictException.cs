namespace Keepalived.Configuration;

/// <summary>Two registrations of keywords do not go together; the message names both plugins.</summary>
public sealed class KeywordConflictException(string message) : InvalidOperationException(message);
