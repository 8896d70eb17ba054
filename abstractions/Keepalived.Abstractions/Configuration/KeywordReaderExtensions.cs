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
}
