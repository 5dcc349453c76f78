namespace MilvusMonitoring;

/// <summary>The tool that installs and upgrades a Milvus.</summary>
public enum MilvusManager : long
{
    /// <summary>A Helm release of the chart <c>milvus</c>, or of a chart that contains it.</summary>
    Helm,

    /// <summary>The Milvus Operator, with a resource of kind <c>Milvus</c>.</summary>
    Operator,

    /// <summary>Flux, with a HelmRelease or a Kustomization.</summary>
    Flux,

    /// <summary>Argo CD, with an Application.</summary>
    ArgoCD,

    /// <summary>Applied manifests without a record: by kubectl, kustomize or <c>helm template</c>, or restored from a backup.</summary>
    Manifests,

    /// <summary>A Helm release of another publisher's chart of Milvus.</summary>
    OtherChart,
}
