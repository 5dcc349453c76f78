using System.Security.Cryptography;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.Manifests;

/// <summary>
/// One Kubernetes object of the manifests: what it is, where it stands, and how to get its content, which is large for definitions and not
/// held for those.
/// </summary>
internal sealed record ManifestObject
{
    private Func<ReadOnlyMemory<byte>> _read;

    /// <summary>Creates an object that holds its content.</summary>
    /// <param name="id">Which object.</param>
    /// <param name="version">The API version without its group: <c>v1</c>.</param>
    /// <param name="json">The object, UTF-8 JSON.</param>
    /// <param name="component">The component it belongs to: <c>grafana</c>, <c>kube-state-metrics</c>.</param>
    /// <param name="file">The path of its file, below the manifests folder.</param>
    /// <param name="line">The line in that file where its document starts, from 1.</param>
    public ManifestObject(ResourceId id, string version, ReadOnlyMemory<byte> json, string component, string file, int line)
    {
        (Id, Version, Component, File, Line) = (id, version, component, file, line);
        (Length, Hash, _read) = (json.Length, HashOf(json), () => json);
        Defines = id is { Group: "apiextensions.k8s.io", Kind: "CustomResourceDefinition" } ? [.. CrdTypes.Read(json)] : [];
    }

    /// <summary>Which object.</summary>
    public ResourceId Id { get; init; }

    /// <summary>The API version without its group.</summary>
    public string Version { get; }

    /// <summary>The component it belongs to.</summary>
    public string Component { get; }

    /// <summary>The path of its file, below the manifests folder.</summary>
    public string File { get; }

    /// <summary>The line in that file where its document starts, from 1.</summary>
    public int Line { get; }

    /// <summary>How many bytes its content has.</summary>
    public int Length { get; private init; }

    /// <summary>A digest of its content.</summary>
    public string Hash { get; private init; }

    /// <summary>The kinds that it defines; none where it is no CustomResourceDefinition.</summary>
    public IReadOnlyList<ResourceType> Defines { get; }

    /// <summary>Where it stands, as errors say it.</summary>
    public string Place => $"{File} line {Line}";

    /// <summary><c>apiVersion</c> as it stands in the object.</summary>
    public string ApiVersion => Id.Group.Length == 0 ? Version : $"{Id.Group}/{Version}";

    /// <summary>The content, UTF-8 JSON, as it is sent.</summary>
    /// <exception cref="MonitoringException">It has to be read again, and its file is no longer there or what it was.</exception>
    public ReadOnlyMemory<byte> ReadJson() => _read();

    /// <summary>The same object with other content.</summary>
    /// <param name="json">The content, UTF-8 JSON.</param>
    public ManifestObject With(ReadOnlyMemory<byte> json) => this with { Length = json.Length, Hash = HashOf(json), _read = () => json };

    /// <summary>The same object, which lets go of its content.</summary>
    /// <param name="read">Reads the content again.</param>
    public ManifestObject ReadAgainBy(Func<ReadOnlyMemory<byte>> read) => this with { _read = read };

    private static string HashOf(ReadOnlyMemory<byte> json) => Convert.ToBase64String(SHA256.HashData(json.Span), 0, 18);
}
