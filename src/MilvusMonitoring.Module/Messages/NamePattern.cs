namespace MilvusMonitoring.Messages;

/// <summary>The names that the user asks for.</summary>
/// <param name="Matches">Whether a name is one of them.</param>
/// <param name="Exact">The name, if the user asks for one and uses no wildcards; else null. An exact name that is missing is an
/// error.</param>
internal sealed record NamePattern(Func<string, bool> Matches, string? Exact);
