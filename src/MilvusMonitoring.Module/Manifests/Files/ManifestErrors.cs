namespace MilvusMonitoring.Manifests.Files;

/// <summary>The errors of manifests that are not there, or cannot be read.</summary>
internal static class ManifestErrors
{
    public const string Remedy = "Give a kube-prometheus folder, its manifests folder, a .tar.gz or .zip of it, or one .yaml file.";

    /// <summary>The error for a file or folder that the system does not let us read.</summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="exception">What the system said.</param>
    /// <returns>The error.</returns>
    public static MonitoringException Unreadable(string path, Exception exception) =>
        NotFound($"{path} cannot be read: {exception.Message.ReplaceLineEndings(" ")}", path, exception);

    /// <summary>The error for a path without manifests.</summary>
    public static MonitoringException NotFound(string reason, string path, Exception? innerException = null) =>
        new(ErrorId.ManifestNotFound, $"{reason}. {Remedy}", path, innerException);
}
