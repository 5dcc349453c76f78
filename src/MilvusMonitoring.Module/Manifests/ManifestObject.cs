using System.Security.Cryptography;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.Manifests;

/// <summary>
/// One Kubernetes object of the manifests: its id, its location, and a way to read its content. The content of a CRD is large and not kept
/// in memory.
/// </summary>
internal sealed record ManifestObject
{
    private Func<ReadOnlyMemory<byte>> _read;

    /// <summary>Creates an object that keeps its content.</summary>
    /// <param name="version">The API version without its group: <c>v1</c>.</param>
    /// <param name="json">The object, UTF-8 JSON.</param>
    /// <param name="component">The component: <c>grafana</c>, <c>kube-state-metrics</c>.</param>
    /// <param name="file">The path of the file, below the manifests folder.</param>
    /// <param name="line">The line at which the document starts, from 1.</param>
    public ManifestObject(ResourceId id, string version, ReadOnlyMemory<byte> json, string component, string file, int line)
    {
        (Id, Version, Component, File, Line) = (id, version, component, file, line);
        (Length, Hash, _read) = (json.Length, ComputeHash(json), () => json);
        Defines = id.IsCrd ? [.. CrdTypes.Read(json)] : [];
    }

    public ResourceId Id { get; init; }

    /// <summary>The API version without its group.</summary>
    public string Version { get; }

    public string Component { get; }

    /// <summary>The path of the file, below the manifests folder.</summary>
    public string File { get; }

    /// <summary>The line at which the document starts, from 1.</summary>
    public int Line { get; }

    /// <summary>The number of bytes of the content.</summary>
    public int Length { get; private init; }

    /// <summary>A digest of the content.</summary>
    public string Hash { get; private init; }

    /// <summary>The kinds that a CRD defines; empty for other objects.</summary>
    public IReadOnlyList<ResourceType> Defines { get; }

    /// <summary>File and line, as text for errors.</summary>
    public string Location => $"{File} line {Line}";

    /// <summary>The object's <c>apiVersion</c>.</summary>
    public string ApiVersion => Id.Group.Length == 0 ? Version : $"{Id.Group}/{Version}";

    /// <summary>Reads the content to send, UTF-8 JSON.</summary>
    /// <exception cref="MonitoringException">The content has to be read again, and the file is gone or has changed.</exception>
    public ReadOnlyMemory<byte> ReadJson() => _read();

    /// <summary>Copies the object with other content.</summary>
    /// <param name="json">The content, UTF-8 JSON.</param>
    public ManifestObject With(ReadOnlyMemory<byte> json) =>
        this with
        {
            Length = json.Length,
            Hash = ComputeHash(json),
            _read = () => json,
        };

    /// <summary>Copies the object without its content.</summary>
    /// <param name="read">Reads the content again.</param>
    public ManifestObject WithoutContent(Func<ReadOnlyMemory<byte>> read) => this with { _read = read };

    private static string ComputeHash(ReadOnlyMemory<byte> json) => Convert.ToBase64String(SHA256.HashData(json.Span), 0, 18);
}
