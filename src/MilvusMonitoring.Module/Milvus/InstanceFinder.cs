using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Milvus;

/// <summary>Finds every Milvus in a cluster: Helm releases, and resources of the Milvus Operator.</summary>
internal sealed class InstanceFinder(ClusterClient client, IActivitySink sink)
{
    private const string Uninstalled = "uninstalled";

    /// <summary>Lists instances by namespace and name. A release that was uninstalled with its history kept is no instance.</summary>
    /// <param name="namespaceName">The namespace; null for all.</param>
    /// <param name="isWanted">Whether a name is wanted.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <exception cref="MonitoringException">The caller may not read the records of Helm.</exception>
    public async Task<IReadOnlyList<FoundInstance>> ListAsync(
        string? namespaceName,
        Func<string, bool> isWanted,
        CancellationToken cancellationToken)
    {
        var all = await ListAllAsync(namespaceName, isWanted, cancellationToken).ConfigureAwait(false);
        return [.. all.Where(found => found.Instance.Status != Uninstalled)];
    }

    /// <summary>Lists the instances with a name that the user asks for, and says whether their monitors are in the cluster.</summary>
    /// <exception cref="MonitoringException">The user asks for an exact name, and no instance has it.</exception>
    public async Task<IReadOnlyList<MilvusInstance>> ListWithMonitorsAsync(
        string? namespaceName,
        NamePattern pattern,
        CancellationToken cancellationToken)
    {
        var found = await ListAsync(namespaceName, pattern.Matches, cancellationToken).ConfigureAwait(false);
        if (found.Count == 0 && pattern.Exact is { } name)
        {
            found = [await GetAsync(name, namespaceName, cancellationToken).ConfigureAwait(false)];
        }

        return await Task.WhenAll(found.Select(item => AddMonitorStateAsync(item, cancellationToken))).ConfigureAwait(false);
    }

    /// <summary>Gets the one instance of a name.</summary>
    /// <exception cref="MonitoringException">No instance has that name, or instances in several namespaces have it.</exception>
    public async Task<FoundInstance> GetAsync(string name, string? namespaceName, CancellationToken cancellationToken)
    {
        bool HasName(string candidate) => candidate.Equals(name, StringComparison.OrdinalIgnoreCase);
        var found = await ListAllAsync(namespaceName, HasName, cancellationToken).ConfigureAwait(false);
        switch (found.Count)
        {
            case 1:
                return found[0];
            case > 1:
                var places = string.Join(", ", found.Select(instance => instance.Instance.Namespace));
                throw new MonitoringException(
                    ErrorId.InstanceAmbiguous,
                    $"There is a Milvus named '{name}' in each of several namespaces: {places}",
                    "choose one with -Namespace",
                    name);
            default:
                var place = namespaceName is null ? client.Connection.Context : $"namespace {namespaceName}";
                var others = await ListAsync(namespaceName, _ => true, cancellationToken).ConfigureAwait(false);
                throw new MonitoringException(
                    ErrorId.InstanceNotFound,
                    $"There is no Milvus named '{name}' in {place}",
                    DescribeOthers(name, others.Select(other => other.Instance.Name).Distinct()),
                    name);
        }
    }

    private static string DescribeOthers(string name, IEnumerable<string> names) => name.Contains('*', StringComparison.Ordinal)
        ? "give one name, or pipe what Get-MilvusInstance finds by a pattern"
        : NameSuggestions.Describe(name, names);

    private async Task<IReadOnlyList<FoundInstance>> ListAllAsync(
        string? namespaceName,
        Func<string, bool> isWanted,
        CancellationToken cancellationToken)
    {
        var helm = new HelmReleases(client, sink);
        var found = new List<FoundInstance>();
        found.AddRange(await ListFromSecretsAsync(helm, namespaceName, isWanted, cancellationToken).ConfigureAwait(false));
        foreach (var search in (Func<string?, Task<IReadOnlyList<FoundInstance>>>[])
            [
                place => helm.ListAsync(ResourceType.ConfigMap, place, isWanted, cancellationToken),
                place => new OperatorResources(client).ListAsync(place, isWanted, cancellationToken),
            ])
        {
            found.AddRange(await ListIfPermittedAsync(search, namespaceName).ConfigureAwait(false));
        }

        return
        [
            .. found
                .OrderBy(item => item.Instance.Namespace, StringComparer.Ordinal)
                .ThenBy(item => item.Instance.Name, StringComparer.Ordinal),
        ];
    }

    private async Task<IReadOnlyList<FoundInstance>> ListFromSecretsAsync(
        HelmReleases helm,
        string? namespaceName,
        Func<string, bool> isWanted,
        CancellationToken cancellationToken)
    {
        try
        {
            return await helm.ListAsync(ResourceType.Secret, namespaceName, isWanted, cancellationToken).ConfigureAwait(false);
        }
        catch (MonitoringException exception) when (exception.ErrorId == ErrorId.PermissionDenied && namespaceName is null)
        {
            var own = client.Connection.DefaultNamespace;
            var found = await helm.ListAsync(ResourceType.Secret, own, isWanted, cancellationToken).ConfigureAwait(false);
            sink.Warning(
                $"Only namespace {own} was searched, because user \"{client.Connection.User}\" may not list secrets in all namespaces; "
                    + "name another with -Namespace.");
            return found;
        }
    }

    /// <summary>
    /// Most clusters use neither the ConfigMap driver nor the Operator, so that a denial is no news: a server denies even kinds that it
    /// does not know.
    /// </summary>
    private async Task<IReadOnlyList<FoundInstance>> ListIfPermittedAsync(
        Func<string?, Task<IReadOnlyList<FoundInstance>>> search,
        string? namespaceName)
    {
        foreach (var place in namespaceName is null ? [null, client.Connection.DefaultNamespace] : (string?[])[namespaceName])
        {
            try
            {
                return await search(place).ConfigureAwait(false);
            }
            catch (MonitoringException exception) when (exception.ErrorId == ErrorId.PermissionDenied)
            {
                sink.Verbose(exception.Message);
            }
        }

        return [];
    }

    private async Task<MilvusInstance> AddMonitorStateAsync(FoundInstance found, CancellationToken cancellationToken)
    {
        try
        {
            var metadata = await client.FindMetadataAsync(found.MonitorType, found.MonitorId, cancellationToken).ConfigureAwait(false);
            return found.Instance with { MonitorEnabled = metadata is not null };
        }
        catch (MonitoringException exception) when (exception.ErrorId == ErrorId.PermissionDenied)
        {
            return found.Instance;
        }
    }
}
