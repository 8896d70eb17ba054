namespace Keepalived.Configuration;

/// <summary>
/// A run of text with one provenance: a file as opened by one include line, a definition as used in one place, or one round of a
/// repetition. Lines refer to it by index, so that a line costs no object of its own.
/// </summary>
/// <param name="File">Name of the file that the text stands in, as the operator wrote it.</param>
/// <param name="Relation">How the text came in.</param>
/// <param name="ParentUnit">Index of the unit with the line that brought it in; -1 for the main file.</param>
/// <param name="ParentNumber">Number of that line in its file; 0 for the main file.</param>
/// <param name="Subject">The definition (<c>$NAME</c>) or the repetition (<c>~SEQ(I)</c>); null for a file.</param>
/// <param name="Element">Round of the repetition, from 1; 0 for everything else.</param>
public readonly record struct SourceUnit(
    string File, SourceRelation Relation, int ParentUnit, int ParentNumber, string? Subject = null, int Element = 0)
{
    /// <summary>What to say of the relation; null when the relation says it all.</summary>
    public string? Detail => Element > 0 ? $"element {Element} of {Subject}" : Subject;
}
