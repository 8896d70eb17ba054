namespace Keepalived.Host.CommandLine;

/// <summary>What <see cref="OptionReader.Read"/> found.</summary>
internal enum OptionReadResult
{
    Option,
    Word,
    UnknownOption,
    MissingArgument,
    End,
}

/// <summary>
/// Reads a command line by the rules of getopt_long(3): clustered letters, arguments attached or following, optional arguments only
/// attached, long names abbreviated as long as they are unambiguous, options after words, <c>--</c> ends the options.
/// </summary>
internal struct OptionReader(IReadOnlyList<string> arguments)
{
    private int _next;
    private int _letter;
    private bool _optionsEnded;

    /// <summary>The option found.</summary>
    public OptionSpec Option { get; private set; }

    /// <summary>Its argument, or the word that is no option; null when an optional argument is absent.</summary>
    public string? Argument { get; private set; }

    /// <summary>The option as the user wrote it, for messages.</summary>
    public string Written { get; private set; } = "";

    /// <summary>Takes the next option or word.</summary>
    public OptionReadResult Read()
    {
        Argument = null;
        if (_letter > 0)
        {
            return ReadLetter();
        }

        if (_next >= arguments.Count)
        {
            return OptionReadResult.End;
        }

        string word = arguments[_next];
        if (_optionsEnded || word.Length < 2 || word[0] != '-')
        {
            _next++;
            Argument = word;
            return OptionReadResult.Word;
        }

        if (word == "--")
        {
            _next++;
            _optionsEnded = true;
            return Read();
        }

        if (word[1] == '-')
        {
            _next++;
            return ReadLong(word);
        }

        _letter = 1;
        return ReadLetter();
    }

    private OptionReadResult ReadLetter()
    {
        string cluster = arguments[_next];
        char letter = cluster[_letter];
        Written = "-" + letter;
        string rest = cluster[(_letter + 1)..];
        if (OptionTable.Find(letter) is not { } option)
        {
            Advance(rest.Length == 0);
            return OptionReadResult.UnknownOption;
        }

        Option = option;
        if (option.Argument == OptionArgument.None)
        {
            Advance(rest.Length == 0);
            return OptionReadResult.Option;
        }

        Advance(true);
        if (rest.Length > 0)
        {
            Argument = rest;
            return OptionReadResult.Option;
        }

        return TakeFollowing();
    }

    private OptionReadResult ReadLong(string word)
    {
        int equals = word.IndexOf('=', StringComparison.Ordinal);
        Written = word;
        ReadOnlySpan<char> name = equals < 0 ? word.AsSpan(2) : word.AsSpan(2, equals - 2);
        if (OptionTable.Find(name) is not { } option || (equals >= 0 && option.Argument == OptionArgument.None))
        {
            return OptionReadResult.UnknownOption;
        }

        Option = option;
        if (equals >= 0)
        {
            Argument = word[(equals + 1)..];
            return OptionReadResult.Option;
        }

        return option.Argument == OptionArgument.None ? OptionReadResult.Option : TakeFollowing();
    }

    private OptionReadResult TakeFollowing()
    {
        if (Option.Argument == OptionArgument.Optional)
        {
            return OptionReadResult.Option;
        }

        if (_next >= arguments.Count)
        {
            return OptionReadResult.MissingArgument;
        }

        Argument = arguments[_next++];
        return OptionReadResult.Option;
    }

    private void Advance(bool clusterEnds)
    {
        if (clusterEnds)
        {
            _letter = 0;
            _next++;
        }
        else
        {
            _letter++;
        }
    }
}
