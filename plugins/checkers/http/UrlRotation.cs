using Keepalived.Checking;

namespace Keepalived.Checkers.Http;

/// <summary>
/// Which URL is asked for next, and when the server as a whole is well. A pure value. One URL per interval, in turn; a failure stays at
/// its URL until that passes, and then all must pass from the first on. With fast recovery these follow one another at once, at start too.
/// </summary>
/// <param name="count">Number of URLs, at least 1.</param>
/// <param name="fastRecovery">Do not wait between URLs while recovering.</param>
internal struct UrlRotation(int count, bool fastRecovery)
{
    private bool _isRecovering = true;
    private bool _hasFailed;

    /// <summary>The URL to ask for.</summary>
    public int Current { get; private set; }

    /// <summary>The current URL failed.</summary>
    public CheckResult Failed(CheckResult result)
    {
        _isRecovering = true;
        _hasFailed = true;
        return result;
    }

    /// <summary>The current URL passed.</summary>
    public CheckResult Passed()
    {
        bool starts = _hasFailed;
        _hasFailed = false;
        Current = starts ? 0 : (Current + 1) % count;
        if (Current == 0 && !starts)
        {
            _isRecovering = false;
            return CheckResult.Up();
        }

        return new CheckResult(true) { IsPartial = true, NextProbe = fastRecovery && _isRecovering ? TimeSpan.Zero : null };
    }
}
