using System.Text.Json;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Kubernetes.Waiting;
using MilvusMonitoring.Messages;
using MilvusMonitoring.Milvus;
using MilvusMonitoring.Prometheus;

namespace MilvusMonitoring.Verification;

/// <summary>Why a monitor does not become configuration, and what to do.</summary>
internal sealed record ConfigurationCause(string Reason, string Remedy);

/// <summary>Reads what may keep the operator from making configuration of a monitor.</summary>
internal sealed class ConfigurationCauseReader(ClusterClient client, IActivitySink sink)
{
    private const int LogLines = 2000;

    /// <summary>Finds the cause; null if nothing shows one, so that it may be only a matter of time.</summary>
    public async Task<ConfigurationCause?> FindAsync(
        LiveMonitor monitor,
        PrometheusServer prometheus,
        IReadOnlyList<JsonElement> operators,
        CancellationToken cancellationToken)
    {
        if (ConfigurationCauseRule.Find(monitor, prometheus, operators) is { } known)
        {
            return known;
        }

        var events = await ListEventsAsync(monitor, cancellationToken).ListIfPermittedAsync(sink).ConfigureAwait(false);
        if (ConfigurationCauseRule.FindInEvents(monitor, events) is { } rejected)
        {
            return rejected;
        }

        foreach (var secret in ConfigurationCauseRule.ListSecrets(monitor))
        {
            var id = ResourceType.Secret.IdOf(monitor.Metadata.Namespace, secret);
            if (await IsMissingAsync(id, cancellationToken).ConfigureAwait(false))
            {
                return ConfigurationCauseRule.DescribeMissingSecret(monitor, id);
            }
        }

        foreach (var live in operators)
        {
            if (await FindInLogAsync(monitor, live, cancellationToken).ConfigureAwait(false) is { } logged)
            {
                return logged;
            }
        }

        return null;
    }

    private async Task<IReadOnlyList<JsonElement>> ListEventsAsync(LiveMonitor monitor, CancellationToken cancellationToken)
    {
        var selector = "fieldSelector=" + Uri.EscapeDataString($"involvedObject.name={monitor.Metadata.Name}");
        return await client
            .ListAsync(ResourceType.Event, monitor.Metadata.Namespace, selector, cancellationToken)
            .ToListAsync(cancellationToken)
            .ConfigureAwait(false);
    }

    private async Task<ConfigurationCause?> FindInLogAsync(LiveMonitor monitor, JsonElement live, CancellationToken cancellationToken)
    {
        var place = live.Member("metadata").Text("namespace");
        var labels = live.Member("spec", "selector").TextMap("matchLabels");
        var selector = "labelSelector=" + Uri.EscapeDataString(string.Join(',', labels.Select(label => $"{label.Key}={label.Value}")));
        var pods = await ListPodsAsync(place, selector, cancellationToken).ListIfPermittedAsync(sink).ConfigureAwait(false);
        foreach (var pod in pods.Where(PodFailureReason.IsReady))
        {
            var id = ResourceType.Pod.IdOf(place, pod.Member("metadata").Text("name") ?? string.Empty);
            var name = OperatorScope.FindContainer(live)?.Text("name");
            var container = name is null ? string.Empty : $"&container={Uri.EscapeDataString(name)}";
            var log = await client
                .FindTextAsync($"{ResourceType.Pod.PathOf(id)}/log?tailLines={LogLines}{container}", cancellationToken)
                .ConfigureAwait(false);
            if (log is not null && ConfigurationCauseRule.FindInLog(monitor, log) is { } logged)
            {
                return logged;
            }
        }

        return null;
    }

    private async Task<IReadOnlyList<JsonElement>> ListPodsAsync(string? place, string selector, CancellationToken cancellationToken) =>
        await client.ListAsync(ResourceType.Pod, place, selector, cancellationToken).ToListAsync(cancellationToken).ConfigureAwait(false);

    private async Task<bool> IsMissingAsync(ResourceId secret, CancellationToken cancellationToken)
    {
        try
        {
            return await client.FindMetadataAsync(ResourceType.Secret, secret, cancellationToken).ConfigureAwait(false) is null;
        }
        catch (MonitoringException exception) when (exception.ErrorId == ErrorId.PermissionDenied)
        {
            sink.Verbose(exception.Message);
            return false;
        }
    }
}

/// <summary>What keeps the operator from making configuration of a monitor.</summary>
internal static class ConfigurationCauseRule
{
    private const int LongestReason = 300;

    private static readonly string[] Refusals = ["skipping", "rejected"];

    /// <summary>Finds the cause in the objects themselves.</summary>
    /// <param name="monitor">The monitor.</param>
    /// <param name="prometheus">The Prometheus that selects it.</param>
    /// <param name="operators">The Deployments of the operators: one that sees both is enough.</param>
    public static ConfigurationCause? Find(LiveMonitor monitor, PrometheusServer prometheus, IReadOnlyList<JsonElement> operators)
    {
        var spec = prometheus.Json.Member("spec");
        if (spec.Member("paused").ValueKind == JsonValueKind.True)
        {
            return new ConfigurationCause(
                $"{prometheus} is paused, so that the operator gives it no new configuration",
                $"Set spec.paused of {prometheus} to false.");
        }

        if (FindCondition(monitor, prometheus) is { } rejected)
        {
            return rejected;
        }

        var gaps = operators
            .Select(live => (Id: Describe(live), Gap: OperatorScope.FindGap(live, monitor.Metadata.Namespace!, prometheus.Namespace)))
            .ToList();
        if (gaps.Count > 0 && gaps.All(item => item.Gap is not null))
        {
            return new ConfigurationCause(
                $"{gaps[0].Id} {gaps[0].Gap}",
                $"Have {gaps[0].Id} watch these namespaces too, or create the monitor where it watches.");
        }

        return spec.Member("arbitraryFSAccessThroughSMs", "deny").ValueKind == JsonValueKind.True && FindFile(monitor) is { } field
            ? new ConfigurationCause(
                $"{prometheus} denies monitors the files of its pods (arbitraryFSAccessThroughSMs), and {monitor.Id} sets {field}",
                $"Give {monitor.Id} a Secret or ConfigMap in place of {field}.")
            : null;
    }

