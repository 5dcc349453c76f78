using System.Globalization;
using EmbeddedCluster.Apply;
using EmbeddedCluster.Kinds;
using EmbeddedCluster.Kubelet;
using EmbeddedCluster.Security;
using EmbeddedCluster.Storage;

namespace EmbeddedCluster;

/// <summary>What outlives a restart of the server.</summary>
internal sealed class ClusterState
{
    private int _serviceAddresses;

    public ClusterState(ClusterOptions options, CertificateAuthority authority)
    {
        Options = options;
        Authority = authority;
        Minor = int.Parse(options.KubernetesVersion.Split('.')[1], CultureInfo.InvariantCulture);
        Kinds = new(BuiltInKinds.For(Minor));
        Store = new(options.WatchHistory, options.WatchHistoryBytes);
        Authenticator = new(authority);
        Forwards = new(options.Forward);
    }

    public ClusterOptions Options { get; }

    /// <summary>The minor number of the Kubernetes version shown.</summary>
    public int Minor { get; }

    public KindRegistry Kinds { get; }

    public ObjectStore Store { get; }

    public CertificateAuthority Authority { get; }

    public Authenticator Authenticator { get; }

    public Readiness Readiness { get; } = new();

    public Backends Backends { get; } = new();

    public PortForwards Forwards { get; }

    public PodRuns Pods { get; } = new();

    public FaultPlan Faults { get; } = new();

    public RequestLog Requests { get; } = new();

    public int NextServiceAddress() => Interlocked.Increment(ref _serviceAddresses);

    /// <summary>What ended the controllers; null as long as they run.</summary>
    public Exception? Failure { get; set; }

    /// <summary>The port of the server; 0 until it listens.</summary>
    public int Port { get; set; }

    public static DateTimeOffset Now => DateTimeOffset.UtcNow;

    public static string Timestamp => Now.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    public static MergeSchema SchemaOf(ResourceKind kind) => kind.Custom?.MergeSchema ?? MergeSchema.For(kind.Group, kind.Kind);
}
