namespace MilvusMonitoring.Kubernetes.Kubeconfig;

/// <summary>Where this process finds its cluster when nobody names one.</summary>
/// <param name="Variable">The value of <c>KUBECONFIG</c>.</param>
/// <param name="HomeFile">The path of <c>~/.kube/config</c>; null where there is no home.</param>
/// <param name="ServiceHost">The value of <c>KUBERNETES_SERVICE_HOST</c>, set inside a pod.</param>
/// <param name="ServicePort">The value of <c>KUBERNETES_SERVICE_PORT</c>.</param>
/// <param name="ServiceAccountFolder">Where a pod finds its service account.</param>
internal sealed record KubeconfigLocations(
    string? Variable,
    string? HomeFile,
    string? ServiceHost,
    string? ServicePort,
    string ServiceAccountFolder)
{
    /// <summary>The places of this process, as they are now.</summary>
    /// <returns>The places.</returns>
    public static KubeconfigLocations FromEnvironment()
    {
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return new KubeconfigLocations(
            Environment.GetEnvironmentVariable("KUBECONFIG"),
            home.Length == 0 ? null : Path.Combine(home, ".kube", "config"),
            Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_HOST"),
            Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_PORT"),
            "/var/run/secrets/kubernetes.io/serviceaccount");
    }

    /// <summary>The kubeconfig files to read, in the order in which they win.</summary>
    /// <param name="named">What the user named: a file, or several as in <c>KUBECONFIG</c>; null for the default.</param>
    /// <returns>Full paths of files that are there; none where a pod's service account is to be used.</returns>
    /// <exception cref="MonitoringException">There is no kubeconfig and no service account.</exception>
    public IReadOnlyList<string> Files(string? named)
    {
        if (!string.IsNullOrEmpty(named))
        {
            var files = File.Exists(named) ? [Path.GetFullPath(named)] : Existing(named);
            return files.Count > 0
                ? files
                : throw NotFound(
                    $"The kubeconfig {named} is not there; give the path of a kubeconfig with -Kubeconfig, or leave it out to use $env:KUBECONFIG or ~/.kube/config.",
                    named);
        }

        if (!string.IsNullOrEmpty(Variable))
        {
            var files = Existing(Variable);
            return files.Count > 0
                ? files
                : throw NotFound(
                    $"No file that $env:KUBECONFIG lists is there ({Variable}); correct the variable, or give a path with -Kubeconfig.",
                    Variable);
        }

        if (HomeFile is not null && File.Exists(HomeFile))
        {
            return [HomeFile];
        }

        return IsInCluster
            ? []
            : throw NotFound(
                $"No kubeconfig was found: $env:KUBECONFIG is not set, {HomeFile ?? "~/.kube/config"} is not there, and this is no pod with a service account; give the path of one with -Kubeconfig.",
                null);
    }

    private bool IsInCluster =>
        !string.IsNullOrEmpty(ServiceHost)
        && !string.IsNullOrEmpty(ServicePort)
        && File.Exists(Path.Combine(ServiceAccountFolder, "token"));

    private static List<string> Existing(string list) =>
        [.. list.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Where(File.Exists).Select(Path.GetFullPath).Distinct()];

    private static MonitoringException NotFound(string message, string? target) => new(ErrorId.KubeconfigNotFound, message, target);
}
