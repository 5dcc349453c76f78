using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.Milvus;

/// <summary>How the PrometheusRule of a Milvus is recognised that this module applied.</summary>
internal static class AlertRuleMark
{
    /// <summary>The label of objects that this module manages.</summary>
    public const string ManagedByLabel = "app.kubernetes.io/managed-by";

    /// <summary>
    /// The annotation with the namespace and the name of the Milvus. A label <c>app.kubernetes.io/instance</c> would have Argo CD take the
    /// object for its own.
    /// </summary>
    public const string OwnerAnnotation = "milvus-monitoring/alerts-of";

    /// <summary>Whether this module applied it. Everybody may write the annotation; the field manager is what others do not use.</summary>
    public static bool IsOn(ObjectMetadata live) =>
        live.Annotations.ContainsKey(OwnerAnnotation) && live.Managers.Any(manager => manager.IsOurs);
}
