// localtime_r(3), struct tm (time.h). The runtime's TimeZoneInfo would read and parse the zone files itself at the first line of log.
using System.Runtime.InteropServices;

namespace Keepalived.Linux.Local;

/// <summary>A point of time as the clock on the wall shows it.</summary>
/// <param name="Year">Year, for example 2026.</param>
/// <param name="Month">1..12.</param>
/// <param name="Day">Day of the month, 1..31.</param>
/// <param name="Hour">0..23.</param>
/// <param name="Minute">0..59.</param>
/// <param name="Second">0..60.</param>
/// <param name="DayOfWeek">0 = Sunday.</param>
public readonly partial record struct LocalTime(int Year, int Month, int Day, int Hour, int Minute, int Second, int DayOfWeek)
{
    private static ReadOnlySpan<char> DayNames => "SunMonTueWedThuFriSat";

    private static ReadOnlySpan<char> MonthNames => "JanFebMarAprMayJunJulAugSepOctNovDec";

    /// <summary>English name of the day in three letters.</summary>
    public ReadOnlySpan<char> DayName => DayNames.Slice(DayOfWeek * 3, 3);

    /// <summary>English name of the month in three letters.</summary>
    public ReadOnlySpan<char> MonthName => MonthNames.Slice((Month - 1) * 3, 3);

    /// <summary>Converts seconds since 1970 (UTC) to the zone of this process (TZ or /etc/localtime).</summary>
    public static unsafe LocalTime FromUnixSeconds(long seconds)
    {
        BrokenDownTime broken = default;
        if (LocalTimeOf(&seconds, &broken) == null)
        {
            return default(LocalTime) with { Year = 1970, Month = 1, Day = 1 };
        }

        return new(broken.Year + 1900, broken.Month + 1, broken.Day, broken.Hour, broken.Minute, broken.Second, broken.DayOfWeek);
    }

    [LibraryImport(LibC.Name, EntryPoint = "localtime_r")]
    private static unsafe partial void* LocalTimeOf(long* seconds, BrokenDownTime* result);

    /// <summary>struct tm of glibc and musl on 64 bit, 56 bytes.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 56)]
    private struct BrokenDownTime
    {
        [FieldOffset(0)]
        public int Second;
        [FieldOffset(4)]
        public int Minute;
        [FieldOffset(8)]
        public int Hour;
        [FieldOffset(12)]
        public int Day;
        [FieldOffset(16)]
        public int Month;
        [FieldOffset(20)]
        public int Year;
        [FieldOffset(24)]
        public int DayOfWeek;
    }
}
