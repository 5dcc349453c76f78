namespace MilvusMonitoring.Verification;

/// <summary>What to do about a failed scrape, by the error that Prometheus gives.</summary>
internal static class ScrapeErrorRule
{
    private static readonly (string[] Signs, string Remedy)[] Remedies =
    [
        (
            ["sample limit exceeded", "sample_limit"],
            "Raise sampleLimit of the monitor, or enforcedSampleLimit of the Prometheus resource: {0} has more samples than these allow."),
        (
            ["body size limit exceeded", "body_size_limit"],
            "Raise bodySizeLimit of the monitor, or enforcedBodySizeLimit of the Prometheus resource: the metrics of {0} are longer."),
        (
            ["label_limit exceeded", "label_name_length_limit exceeded", "label_value_length_limit exceeded"],
            "Raise labelLimit, labelNameLengthLimit or labelValueLengthLimit of the monitor, or the enforced limits of the Prometheus "
                + "resource."),
        (
            ["target_limit exceeded", "target limit exceeded"],
            "Raise targetLimit of the monitor, or enforcedTargetLimit of the Prometheus resource."),
        (
            ["HTTP status 401", "HTTP status 403"],
            "Give the endpoint of the monitor the credentials that it needs (authorization or basicAuth): Milvus asks for none, so that a "
                + "proxy or sidecar before {0} refuses the scrape."),
        (
            ["HTTP status 404"],
            "Correct path in the endpoint of the monitor: {0} has no metrics there, and Milvus has them at /metrics."),
        (
            ["HTTP status 400", "malformed HTTP response", "malformed HTTP status"],
            "Set scheme: https in the endpoint of the monitor if {0} serves TLS; else see what answers at that port."),
        (
            ["HTTP status 301", "HTTP status 302", "HTTP status 307", "HTTP status 308"],
            "Scrape the address that {0} redirects to, or set followRedirects in the endpoint of the monitor."),
        (
            ["HTTP status 502", "HTTP status 503", "HTTP status 504", "HTTP status 429"],
            "See whether {0} or a proxy before it is overloaded or not ready yet: the log of the pod and of its sidecars."),
        (
            ["HTTP status"],
            "See the log of {0}: Milvus itself answers its scrapes with an error."),
        (
            ["server gave HTTP response to HTTPS client", "first record does not look like a TLS handshake"],
            "Set scheme: http in the endpoint of the monitor: {0} serves its metrics without TLS."),
        (
            ["x509:", "certificate is not trusted", "certificate signed by unknown authority"],
            "Correct tlsConfig in the endpoint of the monitor (ca and serverName): Prometheus does not trust the certificate of {0}."),
        (
            ["tls: bad certificate", "tls: certificate required", "certificate required", "handshake failure", "tls:"],
            "Give the endpoint of the monitor a tlsConfig with the client certificate and the TLS version that {0} asks for."),
        (
            ["Content-Type", "fallback_scrape_protocol"],
            "Set fallbackScrapeProtocol: PrometheusText0.0.4 in the monitor: {0} does not name the format of its metrics, which "
                + "Prometheus 3 asks for."),
        (
            ["connection refused"],
            "Check that Milvus runs in {0} and listens at the port in the error: nothing listens there."),
        (
            ["connection reset", "EOF", "broken pipe"],
            "See whether a service mesh closes the connection: exclude the metrics port of {0} from its mutual TLS, or take Prometheus "
                + "into the mesh."),
        (
            ["no such host", "server misbehaving", "lookup "],
            "Correct the name in the scrape job, or the name server of the cluster: Prometheus cannot find the address of {0}."),
        (
            ["no route to host", "i/o timeout", "network is unreachable", "connection timed out", "operation not permitted"],
            "Check that the network, its policies and its firewalls let Prometheus through to {0}."),
        (
            ["expected ", "parsing", "parse", "invalid metric", "unsupported character", "strconv", "gzip"],
            "Correct port and path in the endpoint of the monitor: the response of {0} is not in the Prometheus text format."),
        (
            ["duplicate", "out of order", "out of bounds"],
            "Check that no second exporter answers at the same address, and that the metrics of {0} carry no timestamps of their own."),
    ];

    /// <summary>Whether a scrape took too long, so that more time may help.</summary>
    public static bool IsDeadline(string error) =>
        error.Contains("context deadline exceeded", StringComparison.Ordinal)
        || error.Contains("Client.Timeout", StringComparison.Ordinal);

    /// <summary>Writes what to do.</summary>
    /// <param name="error">The last error of the target.</param>
    /// <param name="pod">The pod, such as <c>pod milvus-0</c>.</param>
    public static string Describe(string error, string pod)
    {
        var known = Remedies.FirstOrDefault(item => item.Signs.Any(sign => error.Contains(sign, StringComparison.Ordinal))).Remedy;
        return (known ?? "Check that {0} serves /metrics, and that the network lets Prometheus through.")
            .Replace("{0}", pod, StringComparison.Ordinal);
    }
}
