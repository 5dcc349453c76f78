using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Kubernetes.Kubeconfig;

/// <summary>One or several kubeconfig files as one, merged as kubectl does: per name the first file wins.</summary>
internal sealed class MergedKubeconfig
{
    private const string NoRemedyButContext = "name one with -Context";

    /// <summary>How much of a name is shown: it may be any text.</summary>
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

    /// <summary>The files, in the form of <c>KUBECONFIG</c>; given back with <c>-Kubeconfig</c> it leads to the same cluster.</summary>
    public string Path { get; }

    /// <summary>The context that is used when none is named.</summary>
    public string? CurrentContext { get; }

    /// <summary>Finds the cluster that the user means. Reads files; touches no network and starts no program.</summary>
    /// <param name="target">What the user named.</param>
    /// <param name="places">Where to look for what is not named.</param>
    /// <returns>The cluster and the user.</returns>
    /// <exception cref="MonitoringException">No kubeconfig, no such context, or something in it that is refused.</exception>
    public static ClusterSettings Resolve(ClusterTarget target, KubeconfigLocations places)
    {
        var files = places.Files(target.Kubeconfig);
        return files.Count == 0
            ? InClusterSettings.Read(places, target.Context)
            : new MergedKubeconfig(files).Settings(target.Context);
    }

    /// <summary>The contexts of the kubeconfig, for Tab. Never throws: what cannot be read has none.</summary>
    /// <param name="named">What the user gave as <c>-Kubeconfig</c>; null for the default.</param>
    /// <param name="places">Where to look for what is not named.</param>
    /// <returns>The names, sorted.</returns>
    public static IReadOnlyList<string> ContextNames(string? named, KubeconfigLocations places)
    {
        try
        {
            return new MergedKubeconfig(places.Files(named)).SortedNames();
        }
        catch (Exception exception)
            when (exception
                    is MonitoringException
                        or IOException
                        or UnauthorizedAccessException
                        or ArgumentException
                        or NotSupportedException)
        {
            return [];
        }
    }

    private ClusterSettings Settings(string? named)
    {
        var name = named ?? CurrentContext ?? throw NoCurrentContext();
        if (!_contexts.TryGetValue(name, out var context))
        {
            throw NoSuchContext(name, isCurrent: named is null);
        }

        var cluster = Referenced(_clusters, context, context.Cluster, "cluster");
        var user = Referenced(_users, context, context.User, "user");
        return KubeconfigRules.Settings(Path, context, cluster, user);
    }

    private static T Referenced<T>(Dictionary<string, T> entries, KubeconfigContext context, string? name, string what)
        where T : class
    {
        if (name is null)
        {
            throw KubeconfigFile.Invalid(
                context.File,
                $"names no {what} in the context '{OneLine.Clean(context.Name, LongestName)}'",
                $"add the {what} to the context, or use another one with -Context");
        }

        return entries.TryGetValue(name, out var entry)
            ? entry
            : throw new MonitoringException(
                ErrorId.ContextNotFound,
                $"The context '{OneLine.Clean(context.Name, LongestName)}' in {context.File} needs the {what} '{OneLine.Clean(name, LongestName)}', which the kubeconfig does not hold ({NameSuggestions.Describe(name, entries.Keys)})",
                "add it, or use another context with -Context",
                name);
    }

    private MonitoringException NoCurrentContext() => new(
        ErrorId.ContextNotFound,
        _contexts.Count == 0
            ? $"The kubeconfig {Path} holds no context; name another kubeconfig with -Kubeconfig."
            : $"The kubeconfig {Path} has no current context ({NameSuggestions.Describe("", _contexts.Keys)}); {NoRemedyButContext}.",
        Path);

    private MonitoringException NoSuchContext(string name, bool isCurrent) =>
        new(
            ErrorId.ContextNotFound,
            $"The {(isCurrent ? "current context" : "context")} '{OneLine.Clean(name, LongestName)}' is not in {Path} ({NameSuggestions.Describe(name, _contexts.Keys)})",
            NoRemedyButContext,
            name);

    private List<string> SortedNames() => [.. _contexts.Keys.Order(StringComparer.OrdinalIgnoreCase)];

    private static void AddNew<T>(Dictionary<string, T> all, IEnumerable<T> entries, Func<T, string> name)
    {
        foreach (var entry in entries)
        {
            all.TryAdd(name(entry), entry);
        }
    }
}
