namespace Keepalived.Simulation;

/// <summary>A learning bridge: which station is behind which port, as far as frames have told (IEEE 802.1D section 7.8).</summary>
public sealed class NetworkSwitch
{
    /// <summary>The port that leads to the other switch.</summary>
    internal const int TrunkPort = -1;

    private readonly List<(ulong Station, int Port)> _table = [];

    /// <summary>Stations known.</summary>
    public int Count => _table.Count;

    /// <summary>A frame from this station came in here.</summary>
    internal void Learn(ulong station, int port)
    {
        for (int i = 0; i < _table.Count; i++)
        {
            if (_table[i].Station == station)
            {
                _table[i] = (station, port);
                return;
            }
        }

        _table.Add((station, port));
    }

    /// <summary>Where to send frames for this station; null: everywhere.</summary>
    internal int? Find(ulong station)
    {
        foreach ((ulong known, int port) in _table)
        {
            if (known == station)
            {
                return port;
            }
        }

        return null;
    }

    /// <summary>The port has lost its link: what was behind it is unknown.</summary>
    internal void Forget(int port)
    {
        for (int i = _table.Count - 1; i >= 0; i--)
        {
            if (_table[i].Port == port)
            {
                _table.RemoveAt(i);
            }
        }
    }
}
