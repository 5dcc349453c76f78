namespace EmbeddedCluster.Apply;

/// <summary>A patch that can't be applied, as the <c>Status</c> that a server answers with.</summary>
internal sealed class PatchException(int code, string? reason, string message, string? detail = null) : Exception(message)
{
    /// <summary>HTTP status.</summary>
    public int Code => code;

    /// <summary>The <c>reason</c> of the Status; null where a server gives none.</summary>
    public string? Reason => reason;

    /// <summary>What is wrong in truth, where a server keeps it to itself.</summary>
    public string? Detail => detail;

    public static PatchException BadRequest(string message) => new(400, "BadRequest", message);

    /// <summary>What a server says to every operation of a JSON patch that doesn't work out.</summary>
    public static PatchException Rejected(string detail) =>
        new(422, "Invalid", "the server rejected our request due to an error in our request", detail);
}
