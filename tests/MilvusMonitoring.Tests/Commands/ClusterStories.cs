namespace MilvusMonitoring.Tests.Commands;

/// <summary>What cmdlets do on any cluster.</summary>
public abstract class ClusterStories
{
    private static readonly (string ApiVersion, string Kind)[] s_kinds =
    [
        ("v1", "Namespace"),
        ("v1", "ConfigMap"),
        ("v1", "Service"),
        ("v1", "Endpoints"),
        ("discovery.k8s.io/v1", "EndpointSlice"),
        ("v1", "Secret"),
        ("v1", "ServiceAccount"),
        ("apps/v1", "Deployment"),
        ("apps/v1", "StatefulSet"),
        ("apps/v1", "DaemonSet"),
        ("apiextensions.k8s.io/v1", "CustomResourceDefinition"),
        ("rbac.authorization.k8s.io/v1", "ClusterRole"),
        ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding"),
        ("rbac.authorization.k8s.io/v1", "Role"),
        ("rbac.authorization.k8s.io/v1", "RoleBinding"),
        ("apiregistration.k8s.io/v1", "APIService"),
    ];

    /// <summary>Starts a stage on a cluster without monitoring.</summary>
    private protected abstract Task<ClusterStage> StartAsync();

    /// <summary>Starts a stage on a cluster that has something of monitoring already.</summary>
    private protected virtual async Task<ClusterStage> StartAsync(StartingPoint point)
    {
        var stage = await StartAsync();
        await stage.PrepareAsync(point);
        return stage;
    }

    /// <summary>The names of what a stack is made of, and of what its controllers make; pods of others come and go.</summary>
    private protected static async Task<IReadOnlyList<string>> NamesAsync(ClusterStage stage)
    {
        List<string> names = [];
        foreach (var (apiVersion, kind) in s_kinds)
        {
            names.AddRange((await stage.Objects.ListAsync(apiVersion, kind))
                .Select(item => (Namespace: (string?)item["metadata"]!["namespace"], Name: (string)item["metadata"]!["name"]!))
                .Where(item => !stage.IsOfOthers(kind == "Namespace" ? item.Name : item.Namespace))
                .Select(item => $"{kind}/{item.Namespace}/{item.Name}"));
        }

        return names;
    }
}
