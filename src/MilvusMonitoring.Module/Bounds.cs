namespace MilvusMonitoring;

/// <summary>
/// The bounds of all readers of data from outside, in one table. They hold what is kept in memory for one read below 64 MiB, whatever the
/// other side sends. docs/security.md shows the same table.
/// </summary>
internal static class Bounds
{
    private const int KiB = 1 << 10;
    private const int MiB = 1 << 20;

    public static Bound ApiResponse { get; } = new("a response of the API server; a list asks for smaller pages", 8 * MiB, Bound.Bytes);

    public static Bound ApiError { get; } = new("the body of an error of the API server; the rest is dropped", 64 * KiB, Bound.Bytes);

    public static Bound ApiTime { get; } = new("the time of one request to the API server", TimeSpan.FromSeconds(60));

    public static Bound ApiRetryTime { get; } = new("the time of all tries of a request to the API server", TimeSpan.FromSeconds(60));

    public static Bound ListPages { get; } = new("the pages of one list of the API server", 2_000, "pages");

    public static Bound ListObjects { get; } = new("the objects of one list of the API server", 500_000, "objects");

    public static Bound WatchEvent { get; } = new("an event of a watch", 8 * MiB, Bound.Bytes);

    public static Bound JsonValues { get; } = new("one JSON document", 1_300_000, "values");

    public static Bound JsonDepth { get; } = new("the depth of one JSON document", 1_000, "levels");

    public static Bound InventoryPacked { get; } = new("the inventory of a stack, packed", 1 * MiB, Bound.Bytes);

    public static Bound InventoryContent { get; } = new("the inventory of a stack, unpacked", 4 * MiB, Bound.Bytes);

    public static Bound InventoryEntries { get; } = new("the inventory of a stack", 5_000, "objects");

    public static Bound HelmRecord { get; } = new("the record of a Helm release, unpacked", 16 * MiB, Bound.Bytes);

    public static Bound HelmValue { get; } = new("each value of a Helm release that is read without helm", 64 * KiB, Bound.Bytes);

    public static Bound HelmValues { get; } = new("all values of a Helm release that are read without helm", 1 * MiB, Bound.Bytes);

    public static Bound HelmOutput { get; } = new("the output of helm; the rest is dropped", 16 * MiB, Bound.Bytes);

    public static Bound HelmQueryTime { get; } = new("the time of a query of helm", TimeSpan.FromSeconds(30));

    public static Bound HelmUpgradeTime { get; } = new("the time of an upgrade by helm", TimeSpan.FromMinutes(15));

    public static Bound PluginOutput { get; } = new("the output of an exec plugin", 1 * MiB, Bound.Bytes);

    public static Bound PluginTime { get; } = new("the time of an exec plugin", TimeSpan.FromSeconds(30));

    public static Bound PluginSettings { get; } = new("the settings of an exec plugin in the kubeconfig", 64 * KiB, Bound.Bytes);

    public static Bound ProgramErrors { get; } =
        new("the standard error of an exec plugin or helm; the beginning is dropped", 64 * KiB, Bound.Bytes);

    public static Bound Kubeconfig { get; } = new("a kubeconfig", 8 * MiB, Bound.Bytes);

    public static Bound KubeconfigNodes { get; } = new("the content of a kubeconfig, or of a chart that helm shows", 100_000, "values");

    public static Bound KubeconfigDepth { get; } = new("the depth of a kubeconfig, or of a chart that helm shows", 50, "levels");

    public static Bound CredentialFile { get; } = new("a token, certificate or key in a file of its own", 1 * MiB, Bound.Bytes);

    public static Bound Manifest { get; } = new("a manifest file", 16 * MiB, Bound.Bytes);

    public static Bound ManifestDepth { get; } = new("the depth of a manifest", 128, "levels");

    public static Bound ManifestAliases { get; } = new("what the aliases of a manifest add", 1 * MiB, Bound.Bytes);

    public static Bound ManifestAnchors { get; } = new("what the anchors of a manifest name", 4 * MiB, Bound.Bytes);

    public static Bound ManifestDocuments { get; } = new("the documents of a manifest file", 5_000, "documents");

    public static Bound ManifestLists { get; } = new("the lists within lists of a manifest", 4, "levels");

    /// <summary>A home folder that was given by mistake has more.</summary>
    public static Bound FolderFiles { get; } = new("all files of a folder", 50_000, "files");

    public static Bound ManifestFiles { get; } = new("the manifest files of a folder", 5_000, "files");

    public static Bound Manifests { get; } = new("all manifests of a folder or archive", 32 * MiB, Bound.Bytes);

    public static Bound Archive { get; } = new("an archive, downloaded or given", 16 * MiB, Bound.Bytes);

    public static Bound ArchiveContent { get; } = new("the content of an archive, unpacked as a stream", 256 * MiB, Bound.Bytes);

    public static Bound ArchiveEntries { get; } = new("the entries of an archive", 5_000, "entries");

    public static Bound ArchiveHeader { get; } = new("the header of an entry of an archive", 64 * KiB, Bound.Bytes);

    public static Bound DownloadStall { get; } = new("the time that a download may send nothing", TimeSpan.FromSeconds(30));

    public static Bound DownloadTime { get; } = new("the time of one try of a download", TimeSpan.FromMinutes(15));

    public static Bound DownloadTries { get; } = new("the tries of a download", 4, "tries");

    public static Bound DownloadRedirects { get; } = new("the redirects of a download", 5, "redirects");

    public static Bound ServiceResponse { get; } =
        new("a response of Prometheus, Alertmanager or Grafana", 8 * MiB, Bound.Bytes);

    public static Bound ServiceTime { get; } =
        new("the time of a request to Prometheus, Alertmanager or Grafana", TimeSpan.FromSeconds(15));

    public static Bound ServiceList { get; } =
        new("the list of targets or rules of a Prometheus, read item by item", 64 * MiB, Bound.Bytes);

    public static Bound QueryText { get; } =
        new("an expression for Prometheus about many Milvus; more is asked in several", 64 * KiB, Bound.Bytes);

    public static Bound QueryNames { get; } =
        new("the names in one matcher of an expression for Prometheus; more are asked in several", 250, "names");

    public static Bound ConfigurationNodes { get; } =
        new("the configuration of an Alertmanager, each alias counted in full", 100_000, "values");

    public static Bound ConfigurationDepth { get; } = new("the depth of the configuration of an Alertmanager", 100, "levels");

    public static Bound AlertLog { get; } = new("the end of the log of an Alertmanager", 256 * KiB, Bound.Bytes);

    public static Bound AlertExpression { get; } = new("an expression of an alert rule; a longer one is not judged", 64 * KiB, Bound.Bytes);

    public static Bound AlertExpressionDepth { get; } =
        new("the brackets in brackets of an expression of an alert rule; a deeper one is not judged", 100, "levels");

    public static Bound Dashboard { get; } = new("a file with a dashboard", 4 * MiB, Bound.Bytes);

    public static Bound ForwardPayload { get; } = new("what a port-forward holds of each direction of a connection", 64 * KiB, Bound.Bytes);

    public static Bound ForwardRefusal { get; } =
        new("the reason why a pod refuses a port-forward; the rest is dropped", 2 * KiB, Bound.Bytes);
}
