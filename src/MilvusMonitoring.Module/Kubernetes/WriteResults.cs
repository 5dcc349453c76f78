using MilvusMonitoring.Kubernetes.Errors;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.Kubernetes;

/// <summary>What became of a server-side apply.</summary>
/// <param name="Created">Whether the object was made.</param>
/// <param name="Metadata">The object's metadata afterwards; null where it was refused.</param>
/// <param name="Refusal">Why it was refused; null where it was not.</param>
internal sealed record ApplyResult(bool Created, ObjectMetadata? Metadata, StatusBody? Refusal);

/// <summary>What became of a patch.</summary>
/// <param name="Metadata">The object's metadata afterwards; null where it was refused.</param>
/// <param name="Refusal">Why it was refused; null where it was not.</param>
internal sealed record PatchResult(ObjectMetadata? Metadata, StatusBody? Refusal);

/// <summary>What became of a deletion.</summary>
/// <param name="IsGone">Whether the object is there no longer; if not, and not refused, something still holds it.</param>
/// <param name="Refusal">Why it was refused; null where it was not.</param>
internal sealed record DeleteResult(bool IsGone, StatusBody? Refusal)
{
    public static DeleteResult Gone { get; } = new(true, null);

    public static DeleteResult Terminating { get; } = new(false, null);
}
