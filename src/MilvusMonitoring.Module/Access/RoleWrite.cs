using MilvusMonitoring.KubePrometheus;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.Access;

/// <summary>How an object is written to.</summary>
internal enum RoleWriteMode
{
    Patch,
    Apply,
    Delete,
}

/// <summary>One write to a role or a binding.</summary>
/// <param name="Type">The kind.</param>
/// <param name="Id">Which object.</param>
/// <param name="Mode">How it is written to.</param>
/// <param name="Action">What is to become of it.</param>
internal sealed record RoleWrite(ResourceType Type, ResourceId Id, RoleWriteMode Mode, ResourceAction Action)
{
    /// <summary>The patch or the object; empty for a deletion.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>The object before; null where it is not there.</summary>
    public ObjectMetadata? Before { get; init; }

    /// <summary>What <see cref="GrantedRules.AnnotationName"/> says after a patch; null for nothing.</summary>
    public string? Noted { get; init; }

    /// <summary>Every rule that the write grants, and so the caller has to hold.</summary>
    public IReadOnlyList<PolicyRule> Granted { get; init; } = [];

    /// <summary>
    /// What lets the caller grant them without holding them: <c>escalate</c> on the role that is written, <c>bind</c> on the one that a
    /// binding names.
    /// </summary>
    public Permission? Override { get; init; }

    /// <summary>What the caller needs for the write itself.</summary>
    public IEnumerable<Permission> Needed => Mode switch
    {
        RoleWriteMode.Delete => [Verb("delete")],
        RoleWriteMode.Apply when Before is null => [Verb("patch"), Verb("create")],
        _ => [Verb("patch")],
    };

    private Permission Verb(string verb) => new(verb, Type.Group, Type.Plural, Id.Name);
}

/// <summary>An access and the writes that bring it about.</summary>
/// <param name="Access">The access as it is to be.</param>
/// <param name="Writes">The writes, in order; none where it already is as wanted.</param>
internal sealed record PlannedAccess(PrometheusAccess Access, IReadOnlyList<RoleWrite> Writes);
