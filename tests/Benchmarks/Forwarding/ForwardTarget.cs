namespace MilvusMonitoring.Benchmarks.Forwarding;

/// <summary>The Service to forward to.</summary>
internal sealed record ForwardTarget(string Namespace, string Service, string Port)
{
    /// <summary>Reads <c>NAMESPACE/SERVICE:PORT</c>; null where it is not that.</summary>
    public static ForwardTarget? Parse(string text) =>
        text.Split('/', ':') is [{ Length: > 0 } ns, { Length: > 0 } service, { Length: > 0 } port]
            ? new ForwardTarget(ns, service, port)
            : null;
}
