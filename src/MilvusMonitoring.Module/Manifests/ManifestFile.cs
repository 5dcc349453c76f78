namespace MilvusMonitoring.Manifests;

/// <summary>One YAML file of a manifest folder or archive.</summary>
/// <param name="Path">Its path below the manifests folder, with <c>/</c>: <c>setup/namespace.yaml</c>.</param>
/// <param name="Content">Its bytes.</param>
internal sealed record ManifestFile(string Path, ReadOnlyMemory<byte> Content);
