namespace MilvusMonitoring.Kubernetes.Kubeconfig;

/// <summary>The locations where this process finds its cluster if the user names none.</summary>
/// <param name="Variable">The value of <c>KUBECONFIG</c>.</param>
/// <param name="HomeFile">The path of <c>~/.kube/config</c>; null if there is no home folder.</param>
/// <param name="ServiceHost">The value of <c>KUBERNETES_SERVICE_HOST</c>, set inside a pod.</param>
/// <param name="ServicePort">The value of <c>KUBERNETES_SERVICE_PORT</c>.</param>
/// <param name="ServiceAccountFolder">The folder of a pod's service account.</param>
internal sealed record KubeconfigLocations(
    string? Variable,
    string? HomeFile,
    string? ServiceHost,
    string? ServicePort,
    string ServiceAccountFolder)
{
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

    /// <summary>Lists the full paths of the kubeconfig files, in order of precedence; none for a pod's service account.</summary>
    /// <param name="named">The user's value: a file, or several as in <c>KUBECONFIG</c>; null for the default.</param>
    /// <exception cref="MonitoringException">There is no kubeconfig and no service account.</exception>
    public IReadOnlyList<string> ListFiles(string? named)
    {
        if (!string.IsNullOrEmpty(named))
        {
            var files = File.Exists(named) ? [Path.GetFullPath(named)] : ListExisting(named);
            return files.Count > 0
                ? files
                : throw NotFound(
                    $"The kubeconfig {named} does not exist",
                    "give the path of a kubeconfig with -Kubeconfig, or omit -Kubeconfig to use $env:KUBECONFIG or ~/.kube/config",
                    named);
        }

        if (!string.IsNullOrEmpty(Variable))
        {
            var files = ListExisting(Variable);
            return files.Count > 0
                ? files
                : throw NotFound(
                    $"No file in $env:KUBECONFIG exists ({Variable})",
                    "correct the variable, or give a path with -Kubeconfig",
                    Variable);
        }

        if (HomeFile is not null && File.Exists(HomeFile))
        {
            return [HomeFile];
        }

        return IsInCluster
            ? []
            : throw NotFound(
                $"No kubeconfig was found: $env:KUBECONFIG is not set, {HomeFile ?? "~/.kube/config"} does not exist, "
                + "and this is not a pod with a service account",
                "give the path of a kubeconfig with -Kubeconfig",
                null);
    }

    private bool IsInCluster =>
        !string.IsNullOrEmpty(ServiceHost)
        && !string.IsNullOrEmpty(ServicePort)
        && File.Exists(Path.Combine(ServiceAccountFolder, "token"));

    private static List<string> ListExisting(string list) =>
        [.. list.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Where(File.Exists).Select(Path.GetFullPath).Distinct()];

    private static MonitoringException NotFound(string reason, string remedy, string? target) =>
        new(ErrorId.KubeconfigNotFound, reason, remedy, target);
}