    /// <summary>Lists the Secrets of a monitor that are not optional.</summary>
    public static IReadOnlyList<string> ListSecrets(LiveMonitor monitor) =>
        [
            .. monitor.Endpoints
                .SelectMany(ListSecretReferences)
                .Where(reference => reference.Member("optional").ValueKind != JsonValueKind.True)
                .Select(reference => reference.Text("name"))
                .OfType<string>()
                .Where(name => name.Length > 0)
                .Distinct(StringComparer.Ordinal),
        ];

    public static ConfigurationCause DescribeMissingSecret(LiveMonitor monitor, ResourceId secret) => new(
        $"{monitor.Id} refers to {secret}, which is not in the cluster, so that the operator rejects the monitor",
        $"Create {secret}, or remove it from {monitor.Id}.");

    /// <summary>Finds the newest Event by which the operator rejects the monitor.</summary>
    public static ConfigurationCause? FindInEvents(LiveMonitor monitor, IReadOnlyList<JsonElement> events) => events
        .Where(item =>
            item.Text("type") == "Warning"
            && item.Member("involvedObject").Text("kind") == monitor.Type.Kind
            && item.Member("involvedObject").Text("name") == monitor.Metadata.Name)
        .OrderBy(
            item => item.Text("lastTimestamp") ?? item.Text("eventTime") ?? item.Member("metadata").Text("creationTimestamp"),
            StringComparer.Ordinal)
        .Select(item => DescribeRejection(monitor, item.Text("message") ?? item.Text("reason")))
        .LastOrDefault();

    /// <summary>Finds the newest line of the operator's log by which it skips the monitor.</summary>
    public static ConfigurationCause? FindInLog(LiveMonitor monitor, string log)
    {
        var key = $"{monitor.Metadata.Namespace}/{monitor.Metadata.Name}";
        return log
            .Split('\n')
            .Where(line => Refusals.Any(word => line.Contains(word, StringComparison.OrdinalIgnoreCase))
                && line.Split(' ', '=', '"', ',', '}').Contains(key))
            .Select(line => DescribeRejection(monitor, FindError(line)))
            .LastOrDefault();
    }

    private static string? FindError(string line)
    {
        foreach (var mark in (string[])["error=\"", "err=\"", "\"error\":\"", "\"err\":\""])
        {
            var start = line.IndexOf(mark, StringComparison.Ordinal);
            var end = start < 0 ? -1 : line.IndexOf('"', start + mark.Length);
            if (end > 0)
            {
                return line[(start + mark.Length)..end];
            }
        }

        return null;
    }

    /// <summary>Finds a condition of the monitor's status: newer operators write one for each Prometheus, if they are told to.</summary>
    private static ConfigurationCause? FindCondition(LiveMonitor monitor, PrometheusServer prometheus) => monitor.Json
        .Member("status")
        .Items("bindings")
        .Where(binding => binding.Text("name") == prometheus.Name && binding.Text("namespace") == prometheus.Namespace)
        .SelectMany(binding => binding.Items("conditions"))
        .Where(condition => condition.Text("type") == "Accepted" && condition.Text("status") == "False")
        .Select(condition => DescribeRejection(monitor, condition.Text("message") ?? condition.Text("reason")))
        .FirstOrDefault();

    private static ConfigurationCause DescribeRejection(LiveMonitor monitor, string? reason)
    {
        var text = OneLine.TrimPunctuation(OneLine.Clean(reason, LongestReason));
        var why = text.Length > 0 ? $": {text}" : string.Empty;
        return new ConfigurationCause(
            $"the operator rejects {monitor.Id}{why}",
            $"Correct {monitor.Id}: the operator says what it rejects.");
    }

    private static string? FindFile(LiveMonitor monitor) => monitor.Endpoints
        .SelectMany(endpoint => new (string Field, string? Path)[]
        {
            ("bearerTokenFile", endpoint.Text("bearerTokenFile")),
            ("tlsConfig.caFile", endpoint.Member("tlsConfig").Text("caFile")),
            ("tlsConfig.certFile", endpoint.Member("tlsConfig").Text("certFile")),
            ("tlsConfig.keyFile", endpoint.Member("tlsConfig").Text("keyFile")),
        })
        .FirstOrDefault(item => !string.IsNullOrEmpty(item.Path))
        .Field;

    private static IEnumerable<JsonElement> ListSecretReferences(JsonElement endpoint)
    {
        var (basic, oauth, tls) = (endpoint.Member("basicAuth"), endpoint.Member("oauth2"), endpoint.Member("tlsConfig"));
        JsonElement[] references =
        [
            basic.Member("username"),
            basic.Member("password"),
            endpoint.Member("bearerTokenSecret"),
            endpoint.Member("authorization", "credentials"),
            oauth.Member("clientId", "secret"),
            oauth.Member("clientSecret"),
            tls.Member("ca", "secret"),
            tls.Member("cert", "secret"),
            tls.Member("keySecret"),
        ];
        return references.Where(reference => reference.ValueKind == JsonValueKind.Object);
    }

    private static string Describe(JsonElement live) =>
        $"Deployment/{live.Member("metadata").Text("namespace")}/{live.Member("metadata").Text("name")}";
}
