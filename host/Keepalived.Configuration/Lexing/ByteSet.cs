namespace Keepalived.Configuration;

/// <summary>
/// A set of bytes to look for. Not SearchValues: its vectorised code is compiled at run time, a dozen methods in every process of a start, and
/// the words of a configuration are too short to win that back.
/// </summary>
internal sealed class ByteSet
{
    private readonly bool[] _contains = new bool[256];

    public ByteSet(ReadOnlySpan<byte> bytes)
    {
        foreach (byte value in bytes)
        {
            _contains[value] = true;
        }
    }

    public bool Contains(byte value) => _contains[value];
}

/// <summary>The searches of the lexer, named as the framework names its own.</summary>
internal static class ByteSetSearch
{
    public static int IndexOfAny(this ReadOnlySpan<byte> text, ByteSet set)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (set.Contains(text[i]))
            {
                return i;
            }
        }

        return -1;
    }

    public static int IndexOfAnyExcept(this ReadOnlySpan<byte> text, ByteSet set)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (!set.Contains(text[i]))
            {
                return i;
            }
        }

        return -1;
    }

    public static int LastIndexOfAnyExcept(this ReadOnlySpan<byte> text, ByteSet set)
    {
        int i = text.Length - 1;
        while (i >= 0 && set.Contains(text[i]))
        {
            i--;
        }

        return i;
    }
}
