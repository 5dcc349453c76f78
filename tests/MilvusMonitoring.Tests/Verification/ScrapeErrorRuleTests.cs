using MilvusMonitoring.Verification;

namespace MilvusMonitoring.Tests.Verification;

public sealed class ScrapeErrorRuleTests
{
    [Theory]
    [InlineData("sample limit exceeded", "sampleLimit")]
    [InlineData("body size limit exceeded", "bodySizeLimit")]
    [InlineData("label_limit exceeded (metric: \"m\", number of labels: 34, limit: 30)", "labelLimit")]
    [InlineData("label_value_length_limit exceeded (metric: \"m\", label: \"l\")", "labelValueLengthLimit")]
    [InlineData("target_limit exceeded (number of targets: 3, limit: 2)", "targetLimit")]
    [InlineData("server returned HTTP status 401 Unauthorized", "proxy or sidecar")]
    [InlineData("server returned HTTP status 403 Forbidden", "proxy or sidecar")]
    [InlineData("server returned HTTP status 404 Not Found", "path")]
    [InlineData("server returned HTTP status 400 Bad Request", "scheme: https")]
    [InlineData("server returned HTTP status 503 Service Unavailable", "overloaded")]
    [InlineData("server returned HTTP status 500 Internal Server Error", "log of pod a")]
    [InlineData("Get \"https://10.0.0.9:9091/metrics\": http: server gave HTTP response to HTTPS client", "scheme: http ")]
    [InlineData("Get \"https://10.0.0.9:9091/metrics\": tls: first record does not look like a TLS handshake", "scheme: http ")]
    [InlineData("Get \"http://10.0.0.9:9091/metrics\": net/http: HTTP/1.x transport connection broken: malformed HTTP response", "scheme: https")]
    [InlineData("Get \"https://a/metrics\": tls: failed to verify certificate: x509: certificate signed by unknown authority", "tlsConfig")]
    [InlineData("Get \"https://a/metrics\": remote error: tls: bad certificate", "client certificate")]
    [InlineData("Get \"http://10.0.0.9:9091/metrics\": dial tcp 10.0.0.9:9091: connect: connection refused", "nothing listens there")]
    [InlineData("Get \"http://10.0.0.9:9091/metrics\": read tcp 10.0.0.1:1->10.0.0.9:9091: read: connection reset by peer", "service mesh")]
    [InlineData("Get \"http://10.0.0.9:9091/metrics\": EOF", "service mesh")]
    [InlineData("Get \"http://10.0.0.9:9091/metrics\": dial tcp 10.0.0.9:9091: connect: no route to host", "policies")]
    [InlineData("Get \"http://10.0.0.9:9091/metrics\": dial tcp 10.0.0.9:9091: i/o timeout", "policies")]
    [InlineData("Get \"http://milvus:9091/metrics\": dial tcp: lookup milvus on 10.96.0.10:53: no such host", "name server")]
    [InlineData("received unsupported Content-Type \"text/html\" and no fallback_scrape_protocol specified for target", "fallbackScrapeProtocol")]
    [InlineData("expected a valid start token, got \"<\" (\"INVALID\") while parsing: \"<\"", "not in the Prometheus text format")]
    [InlineData("something that nobody has seen", "serves /metrics")]
    public void An_error_of_a_scrape_says_what_to_do(string error, string remedy)
    {
        Assert.False(ScrapeErrorRule.IsDeadline(error));
        Assert.Contains(remedy, ScrapeErrorRule.Describe(error, "pod a"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Get \"http://10.0.0.9:9091/metrics\": context deadline exceeded")]
    [InlineData("Get \"http://10.0.0.9:9091/metrics\": net/http: request canceled (Client.Timeout exceeded while awaiting headers)")]
    public void A_scrape_that_took_too_long_needs_more_time(string error) => Assert.True(ScrapeErrorRule.IsDeadline(error));
}
