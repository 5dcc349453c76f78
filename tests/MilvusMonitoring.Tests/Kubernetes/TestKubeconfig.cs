using System.Text;
using MilvusMonitoring.Kubernetes.Connection;
using MilvusMonitoring.Kubernetes.Kubeconfig;

namespace MilvusMonitoring.Tests.Kubernetes;

/// <summary>Kubeconfigs for tests.</summary>
internal static class TestKubeconfig
{
    public static KubeconfigLocations Nowhere { get; } = new(null, null, null, null, "/nonexistent");

    /// <summary>A kubeconfig with one context, <c>test</c>.</summary>
    /// <param name="cluster">The cluster's fields, a YAML flow mapping without its braces.</param>
    /// <param name="user">The user's fields, likewise.</param>
    /// <param name="context">Further fields of the context.</param>
    public static string Text(string cluster, string user = "", string context = "") => $$"""
        apiVersion: v1
        kind: Config
        current-context: test
        contexts: [{name: test, context: { cluster: c, user: u{{(context.Length > 0 ? ", " + context : "")}} } }]
        clusters: [{name: c, cluster: { {{cluster}} } }]
        users: [{name: u, user: { {{user}} } }]
        """;

    public static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    public static string Server(TestServer server, TestAuthority authority, string host = "127.0.0.1") =>
        $"server: 'https://{host}:{server.Port}', certificate-authority-data: {Base64(authority.Pem)}";

    /// <summary>Writes the kubeconfig and opens the connection.</summary>
    public static ClusterConnection Open(TemporaryFolder folder, string text, RecordingSink? sink = null, TimeProvider? time = null) =>
        ClusterConnection.Open(
            new ClusterTarget(folder.Write("config", text), null),
            sink ?? new RecordingSink(),
            Nowhere,
            time ?? TimeProvider.System);
}
