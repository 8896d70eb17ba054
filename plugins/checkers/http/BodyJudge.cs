using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Keepalived.Checkers.Http;

/// <summary>
/// Judges the body of one URL's answers by digest and regular expression. keepalived digests a chunked body with its chunk sizes; so a
/// digest made with it, or with its genhash, is accepted as well as one of the body proper.
/// </summary>
internal sealed class BodyJudge : IDisposable
{
    private readonly UInt128? _expected;
    private readonly BodyPattern? _pattern;
    private readonly Regex? _regex;
    private readonly IncrementalHash? _hash;
    private readonly IncrementalHash? _rawHash;
    private readonly ArrayBufferWriter<char>? _text;
    private bool _isChunked;

    [SuppressMessage("Security", "CA5351", Justification = "The digest is an operator's fingerprint of a page in keepalived's format, no protection.")]
    public BodyJudge(HttpUrl url)
    {
        _expected = url.Digest;
        _pattern = url.Pattern;
        if (_expected is not null)
        {
            _hash = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
            _rawHash = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        }

        if (_pattern is not null)
        {
            _regex = _pattern.Compile();
            _text = new();
        }
    }

    /// <summary>Begins a new body.</summary>
    public void Reset()
    {
        Span<byte> unused = stackalloc byte[MD5.HashSizeInBytes];
        _hash?.GetHashAndReset(unused);
        _rawHash?.GetHashAndReset(unused);
        _text?.ResetWrittenCount();
        _isChunked = false;
    }

    /// <summary>Takes a piece of the answer behind the header.</summary>
    /// <param name="raw">As received.</param>
    /// <param name="body">The body in it.</param>
    /// <param name="isChunked">Whether the two differ by chunk sizes.</param>
    public void Take(ReadOnlySpan<byte> raw, ReadOnlySpan<byte> body, bool isChunked)
    {
        _isChunked = isChunked;
        _hash?.AppendData(body);
        if (isChunked)
        {
            _rawHash?.AppendData(raw);
        }

        if (_text is not null)
        {
            ReadOnlySpan<byte> kept = body[..Math.Min(body.Length, BodyPattern.LongestBody - _text.WrittenCount)];
            Encoding.Latin1.GetChars(kept, _text);
        }
    }

    /// <summary>Why the body is not as it should be; null when it is.</summary>
    public string? Refuses()
    {
        if (_expected is { } expected && Digest(_hash!) != expected && !(_isChunked && Digest(_rawHash!) == expected))
        {
            return "the digest of the body differs";
        }

        if (_pattern is null)
        {
            return null;
        }

        try
        {
            return _pattern.Accepts(_regex!, _text!.WrittenSpan) ? null
                : _pattern.MustNotMatch ? "the body matches the regular expression" : "the body does not match the regular expression";
        }
        catch (RegexMatchTimeoutException)
        {
            return "the regular expression takes too long on the body";
        }
    }

    public void Dispose()
    {
        _hash?.Dispose();
        _rawHash?.Dispose();
    }

    private static UInt128 Digest(IncrementalHash hash)
    {
        Span<byte> digest = stackalloc byte[MD5.HashSizeInBytes];
        hash.GetCurrentHash(digest);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(digest);
    }
}
