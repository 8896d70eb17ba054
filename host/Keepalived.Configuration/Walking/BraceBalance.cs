namespace Keepalived.Configuration;

/// <summary>
/// How many braces of each kind a configuration has too many. The walk asks it when it meets a brace that does not belong: whether the
/// brace stands alone (a slip of the keyboard) or has a partner decides how to go on with the least further complaint.
/// </summary>
internal sealed class BraceBalance
{
    private int _surplusOpen;
    private int _surplusClose;

    public BraceBalance(ExpandedConfiguration configuration)
    {
        int depth = 0;
        var statements = new StatementReader(configuration);
        while (statements.Next().Kind is not StatementKind.End and var kind)
        {
            depth += kind == StatementKind.Open ? 1 : kind == StatementKind.Close ? -1 : 0;
        }

        _surplusOpen = Math.Max(0, depth);
        _surplusClose = Math.Max(0, -depth);
    }

    /// <summary>True when an opening brace can be taken as one that has no partner.</summary>
    public bool TakeLoneOpen() => _surplusOpen > 0 && _surplusOpen-- > 0;

    /// <summary>True when a closing brace will come whose opening brace was forgotten.</summary>
    public bool TakeLoneClose() => _surplusClose > 0 && _surplusClose-- > 0;
}
