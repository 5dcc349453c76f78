using System.Net;
using System.Text.Json.Nodes;

namespace EmbeddedCluster;

public enum FaultKind
{
    /// <summary>Break the connection before anything is done.</summary>
    ResetBefore,

    /// <summary>Do what is asked, then break the connection instead of answering.</summary>
    ResetAfter,

    /// <summary>Answer with a status, do nothing.</summary>
    Status,

    /// <summary>
    /// Do what is asked, send half of the answer, break the connection. Of a watch: break off in the middle of its first event.
    /// </summary>
    TruncatedBody,

    /// <summary>Do what is asked, send the answer in pieces spread over <see cref="Fault.Delay"/>.</summary>
    SlowBody,

    /// <summary>Wait for <see cref="Fault.Delay"/>, then go on as usual.</summary>
    Delay,

    /// <summary>Do what is asked, and say that the answer is of another content type.</summary>
    WrongContentType,

    /// <summary>Never answer; ends when the client gives up or the cluster stops.</summary>
    Hang,

    /// <summary>Break a port-forward at <see cref="Fault.Point"/>.</summary>
    Cut,

    /// <summary>Let a port-forward rest from <see cref="Fault.Point"/> on: for <see cref="Fault.Delay"/>, or to its end.</summary>
    Stall,
}

/// <summary>How far a port-forward has come.</summary>
public enum ForwardPoint
{
    /// <summary>The upgrade is answered with 101.</summary>
    Upgraded,

    /// <summary>The first message went out on every channel.</summary>
    Announced,

    /// <summary>As many bytes as planned went from the pod to the client.</summary>
    BytesDown,

    /// <summary>As many bytes as planned went from the client to the pod.</summary>
    BytesUp,
}

/// <summary>What goes wrong with a request.</summary>
public sealed record Fault(FaultKind Kind)
{
    public int StatusCode { get; init; }

    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The body of a <see cref="FaultKind.Status"/> fault; null for none.</summary>
    public JsonObject? Body { get; init; }

    /// <summary>The web page that a <see cref="FaultKind.Status"/> fault sends instead of a body; null for none.</summary>
    public string? Page { get; init; }

    /// <summary>The content type of a <see cref="FaultKind.WrongContentType"/> fault.</summary>
    public string ContentType { get; init; } = "text/html";

    public TimeSpan Delay { get; init; }

    /// <summary>
    /// Where a <see cref="FaultKind.Cut"/> or <see cref="FaultKind.Stall"/> strikes; before the answer to the upgrade the other kinds do.
    /// </summary>
    public ForwardPoint Point { get; init; }

    /// <summary>How many bytes of data pass before it strikes, all streams together, where the point is one of bytes.</summary>
    public long Bytes { get; init; }

    public static Fault ResetBefore { get; } = new(FaultKind.ResetBefore);

    public static Fault ResetAfter { get; } = new(FaultKind.ResetAfter);

    public static Fault TruncatedBody { get; } = new(FaultKind.TruncatedBody);

    public static Fault WrongContentType { get; } = new(FaultKind.WrongContentType);

    public static Fault Hang { get; } = new(FaultKind.Hang);

    public static Fault DelayBy(TimeSpan delay) => new(FaultKind.Delay) { Delay = delay };

    public static Fault SlowBody(TimeSpan over) => new(FaultKind.SlowBody) { Delay = over };

    /// <summary>
    /// Breaks the connection off 20 ms after the point: a reset at once would take back what the client has not read yet.
    /// </summary>
    public static Fault CutAt(ForwardPoint point, long bytes = 0) =>
        new(FaultKind.Cut)
        {
            Point = point,
            Bytes = bytes,
            Delay = TimeSpan.FromMilliseconds(20),
        };

    /// <param name="delay">Zero for ever.</param>
    public static Fault StallAt(ForwardPoint point, long bytes = 0, TimeSpan delay = default) =>
        new(FaultKind.Stall)
        {
            Point = point,
            Bytes = bytes,
            Delay = delay,
        };

    /// <summary>An answer with a Status body as an API server sends it.</summary>
    public static Fault Answer(HttpStatusCode status, string reason, string message, TimeSpan? retryAfter = null) => new(FaultKind.Status)
    {
        StatusCode = (int)status,
        RetryAfter = retryAfter,
        Body = new JsonObject
        {
            ["kind"] = "Status",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject(),
            ["status"] = "Failure",
            ["message"] = message,
            ["reason"] = reason,
            ["code"] = (int)status,
        },
    };

    /// <summary>An answer without a body, as proxies in between send it.</summary>
    public static Fault Answer(HttpStatusCode status, TimeSpan? retryAfter = null) =>
        new(FaultKind.Status) { StatusCode = (int)status, RetryAfter = retryAfter };

    /// <summary>A Status body that says only that it failed, as aggregated servers and webhooks send it.</summary>
    public static Fault BareStatus(HttpStatusCode status) =>
        new(FaultKind.Status)
        {
            StatusCode = (int)status,
            Body = new JsonObject
            {
                ["kind"] = "Status",
                ["apiVersion"] = "v1",
                ["metadata"] = new JsonObject(),
                ["status"] = "Failure",
                ["code"] = (int)status,
            },
        };

    /// <summary>A web page, as a proxy sends it that wants somebody to sign in.</summary>
    public static Fault WebPage(HttpStatusCode status) =>
        new(FaultKind.Status)
        {
            StatusCode = (int)status,
            Page = "<!DOCTYPE html><html><head><title>Sign in</title></head><body></body></html>",
        };
}
