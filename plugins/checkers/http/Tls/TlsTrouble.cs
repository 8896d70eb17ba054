using System.Security.Authentication;

namespace Keepalived.Checkers.Http.Tls;

/// <summary>
/// What went wrong in TLS itself, in words of our own: those of OpenSSL and of the framework differ from version to version, and logs are read by
/// programs. An alert of the server keeps its number and name (RFC 8446 section 6, RFC 5246 section 7.2).
/// </summary>
internal static class TlsTrouble
{
    // openssl/err.h: 8 bits of library above 23 bits of reason; openssl/ssl.h: reasons from 1000 on are alerts of the peer.
    private const int ReasonBits = 23;
    private const int SslLibrary = 20;
    private const int FirstAlert = 1000;
    private const int LastAlert = FirstAlert + 255;

    /// <summary>Describes what the framework threw.</summary>
    public static string Describe(Exception exception)
    {
        Exception cause = exception.GetBaseException();
        return cause is not (IOException or AuthenticationException) && (cause.HResult >>> ReasonBits) == SslLibrary
            ? OfOpenSsl(cause.HResult & ((1 << ReasonBits) - 1), cause.Message)
            : cause is AuthenticationException ? "what the server sent is not TLS" : "the connection was closed in the middle of TLS";
    }

    private static string OfOpenSsl(int reason, string message)
    {
        if (reason is >= FirstAlert and <= LastAlert)
        {
            int alert = reason - FirstAlert;
            return $"the server ended it with alert {alert} ({NameOf(alert)})";
        }

        return reason switch
        {
            267 => "what the server sent is not TLS", // SSL_R_WRONG_VERSION_NUMBER
            258 or 259 => "no version of TLS in common", // SSL_R_UNSUPPORTED_PROTOCOL, SSL_R_UNSUPPORTED_SSL_VERSION
            294 => "the connection was closed in the middle of TLS", // SSL_R_UNEXPECTED_EOF_WHILE_READING
            _ => message[(message.LastIndexOf(':') + 1)..],
        };
    }

    private static string NameOf(int alert) => alert switch
    {
        0 => "close_notify",
        10 => "unexpected_message",
        20 => "bad_record_mac",
        22 => "record_overflow",
        40 => "handshake_failure",
        42 => "bad_certificate",
        43 => "unsupported_certificate",
        44 => "certificate_revoked",
        45 => "certificate_expired",
        46 => "certificate_unknown",
        47 => "illegal_parameter",
        48 => "unknown_ca",
        49 => "access_denied",
        50 => "decode_error",
        51 => "decrypt_error",
        70 => "protocol_version",
        71 => "insufficient_security",
        80 => "internal_error",
        86 => "inappropriate_fallback",
        90 => "user_canceled",
        109 => "missing_extension",
        110 => "unsupported_extension",
        112 => "unrecognized_name",
        113 => "bad_certificate_status_response",
        115 => "unknown_psk_identity",
        116 => "certificate_required",
        120 => "no_application_protocol",
        _ => "unassigned",
    };
}
