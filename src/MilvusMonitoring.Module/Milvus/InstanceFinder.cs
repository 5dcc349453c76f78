using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Milvus;

/// <summary>
/// Finds every Milvus in a cluster: Helm releases, resources of the Milvus Operator, and what shows by the labels of Services and pods
/// only.
/// </summary>
internal sealed class InstanceFinder(ClusterClient client, IActivitySink sink)
{
    /// <summary>The status of a release that was uninstalled with its history kept.</summary>
    public const string Uninstalled = "uninstalled";

    private readonly OperatorResources _resources = new(client);

    /// <summary>Lists instances by namespace and name. A release that was uninstalled with its history kept is no instance.</summary>
    /// <param name="namespaceName">The namespace; null for all.</param>
    /// <param name="isWanted">Whether a name is wanted.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <exception cref="MonitoringException">The caller may not read the records of Helm, and nothing else shows an instance.</exception>
    public async Task<IReadOnlyList<FoundInstance>> ListAsync(
        string? namespaceName,
        Func<string, bool> isWanted,
        CancellationToken cancellationToken)
    {
        var all = await ListAllAsync(namespaceName, isWanted, cancellationToken).ConfigureAwait(false);
        await WarnOfUnsupportedAsync(namespaceName, isWanted, cancellationToken).ConfigureAwait(false);
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

        if (found.Count == 0)
        {
            sink.Verbose($"There is no Milvus in {DescribePlace(namespaceName)}.");
        }

        var monitors = new MonitorReader(client, sink);
        return await found
            .SelectAheadAsync(
                ClusterClient.DefaultThrottleLimit,
                (item, token) => AddMonitorStateAsync(monitors, item, token),
                cancellationToken)
            .ToListAsync(cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>Gets the one instance of a name.</summary>
    /// <exception cref="MonitoringException">No instance has that name, or several have it.</exception>
    public async Task<FoundInstance> GetAsync(string name, string? namespaceName, CancellationToken cancellationToken)
    {
        bool HasName(string candidate) => candidate.Equals(name, StringComparison.OrdinalIgnoreCase);
        var all = await ListAllAsync(namespaceName, HasName, cancellationToken).ConfigureAwait(false);
        var installed = all.Where(instance => instance.Instance.Status != Uninstalled).ToList();
        var found = installed.Count > 0 ? installed : all;
        return found.Count switch
        {
            1 => found[0],
            0 => throw await CreateNotFoundAsync(name, namespaceName, cancellationToken).ConfigureAwait(false),
            _ => throw CreateAmbiguous(name, found),
        };
    }

    private static MonitoringException CreateAmbiguous(string name, IReadOnlyList<FoundInstance> found)
    {
        var places = found.Select(instance => instance.Instance.Namespace).Distinct().ToList();
        return places.Count > 1
            ? new MonitoringException(
                ErrorId.InstanceAmbiguous,
                $"Several namespaces have a Milvus named '{name}': {string.Join(", ", places)}",
                "choose one with -Namespace",
                name)
            : new MonitoringException(
                ErrorId.InstanceAmbiguous,
                $"Namespace {places[0]} has {found.Count} Milvus named '{name}', "
                    + $"managed by {string.Join(" and ", found.Select(instance => instance.Instance.ManagedBy))}",
                "choose by the monitor: pipe one of Get-MilvusServiceMonitor to Test-MilvusMonitoring",
                name);
    }

    private async Task<MonitoringException> CreateNotFoundAsync(string name, string? namespaceName, CancellationToken cancellationToken)
    {
        var unsupported = await ListUnsupportedAsync(namespaceName, cancellationToken).ConfigureAwait(false);
        if (unsupported.FirstOrDefault(id => id.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } id)
        {
            return new MonitoringException(ErrorId.InstanceNotSupported, DescribeUnsupported(id), UnsupportedRemedy, id.ToString());
        }

        var others = await ListAllAsync(namespaceName, _ => true, cancellationToken).ConfigureAwait(false);
        var names = others.Select(other => other.Instance).Where(other => other.Status != Uninstalled).Select(other => other.Name);
        return new MonitoringException(
            ErrorId.InstanceNotFound,
            $"There is no Milvus named '{name}' in {DescribePlace(namespaceName)}",
            DescribeOthers(name, names.Distinct()),
            name);
    }

    private string DescribePlace(string? namespaceName) =>
        namespaceName is null ? client.Connection.Context : $"namespace {namespaceName}";

    private static string DescribeOthers(string name, IEnumerable<string> names) => name.Contains('*', StringComparison.Ordinal)
        ? "give one name, or pipe what Get-MilvusInstance finds by a pattern"
        : NameSuggestions.Describe(name, names);

    private const string UnsupportedRemedy = "upgrade the Milvus Operator, and convert the resource to kind Milvus in milvus.io/v1beta1";

    private static string DescribeUnsupported(ResourceId id) =>
        $"{id} is of milvus.io/v1alpha1, the API of an old Milvus Operator, which this module does not support";

    private async Task WarnOfUnsupportedAsync(string? namespaceName, Func<string, bool> isWanted, CancellationToken cancellationToken)
    {
        var unsupported = await ListUnsupportedAsync(namespaceName, cancellationToken).ConfigureAwait(false);
        foreach (var id in unsupported.Where(id => isWanted(id.Name)))
        {
            sink.Warning($"{DescribeUnsupported(id)}; {UnsupportedRemedy}.");
        }
    }

    private Task<IReadOnlyList<ResourceId>> ListUnsupportedAsync(string? namespaceName, CancellationToken cancellationToken) =>
        _resources.ListUnsupportedAsync(namespaceName, cancellationToken).ListIfPermittedAsync(sink);

    private async Task<IReadOnlyList<FoundInstance>> ListAllAsync(
        string? namespaceName,
        Func<string, bool> isWanted,
        CancellationToken cancellationToken)
    {
        var observed = await new MilvusObjectReader(client, sink).ReadAsync(namespaceName, cancellationToken).ConfigureAwait(false);
        var found = new List<FoundInstance>();
        var (releases, areAllRead, denial) = await ListReleasesAsync(namespaceName, isWanted, observed, cancellationToken)
            .ConfigureAwait(false);
        found.AddRange(releases);
        found.AddRange(
            await ListIfPermittedAsync(
                place => _resources.ListAsync(place, isWanted, observed, cancellationToken),
                namespaceName).ConfigureAwait(false));
        found.AddRange(
            new LabelledInstances(client).List(observed, found, areAllRead));
        if (denial is not null && observed.Services is null)
        {
            var monitors = await ListIfPermittedAsync(
                async place => await ListOfMonitorsAsync(place, found, cancellationToken).ConfigureAwait(false),
                namespaceName).ConfigureAwait(false);
            found.AddRange(monitors);
        }

        var wanted = found
            .Where(item => isWanted(item.Instance.Name) && (namespaceName is null || item.Instance.Namespace == namespaceName))
            .OrderBy(item => item.Instance.Namespace, StringComparer.Ordinal)
            .ThenBy(item => item.Instance.Name, StringComparer.Ordinal)
            .ToList();
        if (denial is not null)
        {
            if (wanted.Count == 0)
            {
                throw denial;
            }

            sink.Warning(
                $"The records of Helm were not read: {denial.Reason}; revision, status and values of Helm releases are unknown.");
        }

        return wanted;
    }

    /// <returns>The releases, whether the records of all namespaces were read, and why none in Secrets were read.</returns>
    private async Task<(IReadOnlyList<FoundInstance> Found, bool AreAllRead, MonitoringException? Denial)> ListReleasesAsync(
        string? namespaceName,
        Func<string, bool> isWanted,
        ObservedObjects observed,
        CancellationToken cancellationToken)
    {
        var helm = new HelmReleases(client, sink);
        var found = new List<FoundInstance>();
        var areAllRead = false;
        MonitoringException? denial = null;
        try
        {
            (var fromSecrets, areAllRead) = await ListFromSecretsAsync(helm, namespaceName, isWanted, observed, cancellationToken)
                .ConfigureAwait(false);
            found.AddRange(fromSecrets);
        }
        catch (MonitoringException exception) when (exception.ErrorId == ErrorId.PermissionDenied)
        {
            sink.Verbose(exception.Message);
            denial = exception;
        }

        found.AddRange(
            await ListIfPermittedAsync(
                place => helm.ListAsync(ResourceType.ConfigMap, place, isWanted, observed, cancellationToken),
                namespaceName).ConfigureAwait(false));
        if (namespaceName is not null)
        {
            var missing = observed
                .Objects.Select(objects => objects.Release)
                .OfType<string>()
                .Where(release => isWanted(release) && !found.Any(instance => instance.Chart?.Release == release))
                .Where(release => !found.Any(instance => instance.Instance.Name == release))
                .ToHashSet(StringComparer.Ordinal);
            found.AddRange(
                await helm
                    .ListStoredElsewhereAsync(namespaceName, missing, observed, cancellationToken)
                    .ListIfPermittedAsync(sink)
                    .ConfigureAwait(false));
        }

        return (found, areAllRead, denial);
    }

    private async Task<(IReadOnlyList<FoundInstance> Found, bool AreAllRead)> ListFromSecretsAsync(
        HelmReleases helm,
        string? namespaceName,
        Func<string, bool> isWanted,
        ObservedObjects observed,
        CancellationToken cancellationToken)
    {
        try
        {
            var all = await helm.ListAsync(ResourceType.Secret, namespaceName, isWanted, observed, cancellationToken).ConfigureAwait(false);
            return (all, true);
        }
        catch (MonitoringException exception) when (exception.ErrorId == ErrorId.PermissionDenied && namespaceName is null)
        {
            var own = client.Connection.DefaultNamespace;
            var found = await helm.ListAsync(ResourceType.Secret, own, isWanted, observed, cancellationToken).ConfigureAwait(false);
            sink.Warning(
                $"Only namespace {own} was searched for records of Helm: {exception.Reason}; name another with -Namespace.");
            return (found, false);
        }
    }

    private async Task<IReadOnlyList<FoundInstance>> ListOfMonitorsAsync(
        string? namespaceName,
        IReadOnlyList<FoundInstance> known,
        CancellationToken cancellationToken)
    {
        var monitors = await new MonitorReader(client, sink).ListAsync(namespaceName, cancellationToken).ConfigureAwait(false);
        return [.. new LabelledInstances(client).ListOfMonitors(monitors, known)];
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

    private async Task<MilvusInstance> AddMonitorStateAsync(
        MonitorReader monitors,
        FoundInstance found,
        CancellationToken cancellationToken)
    {
        try
        {
            if (await client.FindMetadataAsync(found.MonitorType, found.MonitorId, cancellationToken).ConfigureAwait(false) is not null)
            {
                return found.Instance with { MonitorEnabled = true };
            }

            // The monitor of a Milvus without a chart of this module may have any name.
            var other = found is { Chart: null, IsOperated: false, Objects: { } objects }
                ? await monitors.FindSelectingAsync(objects, cancellationToken).ConfigureAwait(false)
                : null;
            return other is null
                ? found.Instance with { MonitorEnabled = false }
                : found.Instance with { MonitorEnabled = true, MonitorKind = other.Type.Kind, MonitorName = other.Metadata.Name };
        }
        catch (MonitoringException exception) when (exception.ErrorId == ErrorId.PermissionDenied)
        {
            return found.Instance;
        }
    }
}
