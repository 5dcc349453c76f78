namespace MilvusMonitoring.Manifests.Files;

/// <summary>Something that is wrong in a manifest, and where.</summary>
/// <param name="File">The path of the file, below the manifests folder.</param>
/// <param name="Line">The line in it, from 1; 0 where the whole file is meant.</param>
/// <param name="Message">What is wrong, then what to do; no full stop.</param>
internal sealed record ManifestProblem(string File, long Line, string Message)
{
    /// <inheritdoc />
    public override string ToString() => Line > 0 ? $"{File} line {Line}: {Message}" : $"{File}: {Message}";
}
