using System.Net;
using System.Text.Json.Nodes;
using EmbeddedCluster;
using k8s;
using k8s.Autorest;
using k8s.Models;

namespace Demo;

/// <summary>The user's cluster: what the demo reads, creates and removes besides the commands.</summary>
internal sealed class OwnCluster : IDisposable
{
    private const string MonitoringNamespace = "monitoring";
    private const string MonitoringGroup = "monitoring.coreos.com";

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(250);

    // The script needs Milvus in a namespace that a new kube-prometheus may not read. A short scrape interval keeps waits short.
    private static readonly SampleMilvus s_milvus = new()
    {
        Namespace = "milvus",
        Values = JsonNode.Parse("""{"metrics":{"serviceMonitor":{"interval":"2s","scrapeTimeout":"1s"}}}""")!.AsObject(),
    };

    private readonly Kubernetes _client;

    private OwnCluster(string kubeconfig, KubernetesClientConfiguration configuration)
    {
        (Kubeconfig, Context, Server) = (kubeconfig, configuration.CurrentContext, configuration.Host);
        _client = new Kubernetes(configuration);
    }

    /// <summary>The kubeconfig for the commands.</summary>
    public string Kubeconfig { get; }

    public string Context { get; }

    public string Server { get; }

    /// <summary>Reads the kubeconfig. For another context, writes a second kubeconfig to the folder.</summary>
    /// <exception cref="k8s.Exceptions.KubeConfigException">The kubeconfig cannot be used.</exception>
    public static async Task<OwnCluster> OpenAsync(string file, string? context, string folder, CancellationToken cancellationToken)
    {
        var configuration = await KubernetesClientConfiguration.BuildConfigFromConfigFileAsync(new FileInfo(file), context)
            .ConfigureAwait(false);
        if (context is null)
        {
            return new(file, configuration);
        }

        // Of several kubeconfigs, the first with a current context sets the context.
        var first = Path.Combine(folder, "context");
        var config = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Config", ["current-context"] = context };
        await File.WriteAllTextAsync(first, config.ToJsonString(), cancellationToken).ConfigureAwait(false);
        return new(first + Path.PathSeparator + file, configuration);
    }

    /// <summary>The namespaces of the demo and the CRDs of monitoring that are on the cluster.</summary>
    public async Task<IReadOnlyList<string>> FindAsync(CancellationToken cancellationToken)
    {
        List<string> found = [];
        foreach (var name in (string[])[MonitoringNamespace, s_milvus.Namespace])
        {
            if (await FindNamespaceAsync(name, cancellationToken).ConfigureAwait(false) is not null)
            {
                found.Add($"Namespace/{name}");
            }
        }

        var definitions = await _client.ApiextensionsV1.ListCustomResourceDefinitionAsync(cancellationToken: cancellationToken)
            .ConfigureAwait(false);
        found.AddRange(definitions.Items
            .Where(definition => definition.Spec.Group == MonitoringGroup)
            .Select(definition => $"CustomResourceDefinition/{definition.Metadata.Name}"));
        return found;
    }

    /// <summary>Creates a stand-in for Milvus: the record of a Helm release, and a web server with some metrics.</summary>
    public async Task PutMilvusAsync(CancellationToken cancellationToken)
    {
        var place = s_milvus.Namespace;
        var deployment = MilvusStandIn.Serve(Typed<V1Deployment>(s_milvus.Deployment()));
        var (core, record, service) = (_client.CoreV1, Typed<V1Secret>(s_milvus.ReleaseRecord()), Typed<V1Service>(s_milvus.Service()));
        var home = new V1Namespace { Metadata = new V1ObjectMeta { Name = place } };
        await core.CreateNamespaceAsync(home, cancellationToken: cancellationToken).ConfigureAwait(false);
        await core.CreateNamespacedSecretAsync(record, place, cancellationToken: cancellationToken).ConfigureAwait(false);
        await core.CreateNamespacedConfigMapAsync(MilvusStandIn.Files(), place, cancellationToken: cancellationToken).ConfigureAwait(false);
        await _client.AppsV1.CreateNamespacedDeploymentAsync(deployment, place, cancellationToken: cancellationToken).ConfigureAwait(false);
        await core.CreateNamespacedServiceAsync(service, place, cancellationToken: cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Deletes a pod of the stack.</summary>
    public void DeletePod(string name) => _client.CoreV1.DeleteNamespacedPod(name, MonitoringNamespace);

    /// <summary>Deletes the stand-in, and waits until it is gone.</summary>
    public async Task RemoveMilvusAsync(CancellationToken cancellationToken)
    {
        if (await FindNamespaceAsync(s_milvus.Namespace, cancellationToken).ConfigureAwait(false) is not { } found)
        {
            return;
        }

        if (found.Metadata.DeletionTimestamp is null)
        {
            await _client.CoreV1.DeleteNamespaceAsync(s_milvus.Namespace, cancellationToken: cancellationToken).ConfigureAwait(false);
        }

        while (await FindNamespaceAsync(s_milvus.Namespace, cancellationToken).ConfigureAwait(false) is not null)
        {
            await Task.Delay(PollInterval, cancellationToken).ConfigureAwait(false);
        }
    }

    public void Dispose() => _client.Dispose();

    private async Task<V1Namespace?> FindNamespaceAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            return await _client.CoreV1.ReadNamespaceAsync(name, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (HttpOperationException error) when (error.Response.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    private static T Typed<T>(JsonObject value) => KubernetesJson.Deserialize<T>(value.ToJsonString());
}
