namespace MilvusMonitoring.Manifests.Files;

/// <summary>The errors of manifests that do not exist or cannot be read.</summary>
internal static class ManifestErrors
{
    private const string Remedy = "give a kube-prometheus folder, its manifests folder, a .tar.gz or .zip of it, or one .yaml file";

    /// <summary>The error for a file or folder that the system refuses to read.</summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="exception">The error of the system.</param>
    public static MonitoringException CreateUnreadable(string path, Exception exception) =>
        CreateNotFound($"{path} cannot be read: {exception.Message.ReplaceLineEndings(" ").TrimEnd('.')}", path, exception);

    /// <summary>The error for a path without manifests.</summary>
    public static MonitoringException CreateNotFound(string reason, string path, Exception? innerException = null) =>
        new(ErrorId.ManifestNotFound, reason, Remedy, path, innerException);

    /// <summary>The error for what helm turns into manifests.</summary>
    /// <param name="reason">What is a Helm chart, or part of one.</param>
    public static MonitoringException CreateHelmChart(string reason, string target) =>
        new(
            ErrorId.ManifestInvalid,
            $"{reason}, not kube-prometheus's manifests. Nothing was applied",
            "Save-KubePrometheus gets those; helm installs a chart",
            target);

    /// <summary>The error for what kustomize turns into manifests.</summary>
    /// <param name="file">The kustomization.</param>
    public static MonitoringException CreateKustomization(string file) =>
        new(
            ErrorId.ManifestInvalid,
            $"{file} is a kustomization, from which kubectl builds the manifests, and is not a manifest itself. Nothing was applied",
            "run kubectl kustomize FOLDER > all.yaml for its folder, and give that file with -Path",
            file);
}
