namespace EmbeddedCluster;

public enum ServerCertificate
{
    Valid,

    /// <summary>Of the cluster's authority and in date, but made out for another host.</summary>
    WrongHostName,

    Expired,

    /// <summary>Of an authority that the kubeconfig does not name.</summary>
    OtherAuthority,
}

public sealed record ClusterOptions
{
    /// <summary>The Kubernetes version whose kinds, discovery and messages are shown: v1.20 to v1.36.</summary>
    public string KubernetesVersion { get; init; } = "v1.36.2";

    /// <summary>Port on 127.0.0.1; 0 for a free one.</summary>
    public int Port { get; init; }

    /// <summary>Without it every authenticated user may do everything, and anonymous requests get 401.</summary>
    public bool Rbac { get; init; }

    /// <summary>False for a bare API server: namespaces stay Terminating, nothing is collected, no pod starts.</summary>
    public bool Controllers { get; init; } = true;

    public ServerCertificate ServerCertificate { get; init; }

    /// <summary>From the creation of a CRD, whose conditions are null, until it is Established.</summary>
    public TimeSpan DefinitionDelay { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>From Established until discovery shows the kind.</summary>
    public TimeSpan DiscoveryDelay { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>From the creation of a pod until it is ready, and of an APIService's service until the API is available.</summary>
    public TimeSpan ReadyDelay { get; init; } = TimeSpan.FromMilliseconds(30);

    /// <summary>From the deletion of a pod until its containers stop; meanwhile it is Terminating, and serves.</summary>
    public TimeSpan PodStopDelay { get; init; }

    /// <summary>
    /// From the stop of a pod's containers until the pod is gone. Without this and the other delay a deleted pod goes at once.
    /// </summary>
    public TimeSpan PodRemovalDelay { get; init; }

    /// <summary>What <see cref="PortForwards.Options"/> are at the start.</summary>
    public ForwardOptions Forward { get; init; } = new();

    /// <summary>From the deletion of a namespace until its contents go.</summary>
    public TimeSpan NamespaceDelay { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>From the deletion of a CRD until its custom resources go, and from then until it goes itself.</summary>
    public TimeSpan DefinitionCleanupDelay { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>From a deletion until the garbage collector looks at what depended on it.</summary>
    public TimeSpan CollectionDelay { get; init; } = TimeSpan.FromMilliseconds(5);

    /// <summary>How many writes watches can go back.</summary>
    public int WatchHistory { get; init; } = 8192;

    /// <summary>How many bytes of objects these writes may hold.</summary>
    public long WatchHistoryBytes { get; init; } = 64L << 20;

    /// <summary>How often a watch that asked for bookmarks gets one while nothing happens.</summary>
    public TimeSpan BookmarkInterval { get; init; } = TimeSpan.FromSeconds(60);
}
