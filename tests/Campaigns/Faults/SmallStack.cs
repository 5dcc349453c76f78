namespace MilvusMonitoring.Campaigns.Faults;

/// <summary>The manifests of a small stack: something of each sort that is treated in a way of its own.</summary>
internal sealed class SmallStack : IDisposable
{
    private const string Changed = "prometheus-service.yaml";

    /// <summary>Server-side apply of an APIService breaks that one request on Kubernetes 1.20.</summary>
    private const string BreaksOldServers = "prometheusAdapter-apiService.yaml";

    private static readonly string[] Files =
    [
        "setup/namespace.yaml", "setup/0prometheusCustomResourceDefinition.yaml", "setup/0servicemonitorCustomResourceDefinition.yaml",
        "prometheus-prometheus.yaml", "prometheus-clusterRole.yaml", "prometheus-clusterRoleBinding.yaml", "prometheus-serviceAccount.yaml",
        Changed, "prometheus-serviceMonitor.yaml", "prometheusOperator-deployment.yaml", "prometheusOperator-clusterRole.yaml",
        BreaksOldServers, "prometheusAdapter-service.yaml", "alertmanager-secret.yaml", "grafana-dashboardDatasources.yaml",
        "setup/0alertmanagerCustomResourceDefinition.yaml", "alertmanager-alertmanager.yaml",
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory("milvus-monitoring-campaign-").FullName;

    public SmallStack()
    {
        foreach (var file in Files)
        {
            var text = File.ReadAllText(Path.Combine(BuiltTree.Root, "tests", "Demo", "manifests", file));
            Write(Manifests, file, text);
            if (file != BreaksOldServers)
            {
                Write(ManifestsForOldServers, file, text);
            }

            Write(
                NextManifests,
                file,
                file == Changed
                    ? text.Replace(
                        "app.kubernetes.io/part-of: kube-prometheus",
                        "app.kubernetes.io/part-of: kube-prometheus\n    example.com/next: 'true'",
                        StringComparison.Ordinal)
                    : text);
        }
    }

    public string Manifests => Path.Combine(_folder, "manifests");

    /// <summary>The same without what breaks Kubernetes 1.20.</summary>
    public string ManifestsForOldServers => Path.Combine(_folder, "old");

    /// <summary>The same with one object changed.</summary>
    public string NextManifests => Path.Combine(_folder, "next");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static void Write(string folder, string file, string text)
    {
        var path = Path.Combine(folder, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
