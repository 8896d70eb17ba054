using Keepalived.Configuration;
using Keepalived.Host.Configuration;

namespace Keepalived.Keywords.Tests;

/// <summary>What <c>config show</c> writes is read as the same words, whatever is in them.</summary>
public sealed class CanonicalWordTests
{
    private const string Alphabet = "ab01/ -'\"\\#!{}$~@();,\t\a\r\x7fé€";

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_command_of_any_words_is_read_back_as_the_same_words(int seed)
    {
        Random random = new(seed);
        for (int round = 0; round < 100; round++)
        {
            string[] words = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Word(random))];
            string text = CanonicalWord.Command(words);
            HookScript? script = AllKeywords.ReadText($"global_defs {{\n startup_script {text}\n}}\n").Settings.StartupScript;
            Assert.True(script is not null, $"seed {seed}: {text} is not accepted");
            string[] read = [script.Command.Program, .. script.Command.Arguments.AsSpan()];
            Assert.Equal(words, read);
        }
    }

    [Theory]
    [InlineData("2001:DB8:0:0::1", "2001:db8::1")]
    [InlineData("2001:DB8::/32", "2001:db8::/32")]
    [InlineData("00:11:22:33:44:55", "00:11:22:33:44:55")]
    [InlineData("10:20", "10:20")]
    [InlineData("", "\"\"")]
    [InlineData("a b", "\"a b\"")]
    [InlineData("a#b", "\"a#b\"")]
    public void A_plain_word_is_quoted_when_it_must_be_and_an_address_has_one_form(string word, string expected) =>
        Assert.Equal(expected, CanonicalWord.Plain(word));

    private static string Word(Random random) =>
        string.Concat(Enumerable.Range(0, random.Next(1, 8)).Select(_ => Alphabet[random.Next(Alphabet.Length)]));
}
