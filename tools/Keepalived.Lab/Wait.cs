using System.Diagnostics;

namespace Keepalived.Lab;

/// <summary>Waiting for the real world: polls until something holds, up to a deadline.</summary>
internal static class Wait
{
    /// <summary>Polls <paramref name="condition"/> every 15 ms.</summary>
    /// <returns>How long it took.</returns>
    /// <exception cref="TimeoutException">It did not come true in <paramref name="limit"/>; <paramref name="details"/> adds what is known.</exception>
    public static async Task<TimeSpan> Until(string what, TimeSpan limit, Func<bool> condition, Func<string>? details = null)
    {
        var watch = Stopwatch.StartNew();
        while (!condition())
        {
            if (watch.Elapsed > limit)
            {
                throw new TimeoutException($"Not within {limit.TotalSeconds:0.0} s: {what}\n{details?.Invoke()}");
            }

            await Task.Delay(15);
        }

        return watch.Elapsed;
    }

    /// <summary>Polls until <paramref name="condition"/> has held without a break for <paramref name="rest"/>.</summary>
    public static Task UntilItRests(string what, TimeSpan limit, TimeSpan rest, Func<bool> condition, Func<string>? details = null)
    {
        var since = Stopwatch.StartNew();
        return Until(
            $"{what}, for {rest.TotalSeconds:0.0} s", limit,
            () =>
            {
                if (!condition())
                {
                    since.Restart();
                }

                return since.Elapsed >= rest;
            },
            details);
    }

    /// <summary>Watches that <paramref name="condition"/> keeps holding for <paramref name="time"/>.</summary>
    public static async Task While(string what, TimeSpan time, Func<bool> condition, Func<string>? details = null)
    {
        var watch = Stopwatch.StartNew();
        while (watch.Elapsed < time)
        {
            if (!condition())
            {
                throw new InvalidOperationException($"After {watch.Elapsed.TotalSeconds:0.00} s it no longer held: {what}\n{details?.Invoke()}");
            }

            await Task.Delay(40);
        }
    }
}
