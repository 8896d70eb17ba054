namespace Keepalived.Ipvs;

/// <summary>
/// Keeps one of several equal records. Neighbours in a file mostly say the same, so the record before is tried first, for each type, before
/// anything is hashed.
/// </summary>
internal sealed class SharedValues
{
    private readonly Dictionary<object, object> _values = [];
    private object? _lastChecker;
    private WrittenServer? _lastServer;
    private ServerTraits? _lastTraits;

    public Checking.CheckerDefinition Share(Checking.CheckerDefinition value)
    {
        if (!value.Equals(_lastChecker))
        {
            _lastChecker = Find(value);
        }

        return (Checking.CheckerDefinition)_lastChecker!;
    }

    public WrittenServer Share(WrittenServer value) => value.Equals(_lastServer) ? _lastServer! : _lastServer = Find(value);

    public ServerTraits Share(ServerTraits value) => value.Equals(_lastTraits) ? _lastTraits! : _lastTraits = Find(value);

    private T Find<T>(T value)
        where T : class
    {
        if (_values.TryGetValue(value, out object? known))
        {
            return (T)known;
        }

        _values.Add(value, value);
        return value;
    }
}
