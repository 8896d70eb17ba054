using System.Globalization;

namespace Keepalived.Host.Processes;

/// <summary>The content of a <c>reload_time_file</c>: <c>HH:MM:SS</c>, or <c>YY-MM-DD HH:MM:SS</c>, or <c>YYYY-MM-DD HH:MM:SS</c>, with <c>Z</c> behind it in UTC.</summary>
/// <param name="Date">Null = the next time that the clock shows the time.</param>
/// <param name="Time">The time of the day.</param>
/// <param name="IsUtc">Else by this machine's zone.</param>
internal readonly record struct ReloadTime(DateOnly? Date, TimeOnly Time, bool IsUtc)
{
    private const int Century = 2000;

    /// <summary>Reads it; blanks around it do not count.</summary>
    public static bool TryParse(string text, out ReloadTime result)
    {
        result = default;
        string trimmed = text.Trim();
        bool isUtc = trimmed.EndsWith('Z');
        string[] words = (isUtc ? trimmed[..^1] : trimmed).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (words.Length is not (1 or 2)
            || !TimeOnly.TryParseExact(words[^1], "HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.None, out TimeOnly time))
        {
            return false;
        }

        DateOnly? date = null;
        if (words.Length == 2)
        {
            if (!TryParseDate(words[0], out DateOnly day))
            {
                return false;
            }

            date = day;
        }

        result = new ReloadTime(date, time, isUtc);
        return true;
    }

    /// <summary>When that is next. Without a date it is never in the past; with one it may be.</summary>
    /// <param name="now">The present, of any offset.</param>
    /// <param name="zone">This machine's.</param>
    public DateTimeOffset Next(DateTimeOffset now, TimeZoneInfo zone)
    {
        TimeZoneInfo used = IsUtc ? TimeZoneInfo.Utc : zone;
        DateOnly day = Date ?? DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(now, used).DateTime);
        DateTimeOffset at = At(day, used);
        return Date is null && at <= now ? At(day.AddDays(1), used) : at;
    }

    private DateTimeOffset At(DateOnly day, TimeZoneInfo zone)
    {
        DateTime time = day.ToDateTime(Time);
        return new DateTimeOffset(time, zone.GetUtcOffset(time));
    }

    private static bool TryParseDate(string word, out DateOnly day)
    {
        day = default;
        string[] parts = word.Split('-');
        if (parts.Length != 3 || parts[0].Length is not (2 or 4) || parts[1].Length != 2 || parts[2].Length != 2
            || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int year))
        {
            return false;
        }

        string full = string.Create(CultureInfo.InvariantCulture, $"{(parts[0].Length == 2 ? Century + year : year):D4}-{parts[1]}-{parts[2]}");
        return DateOnly.TryParseExact(full, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out day);
    }
}
