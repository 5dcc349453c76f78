using MilvusMonitoring.KubePrometheus;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.Access;

/// <summary>How an object is written.</summary>
internal enum RoleWriteMode
{
    Patch,
    Apply,
    Delete,
}

/// <summary>One write to a role or a binding.</summary>
/// <param name="Action">The action of the object after the write.</param>
internal sealed record RoleWrite(ResourceType Type, ResourceId Id, RoleWriteMode Mode, ResourceAction Action)
{
    /// <summary>The patch or the object; empty for a deletion.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>The object before the write; null if it does not exist.</summary>
    public ObjectMetadata? Before { get; init; }

    /// <summary>The value of <see cref="GrantedRules.AnnotationName"/> after a patch; null for no annotation.</summary>
    public string? Annotation { get; init; }

    /// <summary>Every rule that the write grants. The caller must hold these rules.</summary>
    public IReadOnlyList<PolicyRule> Granted { get; init; } = [];

    /// <summary>
    /// The permission to grant the rules without holding them: <c>escalate</c> on the role that is written, <c>bind</c> on the role that a
    /// binding refers to.
    /// </summary>
    public Permission? Override { get; init; }

    /// <summary>The permissions for the write itself.</summary>
    public IEnumerable<Permission> Needed => Mode switch
    {
        RoleWriteMode.Delete => [CreatePermission("delete")],
        RoleWriteMode.Apply when Before is null => [CreatePermission("patch"), CreatePermission("create")],
        _ => [CreatePermission("patch")],
    };

    private Permission CreatePermission(string verb) => new(verb, Type.Group, Type.Plural, Id.Name);
}

/// <summary>An access and its writes.</summary>
/// <param name="Access">The access after the writes.</param>
/// <param name="Writes">The writes, in order; empty if the access is already as wanted.</param>
internal sealed record PlannedAccess(PrometheusAccess Access, IReadOnlyList<RoleWrite> Writes);
