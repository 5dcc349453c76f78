namespace MilvusMonitoring.Manifests.Files;

/// <summary>Ends the reading of one manifest file; <see cref="ManifestReader"/> gathers these of all files into one error.</summary>
internal sealed class ManifestProblemException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="problem">What is wrong, and where.</param>
    public ManifestProblemException(ManifestProblem problem)
        : base(problem.ToString())
    {
        Problem = problem;
    }

    /// <summary>What is wrong, and where.</summary>
    public ManifestProblem Problem { get; }
}
