namespace MilvusMonitoring.Manifests.Files;

/// <summary>A problem in a manifest.</summary>
/// <param name="File">The path of the file, below the manifests folder.</param>
/// <param name="Line">The line in the file, from 1; 0 for the whole file.</param>
/// <param name="Reason">What is wrong. The text follows the location, and has no full stop.</param>
/// <param name="Remedy">What to do, without a full stop.</param>
internal sealed record ManifestProblem(string File, long Line, string Reason, string Remedy)
{
    /// <summary>The location and the reason.</summary>
    public string Finding => Line > 0 ? $"{File} line {Line}: {Reason}" : $"{File}: {Reason}";

    /// <inheritdoc />
    public override string ToString() => $"{Finding}; {Remedy}";
}

/// <summary>Ends the reading of one manifest file. <see cref="ManifestReader"/> combines the problems of all files in one error.</summary>
internal sealed class ManifestProblemException(ManifestProblem problem) : Exception(problem.ToString())
{
    public ManifestProblem Problem { get; } = problem;
}
