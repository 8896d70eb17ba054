namespace Keepalived.Vrrp.Tracking;

/// <summary>
/// Makes up and down of single results: so many successes in a row make it up, so many failures in a row down. The counter runs from 0 to
/// rise + fall - 1, and it is up from rise on. The first result decides at once.
/// </summary>
/// <param name="Rise">Successes in a row until it is up, at least 1.</param>
/// <param name="Fall">Failures in a row until it is down, at least 1.</param>
/// <param name="Counter">0..<see cref="Top"/>.</param>
/// <param name="HasResult">It has run, or its start counts as a failure.</param>
internal readonly record struct ScriptVerdict(int Rise, int Fall, int Counter, bool HasResult)
{
    /// <summary>Before the first run.</summary>
    /// <param name="rise">Successes in a row until it is up.</param>
    /// <param name="fall">Failures in a row until it is down.</param>
    public static ScriptVerdict Initial(int rise, int fall) => new(rise, fall, rise - 1, HasResult: false);

    /// <summary>Enough successes in a row.</summary>
    public bool IsUp => HasResult && Counter >= Rise;

    /// <summary>The counter after nothing but successes. Wide, since both may be anything.</summary>
    public int Top => (int)Math.Min((long)Rise + Fall - 1, int.MaxValue);

    /// <summary>After one more result. A change of sides takes the counter to the far end: the way back is a whole one.</summary>
    public ScriptVerdict After(bool isSuccess)
    {
        int counter = isSuccess
            ? (Counter < Rise - 1 ? Counter + 1 : Top)
            : HasResult && Counter > Rise ? Counter - 1 : 0;
        return this with { Counter = counter, HasResult = true };
    }

    /// <summary>The same with other numbers, after a reload: it stays on its side, with as many contrary results as fit.</summary>
    public ScriptVerdict Scaled(int rise, int fall)
    {
        if (!HasResult)
        {
            return Initial(rise, fall);
        }

        ScriptVerdict scaled = new(rise, fall, 0, HasResult: true);
        return scaled with { Counter = IsUp ? Math.Max(rise, scaled.Top - (Top - Counter)) : Math.Min(Counter, rise - 1) };
    }
}
