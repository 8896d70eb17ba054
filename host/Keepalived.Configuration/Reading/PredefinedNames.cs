using System.Globalization;
using System.Text;

namespace Keepalived.Configuration;

/// <summary>
/// The names that need no definition: <c>_PWD</c>, <c>_INSTANCE</c>, <c>_HASH</c>, <c>_BANG</c>, <c>_RANDOM [MIN [MAX]]</c> and
/// <c>_ENV NAME</c>. A definition of the same name hides them.
/// </summary>
internal sealed class PredefinedNames(ConfigurationReadOptions options)
{
    /// <summary>What findings call the environment.</summary>
    public const string EnvironmentSubject = "$_ENV";

    private const long LargestDefault = 32767;

    private ulong _state = unchecked((ulong)Random.Shared.NextInt64());

    /// <summary>What the value of a name is, in the file of a directory. False when there is no such name or it takes no such arguments.</summary>
    /// <param name="name">The name.</param>
    /// <param name="arguments">What follows it in braces.</param>
    /// <param name="directory">Directory of the file that is read.</param>
    /// <param name="value">The value.</param>
    /// <param name="complaint">What is wrong, when the value is nevertheless what keepalived would take.</param>
    public bool TryValue(ReadOnlySpan<byte> name, ReadOnlySpan<byte> arguments, string directory, out byte[] value, out string? complaint)
    {
        complaint = null;
        value = [];
        ReadOnlySpan<byte> given = arguments.Trim(" \t"u8);
        if (name.SequenceEqual("_RANDOM"u8))
        {
            return TryRandom(SourceText.Decode(given), out value, out complaint);
        }

        if (name.SequenceEqual("_ENV"u8))
        {
            return TryEnvironment(SourceText.Decode(given), out value, out complaint);
        }

        string? text = name.SequenceEqual("_PWD"u8) ? directory
            : name.SequenceEqual("_INSTANCE"u8) ? options.ConfigId
            : name.SequenceEqual("_HASH"u8) ? "#"
            : name.SequenceEqual("_BANG"u8) ? "!"
            : null;
        value = text is null ? [] : Encoding.UTF8.GetBytes(text);
        return text is not null && given.IsEmpty;
    }

    /// <summary>What findings call a predefined name; null for any other. Always the same string for the same name.</summary>
    public static string? SubjectOf(ReadOnlySpan<byte> name) => name.IsEmpty || name[0] != '_' ? null
        : name.SequenceEqual("_PWD"u8) ? "$_PWD"
        : name.SequenceEqual("_INSTANCE"u8) ? "$_INSTANCE"
        : name.SequenceEqual("_RANDOM"u8) ? "$_RANDOM"
        : name.SequenceEqual("_ENV"u8) ? EnvironmentSubject
        : name.SequenceEqual("_HASH"u8) ? "$_HASH"
        : name.SequenceEqual("_BANG"u8) ? "$_BANG"
        : null;

    /// <summary>Makes the numbers that follow those of this seed.</summary>
    public void Seed(ulong seed) => _state = seed;

    private bool TryRandom(string arguments, out byte[] value, out string? complaint)
    {
        string[] words = arguments.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        complaint = null;
        value = [];
        long minimum = 0;
        long maximum = LargestDefault;
        if ((words.Length > 0 && !TryNumber(words[0], out minimum)) || (words.Length > 1 && !TryNumber(words[1], out maximum)))
        {
            return false;
        }

        maximum = words.Length == 1 ? Math.Max(minimum, maximum) : maximum;
        if (minimum > maximum)
        {
            complaint = $"the smallest random number, {minimum}, is above the largest, {maximum}; {minimum} is taken";
            maximum = minimum;
        }

        ulong range = unchecked((ulong)(maximum - minimum) + 1);
        value = Encoding.ASCII.GetBytes((minimum + (long)(Next() % range)).ToString(CultureInfo.InvariantCulture));
        return true;
    }

    private bool TryEnvironment(string variable, out byte[] value, out string? complaint)
    {
        complaint = null;
        value = [];
        if (variable.Length == 0 || variable.AsSpan().ContainsAny(" \t="))
        {
            return false;
        }

        string? text = options.EnvironmentVariable(variable);
        complaint = text is null ? $"the environment variable {variable} is not set; nothing stands in its place" : null;
        value = Encoding.UTF8.GetBytes(text ?? "");
        return true;
    }

    /// <summary>SplitMix64, so that a seed means the same numbers in every version of the run time.</summary>
    private ulong Next() => unchecked(Mix(_state += 0x9E37_79B9_7F4A_7C15));

    private static ulong Mix(ulong value)
    {
        unchecked
        {
            value = (value ^ (value >> 30)) * 0xBF58_476D_1CE4_E5B9;
            value = (value ^ (value >> 27)) * 0x94D0_49BB_1331_11EB;
            return (value ^ (value >> 31)) >> 1;
        }
    }

    private static bool TryNumber(string word, out long value) =>
        long.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value < long.MaxValue;
}
