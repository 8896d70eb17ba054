using System.Net;
using System.Text;

namespace Keepalived.Checkers.Http.Genhash;

/// <summary>The command line of genhash.</summary>
internal sealed record GenhashOptions
{
    /// <summary>Text of <c>--help</c> and of every mistake.</summary>
    public const string Usage = """
        Usage: genhash -s ADDRESS -p PORT -u PATH [OPTION…]
        Prints the MD5 digest of what a web server answers, for the digest keyword of HTTP_GET.

          -s, --server ADDRESS         IPv4 or IPv6 address of the server
          -p, --port PORT              its port
          -u, --url PATH               the path to ask for
          -V, --use-virtualhost NAME   host name to ask for
          -S, --use-ssl                speak TLS
          -I, --use-sni                name the virtual host in the TLS handshake
          -P, --protocol 1.0|1.0c|1.1  form of the request; 1.0c is 1.0 with "Connection: close"
          -m, --fwmark MARK            firewall mark of the packets
          -t, --timeout SECONDS        give up after so long (default 5)
          -v, --verbose                show the answer too
          -h, --help                   show this text

        """;

    private static readonly (char Letter, string Name, bool TakesValue)[] _known =
    [
        ('s', "server", true), ('p', "port", true), ('u', "url", true), ('V', "use-virtualhost", true), ('P', "protocol", true),
        ('m', "fwmark", true), ('t', "timeout", true), ('S', "use-ssl", false), ('I', "use-sni", false), ('v', "verbose", false), ('h', "help", false),
    ];

    public IPAddress? Server { get; private set; }

    public int Port { get; private set; }

    public string? Path { get; private set; }

    public string? VirtualHost { get; private set; }

    public HttpProtocol Protocol { get; private set; }

    public uint FirewallMark { get; private set; }

    public TimeSpan Timeout { get; private set; } = TimeSpan.FromSeconds(5);

    public bool UsesTls { get; private set; }

    public bool SendsServerName { get; private set; }

    public bool IsVerbose { get; private set; }

    /// <summary>Reads the words; null, with the reason, when they do not say what is needed. No reason means help was asked for.</summary>
    public static GenhashOptions? Parse(EquatableArray<string> words, out string? mistake)
    {
        GenhashOptions options = new();
        mistake = null;
        for (int i = 0; i < words.Count; i++)
        {
            if (!Split(words[i], out char letter, out string? value, out bool takesValue))
            {
                mistake = $"unknown option {words[i]}";
                return null;
            }

            if (takesValue && value is null && ++i == words.Count)
            {
                mistake = $"option -{letter} needs a value";
                return null;
            }

            if (letter == 'h' || !options.Set(letter, value ?? (takesValue ? words[i] : ""), out mistake))
            {
                return null;
            }
        }

        mistake = options switch
        {
            { Server: null } => "the server's address is missing: -s ADDRESS",
            { Port: 0 } => "the server's port is missing: -p PORT",
            { Path: null } => "the path is missing: -u PATH",
            _ => null,
        };
        return mistake is null ? options : null;
    }

    private static bool Split(string word, out char letter, out string? value, out bool takesValue)
    {
        (letter, value, takesValue) = ('\0', null, false);
        foreach ((char known, string name, bool takes) in _known)
        {
            bool isLong = word == "--" + name || (takes && word.StartsWith($"--{name}=", StringComparison.Ordinal));
            bool isShort = word.Length >= 2 && word[0] == '-' && word[1] == known && (takes || word.Length == 2);
            if (isLong || isShort)
            {
                int rest = isLong ? name.Length + 3 : 2;
                value = takes && word.Length > (isLong ? name.Length + 2 : 2) ? word[rest..] : null;
                (letter, takesValue) = (known, takes);
                return true;
            }
        }

        return false;
    }

    private bool Set(char letter, string value, out string? mistake)
    {
        bool isWell = true;
        switch (letter)
        {
            case 's': Server = IPAddress.TryParse(value, out IPAddress? address) ? address : null; isWell = Server is not null; break;
            case 'p': isWell = int.TryParse(value, out int port) && port is >= 1 and <= 65535; Port = port; break;
            case 'u': Path = value; break;
            case 'V': VirtualHost = value; break;
            case 'm': isWell = uint.TryParse(value, out uint mark); FirewallMark = mark; break;
            case 't': isWell = int.TryParse(value, out int seconds) && seconds is >= 1 and <= 3600; Timeout = TimeSpan.FromSeconds(Math.Clamp(seconds, 1, 3600)); break;
            case 'P': isWell = value is "1.0" or "1.0c" or "1.0C" or "1.1"; Protocol = value switch { "1.1" => HttpProtocol.Http11, "1.0" => HttpProtocol.Http10, _ => HttpProtocol.Http10Close }; break;
            case 'S': UsesTls = true; break;
            case 'I': SendsServerName = true; break;
            case 'v': IsVerbose = true; break;
            default: break;
        }

        mistake = isWell ? null : $"'{value}' is no value for option -{letter}";
        return isWell;
    }
}
