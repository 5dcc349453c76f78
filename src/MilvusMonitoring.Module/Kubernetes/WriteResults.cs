using MilvusMonitoring.Kubernetes.Errors;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.Kubernetes;

/// <summary>The result of a server-side apply.</summary>
/// <param name="Created">Whether the apply created the object.</param>
/// <param name="Metadata">The object's metadata after the apply; null if the apply failed.</param>
/// <param name="Failure">The server's response to a failed apply; null if the apply succeeded.</param>
internal sealed record ApplyResult(bool Created, ObjectMetadata? Metadata, StatusBody? Failure)
{
    /// <summary>Ensures that the server has accepted the apply.</summary>
    /// <param name="id">The object, for the error.</param>
    /// <exception cref="MonitoringException">The server refused it.</exception>
    public void EnsureAccepted(ResourceId id)
    {
        if (Failure is { } failure)
        {
            throw ClusterErrors.From(failure, $"apply {id}", id.ToString());
        }
    }
}

/// <summary>The result of a patch.</summary>
/// <param name="Metadata">The object's metadata after the patch; null if the patch failed.</param>
/// <param name="Failure">The server's response to a failed patch; null if the patch succeeded.</param>
internal sealed record PatchResult(ObjectMetadata? Metadata, StatusBody? Failure);

/// <summary>The result of a deletion.</summary>
/// <param name="IsGone">Whether the object is gone. An object that is neither gone nor failed is terminating.</param>
/// <param name="Failure">The server's response to a failed deletion; null if the deletion succeeded.</param>
internal sealed record DeleteResult(bool IsGone, StatusBody? Failure)
{
    public static DeleteResult Gone { get; } = new(true, null);

    public static DeleteResult Terminating { get; } = new(false, null);

    /// <summary>Ensures that the server has accepted the deletion.</summary>
    /// <param name="id">The object, for the error.</param>
    /// <exception cref="MonitoringException">The server refused it.</exception>
    public void EnsureAccepted(ResourceId id)
    {
        if (Failure is { } failure)
        {
            throw ClusterErrors.From(failure, $"delete {id}", id.ToString());
        }
    }
}
