using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Milvus;

/// <summary>Finds every Milvus in a cluster, whatever manages it.</summary>
internal sealed class InstanceFinder(ClusterClient client, IActivitySink sink)
{
    private const string Uninstalled = "uninstalled";

    /// <summary>Finds instances. What is uninstalled, with its history kept, is no instance any more.</summary>
    /// <param name="namespaceName">The namespace; null for all.</param>
    /// <param name="isWanted">Which names.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <returns>The instances, by namespace and name.</returns>
    /// <exception cref="MonitoringException">The caller may not read the records of Helm.</exception>
    public async Task<IReadOnlyList<FoundInstance>> FindAsync(
        string? namespaceName,
        Func<string, bool> isWanted,
        CancellationToken cancellationToken) =>
        [
            .. (await FindAllAsync(namespaceName, isWanted, cancellationToken).ConfigureAwait(false)).Where(found =>
                found.Instance.Status != Uninstalled),
        ];

    /// <summary>Finds the one instance of a name.</summary>
    /// <exception cref="MonitoringException">There is none, or one in each of several namespaces.</exception>
    public async Task<FoundInstance> FindOneAsync(string name, string? namespaceName, CancellationToken cancellationToken)
    {
        var found = await FindAllAsync(
                namespaceName,
                candidate => candidate.Equals(name, StringComparison.OrdinalIgnoreCase),
                cancellationToken).ConfigureAwait(false);
        switch (found.Count)
        {
            case 1:
                return found[0];
            case > 1:
                var places = string.Join(", ", found.Select(instance => instance.Instance.Namespace));
                throw new MonitoringException(
                    ErrorId.InstanceAmbiguous,
                    $"There is a Milvus named '{name}' in each of several namespaces: {places}",
                    "say which one with -Namespace",
                    name);
            default:
                var others = await FindAsync(namespaceName, _ => true, cancellationToken).ConfigureAwait(false);
                throw new MonitoringException(
                    ErrorId.InstanceNotFound,
                    $"There is no Milvus named '{name}' in {(namespaceName is null ? client.Connection.Context : $"namespace {namespaceName}")}",
                    Hint(name, others.Select(other => other.Instance.Name).Distinct()),
                    name);
        }
    }

    private static string Hint(string name, IEnumerable<string> names) => name.Contains('*', StringComparison.Ordinal)
        ? "one name is meant here: pipe what Get-MilvusInstance finds by a pattern"
        : NameSuggestions.Describe(name, names);

    private async Task<IReadOnlyList<FoundInstance>> FindAllAsync(
        string? namespaceName,
        Func<string, bool> isWanted,
        CancellationToken cancellationToken)
    {
        var helm = new HelmReleases(client, sink);
        var found = new List<FoundInstance>();
        found.AddRange(await SecretsAsync(helm, namespaceName, isWanted, cancellationToken).ConfigureAwait(false));
        foreach (var search in (Func<string?, Task<IReadOnlyList<FoundInstance>>>[])
            [
                place => helm.FindAsync(ResourceType.ConfigMap, place, isWanted, cancellationToken),
                place => new OperatorResources(client).FindAsync(place, isWanted, cancellationToken),
            ])
        {
            found.AddRange(await TolerantAsync(search, namespaceName).ConfigureAwait(false));
        }

        return
        [
            .. found
                .OrderBy(item => item.Instance.Namespace, StringComparer.Ordinal)
                .ThenBy(item => item.Instance.Name, StringComparer.Ordinal),
        ];
    }

    private async Task<IReadOnlyList<FoundInstance>> SecretsAsync(
        HelmReleases helm,
        string? namespaceName,
        Func<string, bool> isWanted,
        CancellationToken cancellationToken)
    {
        try
        {
            return await helm.FindAsync(ResourceType.Secret, namespaceName, isWanted, cancellationToken).ConfigureAwait(false);
        }
        catch (MonitoringException exception) when (exception.ErrorId == ErrorId.PermissionDenied && namespaceName is null)
        {
            var own = client.Connection.DefaultNamespace;
            var found = await helm.FindAsync(ResourceType.Secret, own, isWanted, cancellationToken).ConfigureAwait(false);
            sink.Warning(
                $"Only namespace {own} was searched, for user \"{client.Connection.User}\" may not list secrets in all namespaces; name another with -Namespace."
            );
            return found;
        }
    }

    /// <summary>
    /// Most clusters have neither the ConfigMap driver nor the Operator in use, so that a refusal is no news; a server refuses even kinds
    /// that it does not know.
    /// </summary>
    private async Task<IReadOnlyList<FoundInstance>> TolerantAsync(
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
}
