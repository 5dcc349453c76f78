using MilvusMonitoring.Platform;

namespace MilvusMonitoring.Kubernetes.Kubeconfig;

/// <summary>The locations where this process finds its cluster if the user names none.</summary>
/// <param name="Variable">The value of <c>KUBECONFIG</c>.</param>
/// <param name="HomeFile">The path of <c>.kube/config</c> in the home folder; null if there is none.</param>
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
    /// <summary>The folder that relative paths start from.</summary>
    public string Folder { get; init; } = Environment.CurrentDirectory;

    /// <summary>
    /// Finds the full path that a path means in the user's shell, which may know drives of its own; null if it is not of the file system.
    /// </summary>
    public Func<string, string?> FindShellPath { get; init; } = _ => null;

    public static KubeconfigLocations FromEnvironment() => new(
        Environment.GetEnvironmentVariable("KUBECONFIG"),
        HomeFolders.Current.FindKubeconfig(),
        Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_HOST"),
        Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_PORT"),
        "/var/run/secrets/kubernetes.io/serviceaccount");

    /// <summary>Lists the full paths of the kubeconfig files, in order of precedence; none for a pod's service account.</summary>
    /// <param name="named">The user's value: a file, or several as in <c>KUBECONFIG</c>; null for the default.</param>
    /// <exception cref="MonitoringException">There is no kubeconfig and no service account.</exception>
    public IReadOnlyList<string> ListFiles(string? named)
    {
        if (!string.IsNullOrEmpty(named))
        {
            var files = ListNamed(named);
            return files.Count > 0
                ? files
                : throw CreateNotFound(
                    $"The kubeconfig {named} {(Directory.Exists(named) ? "is a folder" : "does not exist")}",
                    "give the path of a kubeconfig with -Kubeconfig, or omit -Kubeconfig to use $env:KUBECONFIG or ~/.kube/config",
                    named);
        }

        if (!string.IsNullOrEmpty(Variable))
        {
            // kubectl's reading comes first: the cluster must be the one that kubectl finds. kubectl knows no ~ and no drives of a shell.
            List<string> files = [.. Split(Variable).Select(FindPlain).OfType<string>().Distinct()];
            files = files.Count > 0 ? files : ListNamed(Variable);
            return files.Count > 0
                ? files
                : throw CreateNotFound(
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
            : throw CreateNotFound(
                $"No kubeconfig was found: $env:KUBECONFIG is not set, {HomeFile ?? "~/.kube/config"} does not exist, "
                + "and this is not a pod with a service account",
                "give the path of a kubeconfig with -Kubeconfig",
                null);
    }

    private bool IsInCluster =>
        !string.IsNullOrEmpty(ServiceHost)
        && !string.IsNullOrEmpty(ServicePort)
        && File.Exists(Path.Combine(ServiceAccountFolder, "token"));

    /// <summary>
    /// Lists the files that exist. A name may contain the separator, as <c>work:/a.yaml</c> does: the longest name that exists counts.
    /// </summary>
    private List<string> ListNamed(string list)
    {
        var parts = list.Split(Path.PathSeparator);
        var files = new List<string>();
        for (var start = 0; start < parts.Length; start++)
        {
            for (var end = parts.Length; end > start; end--)
            {
                if (Find(string.Join(Path.PathSeparator, parts[start..end])) is { } file)
                {
                    files.Add(file);
                    start = end - 1;
                    break;
                }
            }
        }

        return [.. files.Distinct()];
    }

    private string? Find(string path)
    {
        if (path.Length == 0)
        {
            return null;
        }

        return FindShellPath(path) is { } shellPath && File.Exists(shellPath) ? Path.GetFullPath(shellPath) : FindPlain(path);
    }

    private string? FindPlain(string path) => File.Exists(Path.Combine(Folder, path)) ? Path.GetFullPath(path, Folder) : null;

    private static string[] Split(string list) => list.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);

    private static MonitoringException CreateNotFound(string reason, string remedy, string? target) =>
        new(ErrorId.KubeconfigNotFound, reason, remedy, target);
}
