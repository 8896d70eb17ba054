namespace Keepalived.Configuration;

/// <summary>Finds the keyword that a misspelt word was most likely meant to be.</summary>
internal static class NearestKeyword
{
    private const int LongestWord = 64;

    /// <summary>The nearest candidate, or null when none is near: at most a third of the letters may be wrong.</summary>
    public static string? Find(string word, IEnumerable<string> candidates)
    {
        string? best = null;
        int bestDistance = Math.Max(1, word.Length / 3) + 1;
        if (word.Length > LongestWord)
        {
            return null;
        }

        foreach (string candidate in candidates.Order(StringComparer.Ordinal))
        {
            if (Math.Abs(candidate.Length - word.Length) < bestDistance && Distance(word, candidate) is var distance && distance < bestDistance)
            {
                best = candidate;
                bestDistance = distance;
            }
        }

        return best;
    }

    /// <summary>Edit distance in which exchanging two neighbours counts once; letter case counts nothing.</summary>
    private static int Distance(string a, string b)
    {
        int width = b.Length + 1;
        Span<int> beforeLast = new int[width];
        Span<int> last = new int[width];
        Span<int> row = new int[width];
        for (int j = 0; j < width; j++)
        {
            last[j] = j;
        }

        for (int i = 1; i <= a.Length; i++)
        {
            row[0] = i;
            for (int j = 1; j < width; j++)
            {
                bool same = Same(a[i - 1], b[j - 1]);
                int cost = Math.Min(Math.Min(last[j] + 1, row[j - 1] + 1), last[j - 1] + (same ? 0 : 1));
                if (i > 1 && j > 1 && Same(a[i - 1], b[j - 2]) && Same(a[i - 2], b[j - 1]))
                {
                    cost = Math.Min(cost, beforeLast[j - 2] + 1);
                }

                row[j] = cost;
            }

            Span<int> free = beforeLast;
            beforeLast = last;
            last = row;
            row = free;
        }

        return last[b.Length];
    }

    private static bool Same(char a, char b) => char.ToLowerInvariant(a) == char.ToLowerInvariant(b);
}
