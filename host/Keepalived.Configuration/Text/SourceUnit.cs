namespace Keepalived.Configuration;

/// <summary>
/// A run of lines with one provenance: a file as opened by one include line (or, later, the body of a definition or one round of a
/// repetition). Lines refer to it by index, so that a line costs no object of its own.
/// </summary>
/// <param name="File">Name of the file as the operator wrote it.</param>
/// <param name="Relation">How the unit came in.</param>
/// <param name="ParentLine">Index of the expanded line that brought it in; -1 for the main file.</param>
/// <param name="Detail">What to say of the relation; null when the relation says it all.</param>
public sealed record SourceUnit(string File, SourceRelation Relation, int ParentLine, string? Detail)
{
    /// <summary>The parent line's origin, made when first asked for and shared by all lines of the unit.</summary>
    internal SourceOrigin? ParentOrigin { get; set; }
}
