namespace MilvusMonitoring.Kubernetes.Objects;

/// <summary>One entry of <c>metadata.managedFields</c>.</summary>
/// <param name="Manager">The field manager.</param>
/// <param name="Operation"><c>Apply</c> or <c>Update</c>.</param>
/// <param name="Subresource">The written subresource, such as <c>status</c>; empty for the object itself.</param>
/// <param name="Time">The time of the last write.</param>
/// <param name="FieldsDigest">A digest of the owned fields.</param>
internal sealed record FieldManagerEntry(string Manager, string Operation, string Subresource, DateTimeOffset? Time, string FieldsDigest)
{
    /// <summary>The field manager that this module applies as.</summary>
    public const string OurName = "milvus-monitoring";

    /// <summary>
    /// The field manager of a restart. It differs from the one that applies, so that the applied fields stay unchanged and the next apply
    /// does not undo the restart.
    /// </summary>
    public const string RestartName = "milvus-monitoring-restart";

    /// <summary>
    /// The field manager of dashboards in ConfigMaps of others. It differs from the one that applies a stack, so that neither takes the
    /// other's keys away.
    /// </summary>
    public const string DashboardsName = "milvus-monitoring-dashboards";

    /// <summary>Whether the fields include the status, as in a controller's entry. Kubernetes before 1.22 names no subresource.</summary>
    public bool WritesStatus { get; init; }

    /// <summary>
    /// Whether the fields are of the object itself. <c>kubectl scale</c> and autoscalers write <c>spec.replicas</c> by a subresource.
    /// </summary>
    public bool WritesObject => IsOfObject(Subresource);

    /// <summary>Whether this module has applied the fields, to the object itself.</summary>
    public bool IsOurs => IsByUs && Operation == "Apply";

    /// <summary>
    /// Whether this module has written the fields to the object itself, by an apply or by a patch (Grant patches roles).
    /// </summary>
    public bool IsByUs => Manager == OurName && Subresource.Length == 0;

    /// <summary>Whether a write to a subresource changes fields of the object that manifests set.</summary>
    public static bool IsOfObject(string? subresource) => subresource is null or "" or "scale";
}
