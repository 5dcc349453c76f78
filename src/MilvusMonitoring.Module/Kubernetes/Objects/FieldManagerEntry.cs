namespace MilvusMonitoring.Kubernetes.Objects;

/// <summary>One entry of <c>metadata.managedFields</c>.</summary>
/// <param name="Manager">The field manager.</param>
/// <param name="Operation"><c>Apply</c> or <c>Update</c>.</param>
/// <param name="Subresource">The subresource that was written to, such as <c>status</c>; empty for the object itself.</param>
/// <param name="Time">When it last wrote.</param>
/// <param name="FieldsDigest">A digest of the fields it owns.</param>
internal sealed record FieldManagerEntry(string Manager, string Operation, string Subresource, DateTimeOffset? Time, string FieldsDigest)
{
    /// <summary>The field manager that this module applies as.</summary>
    public const string OurName = "milvus-monitoring";

    /// <summary>
    /// The field manager that a restart is recorded under: not the one that applies, so that what was applied stays as it was,
    /// and the next apply leaves the restart alone.
    /// </summary>
    public const string RestartName = "milvus-monitoring-restart";

    /// <summary>Whether the status is among its fields, as in the entry of a controller; Kubernetes before 1.22 names no subresource.</summary>
    public bool WritesStatus { get; init; }

    /// <summary>Whether it is what this module has applied to the object itself.</summary>
    public bool IsOurs => IsByUs && Operation == "Apply";

    /// <summary>
    /// Whether it is what this module has written to the object itself, by applying or, as Grant does to a role, by patching.
    /// </summary>
    public bool IsByUs => Manager == OurName && Subresource.Length == 0;
}
