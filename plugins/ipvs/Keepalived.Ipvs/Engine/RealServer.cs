namespace Keepalived.Ipvs;

/// <summary>A real server at run time. Its virtual server decides; its checkers report.</summary>
internal sealed class RealServer(VirtualServer owner, RealServerDefinition definition)
{
    private CheckRunner[]? _checkers;

    /// <summary>The virtual server that it belongs to.</summary>
    public VirtualServer Owner { get; } = owner;

    /// <summary>Its configuration; replaced by a reload.</summary>
    public RealServerDefinition Definition { get; set; } = definition;

    /// <summary>Its checkers; none before they have been made.</summary>
    public CheckRunner[] Checkers
    {
        get => _checkers ?? [];
        set => _checkers = value;
    }

    /// <summary>Whether it counts as alive.</summary>
    public bool IsAlive { get; set; }

    /// <summary>Identity for messages, made when somebody asks: the first time not before the kernel's table is whole.</summary>
    public string Name => field ??= Definition.Name;

    /// <summary>
    /// Configured weight and what dynamic checks add to it, 0..2147483647. A check that names a weight adds the difference to the
    /// configured one, so several add up.
    /// </summary>
    public int EffectiveWeight
    {
        get
        {
            long weight = Definition.Weight;
            foreach (CheckRunner checker in Checkers)
            {
                if (checker.DynamicWeight is { } dynamic)
                {
                    weight += (long)dynamic - Definition.Weight;
                }

                weight += checker.AddedWeight;
            }

            return (int)Math.Clamp(weight, 0, int.MaxValue);
        }
    }

    /// <summary>Whether every checker is up, or will be up when it is made; a server without checkers always is.</summary>
    public bool AllCheckersUp
    {
        get
        {
            if (_checkers is null)
            {
                return StartsUp;
            }

            foreach (CheckRunner checker in _checkers)
            {
                if (!checker.State.IsUp)
                {
                    return false;
                }
            }

            return true;
        }
    }

    private bool StartsUp
    {
        get
        {
            for (int i = 0; i < Definition.Traits.Checkers.Count; i++)
            {
                if (Definition.Traits.Checkers[i].Options.Alpha!.Value)
                {
                    return false;
                }
            }

            return true;
        }
    }

    /// <summary>Whether a checker failed or none has said anything yet: then a checker that comes anew starts pessimistically.</summary>
    public bool IsDoubtful
    {
        get
        {
            bool anyRun = false;
            foreach (CheckRunner checker in Checkers)
            {
                anyRun |= checker.State.HasRun;
                if (!checker.State.IsUp)
                {
                    return true;
                }
            }

            return !anyRun;
        }
    }
}
