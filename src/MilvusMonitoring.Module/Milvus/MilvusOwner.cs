namespace MilvusMonitoring.Milvus;

/// <summary>The tool that owns the objects of a Milvus, by the labels and annotations that the tool sets.</summary>
/// <param name="Manager">The tool.</param>
/// <param name="Source">What of the tool owns them, such as <c>HelmRelease/flux-system/milvus</c>; null if it is not known.</param>
/// <param name="HasValues">Whether the tool takes values of the chart; otherwise it takes manifests.</param>
internal sealed record MilvusOwner(MilvusManager Manager, string? Source, bool HasValues)
{
    /// <summary>Finds the tool.</summary>
    public static MilvusOwner Find(MilvusObjects objects)
    {
        if (objects.FindLabel(MilvusLabels.FluxReleaseName) is { } release)
        {
            var place = objects.FindLabel(MilvusLabels.FluxReleaseNamespace) ?? objects.Namespace;
            return new MilvusOwner(MilvusManager.Flux, $"HelmRelease/{place}/{release}", true);
        }

        if (FindApplication(objects) is { } application)
        {
            return new MilvusOwner(MilvusManager.ArgoCD, $"Application/{application}", objects.Chart is not null);
        }

        if (objects.FindLabel(MilvusLabels.FluxKustomizationName) is { } kustomization)
        {
            var place = objects.FindLabel(MilvusLabels.FluxKustomizationNamespace) ?? objects.Namespace;
            return new MilvusOwner(MilvusManager.Flux, $"Kustomization/{place}/{kustomization}", false);
        }

        return new MilvusOwner(MilvusManager.Manifests, null, false);
    }

    /// <summary>Says where the tool keeps a monitor; null if no tool is known.</summary>
    /// <param name="setting">The value of the chart that makes the monitor.</param>
    public string? Describe(string setting)
    {
        if (Source is null)
        {
            return null;
        }

        return HasValues
            ? $"{Source} owns the values: set {setting} there, so that the ServiceMonitor is kept there too"
            : $"{Source} owns the objects: add the manifest that -WhatIf shows to its source, so that the ServiceMonitor is kept there too";
    }

    /// <summary>
    /// The Application of Argo CD: named by its annotation (<c>app:group/kind:namespace/name</c>), by its label, or by the label of the
    /// instance, which Argo CD rewrites by default.
    /// </summary>
    private static string? FindApplication(MilvusObjects objects) =>
        objects.FindAnnotation(MilvusLabels.ArgoTracking)?.Split(':')[0]
        ?? objects.FindLabel(MilvusLabels.ArgoInstance)
        ?? objects.RewrittenInstance;
}
