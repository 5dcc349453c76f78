using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Kubernetes.Kubeconfig;

/// <summary>One or several kubeconfig files, merged as in kubectl: for each name, the first file takes precedence.</summary>
internal sealed class MergedKubeconfig
{
    private const string NameContext = "name one with -Context";

    /// <summary>The shown length of a name, which may be any text.</summary>
    private const int LongestName = 120;

    private readonly Dictionary<string, KubeconfigCluster> _clusters = new(StringComparer.Ordinal);
    private readonly Dictionary<string, KubeconfigUser> _users = new(StringComparer.Ordinal);
    private readonly Dictionary<string, KubeconfigContext> _contexts = new(StringComparer.Ordinal);

    private MergedKubeconfig(IReadOnlyList<string> files)
    {
        Path = string.Join(System.IO.Path.PathSeparator, files);
        foreach (var file in files.Select(KubeconfigFile.Read))
        {
            CurrentContext ??= file.CurrentContext;
            AddNew(_clusters, file.Clusters, entry => entry.Name);
            AddNew(_users, file.Users, entry => entry.Name);
            AddNew(_contexts, file.Contexts, entry => entry.Name);
        }
    }

    /// <summary>The files, in the form of <c>KUBECONFIG</c>. The value is valid for <c>-Kubeconfig</c>.</summary>
    public string Path { get; }

    public string? CurrentContext { get; }

    /// <summary>Gets the cluster that the user named. Reads files; opens no network connection and starts no program.</summary>
    /// <exception cref="MonitoringException">No kubeconfig, no such context, or a refused setting.</exception>
    public static ClusterSettings Resolve(ClusterTarget target, KubeconfigLocations locations)
    {
        var files = target.Files ?? locations.ListFiles(target.Kubeconfig);
        return files.Count == 0
            ? InClusterSettings.Read(locations, target.Context)
            : new MergedKubeconfig(files).GetSettings(target.Context) with { Folder = target.Folder ?? locations.Folder };
    }

    /// <summary>Lists the contexts of the kubeconfig by name, for completion. An unreadable kubeconfig has no contexts.</summary>
    /// <param name="named">The value of <c>-Kubeconfig</c>; null for the default.</param>
    public static IReadOnlyList<string> ContextNames(string? named, KubeconfigLocations locations)
    {
        try
        {
            return new MergedKubeconfig(locations.ListFiles(named)).ListNames();
        }
        catch (Exception exception)
            when (exception is MonitoringException or IOException or UnauthorizedAccessException
                or ArgumentException or NotSupportedException)
        {
            return [];
        }
    }

    private ClusterSettings GetSettings(string? named)
    {
        var name = named ?? CurrentContext ?? throw CreateNoCurrentContext();
        if (!_contexts.TryGetValue(name, out var context))
        {
            throw CreateNoSuchContext(name, isCurrent: named is null);
        }

        var cluster = GetReferenced(_clusters, context, context.Cluster, "cluster");
        var user = cluster.IsUnencrypted
            ? KubeconfigUser.Anonymous(context)
            : GetReferenced(_users, context, context.User, "user");
        return KubeconfigRules.CheckSettings(Path, context, cluster, user);
    }

    private static T GetReferenced<T>(Dictionary<string, T> entries, KubeconfigContext context, string? name, string what)
        where T : class
    {
        if (name is null)
        {
            throw KubeconfigFile.CreateInvalid(
                context.File,
                $"names no {what} in the context '{OneLine.Clean(context.Name, LongestName)}'",
                $"add the {what} to the context, or use another one with -Context");
        }

        if (entries.TryGetValue(name, out var entry))
        {
            return entry;
        }

        var (contextName, missing) = (OneLine.Clean(context.Name, LongestName), OneLine.Clean(name, LongestName));
        throw new MonitoringException(
            ErrorId.ContextNotFound,
            $"The context '{contextName}' in {context.File} needs the {what} '{missing}', which the kubeconfig does not hold "
            + $"({NameSuggestions.Describe(name, entries.Keys)})",
            $"add the {what}, or use another context with -Context",
            name);
    }

    private MonitoringException CreateNoCurrentContext() => _contexts.Count == 0
        ? new MonitoringException(
            ErrorId.ContextNotFound,
            $"The kubeconfig {Path} holds no context",
            "name another kubeconfig with -Kubeconfig",
            Path)
        : new MonitoringException(
            ErrorId.ContextNotFound,
            $"The kubeconfig {Path} has no current context ({NameSuggestions.Describe("", _contexts.Keys)})",
            NameContext,
            Path);

    private MonitoringException CreateNoSuchContext(string name, bool isCurrent)
    {
        var what = isCurrent ? "current context" : "context";
        var suggestion = NameSuggestions.Describe(name, _contexts.Keys);
        return new MonitoringException(
            ErrorId.ContextNotFound,
            $"The {what} '{OneLine.Clean(name, LongestName)}' is not in {Path} ({suggestion})",
            NameContext,
            name);
    }

    private List<string> ListNames() => [.. _contexts.Keys.Order(StringComparer.OrdinalIgnoreCase)];

    private static void AddNew<T>(Dictionary<string, T> all, IEnumerable<T> entries, Func<T, string> name)
    {
        foreach (var entry in entries)
        {
            all.TryAdd(name(entry), entry);
        }
    }
}
