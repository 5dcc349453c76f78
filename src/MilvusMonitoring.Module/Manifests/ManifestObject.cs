namespace MilvusMonitoring.Manifests;

/// <summary>One Kubernetes object of the manifests, as it is sent.</summary>
/// <param name="Id">Which object.</param>
/// <param name="Version">The API version without its group: <c>v1</c>.</param>
/// <param name="Json">The object, UTF-8 JSON.</param>
/// <param name="Component">The component it belongs to: <c>grafana</c>, <c>kube-state-metrics</c>.</param>
/// <param name="File">The path of its file, below the manifests folder.</param>
/// <param name="Line">The line in that file where its document starts, from 1.</param>
internal sealed record ManifestObject(ResourceId Id, string Version, ReadOnlyMemory<byte> Json, string Component, string File, int Line)
{
    /// <summary>Where it stands, as errors say it.</summary>
    public string Place => $"{File} line {Line}";

    /// <summary><c>apiVersion</c> as it stands in the object.</summary>
    public string ApiVersion => Id.Group.Length == 0 ? Version : $"{Id.Group}/{Version}";
}
