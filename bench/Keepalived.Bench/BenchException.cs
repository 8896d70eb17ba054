namespace Keepalived.Bench;

/// <summary>A measurement could not be made; the message says what is missing or what the daemon said.</summary>
internal sealed class BenchException(string message) : Exception(message);
