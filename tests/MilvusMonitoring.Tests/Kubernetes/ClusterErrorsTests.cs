using System.Net;
using System.Text;
using System.Text.Json;
using MilvusMonitoring.Kubernetes.Errors;

namespace MilvusMonitoring.Tests.Kubernetes;

public sealed class ClusterErrorsTests
{
    private const string What = "apply Service/monitoring/s";

    public static TheoryData<string, string, string, string> Recorded =>
        new()
        {
            {
                "06-authn-authz",
                "bad bearer token",
                ErrorId.NotAuthenticated,
                "the API server does not accept the credentials; sign in again, or renew the user's credentials in the kubeconfig."
            },
            {
                "06-authn-authz",
                "no credentials",
                ErrorId.PermissionDenied,
                """user "system:anonymous" cannot list namespaces in the whole cluster; ask for a ClusterRole with the rule {apiGroups: [""], resources: ["namespaces"], verbs: ["list"]} bound to that user; Get-Help about_MilvusMonitoring_Permissions lists the rules of each command."""
            },
            {
                "06-authn-authz",
                "may patch cluster roles, but doesn't hold the permissions it grants: 403",
                ErrorId.PermissionDenied,
                """user "limited" would grant permissions that it does not hold: {APIGroups:[""], Resources:["endpoints"], Verbs:["get" "watch" "list" "get" "watch" "list"]}, {"""
            },
            { "06-authn-authz", "(name mismatch on purpose)", ErrorId.ObjectInvalid, "does not match the name on the URL" },
            {
                "03-apply-errors",
                "conflict: 409 with causes",
                ErrorId.FieldConflict,
                "'milvus-monitoring' owns .data.k; remove these fields from the configuration of their manager"
            },
            { "03-apply-errors", "namespace not found", ErrorId.ObjectNotFound, "-missing\" not found; create what is missing first" },
            { "03-apply-errors", "unknown field", ErrorId.ObjectInvalid, ".nonsense: field not declared in schema; correct the object" },
            { "03-apply-errors", "broken YAML", ErrorId.ObjectInvalid, "error decoding YAML" },
            { "03-apply-errors", "no field manager", ErrorId.ObjectInvalid, "fieldManager: Required value: is required for apply patch; " },
            {
                "03-apply-errors",
                "its CRD does not exist yet: plain-text 404",
                ErrorId.KindNotFound,
                "the server does not know this kind of object, or a proxy answered instead; install"
            },
        };

    [Theory]
    [MemberData(nameof(Recorded))]
    public void What_real_servers_answered_becomes_one_line_with_a_remedy(string file, string note, string errorId, string text)
    {
        var folder = Environment.GetEnvironmentVariable("API_RECORDINGS");
        Assert.SkipWhen(string.IsNullOrEmpty(folder), "API_RECORDINGS names no folder with recorded answers");
        foreach (var version in Directory.GetDirectories(folder))
        {
            using var recording = JsonDocument.Parse(File.ReadAllText(Path.Combine(version, file + ".json")));
            var response = recording
                .RootElement.EnumerateArray()
                .Single(entry => entry.GetProperty("note").GetString() == note)
                .GetProperty("response");
            var body = response.GetProperty("body");
            var error = Error(
                response.GetProperty("status").GetInt32(),
                body.ValueKind == JsonValueKind.String ? body.GetString()! : body.GetRawText());
            Assert.Equal(errorId, error.ErrorId);
            Assert.Contains(text, error.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(
        403,
        """User "jane" cannot patch resource "deployments" in API group "apps" in the namespace "monitoring": RBAC: role "x" not found; see""",
        ErrorId.PermissionDenied,
        """user "jane" cannot patch deployments.apps in namespace monitoring (RBAC: role "x" not found; see); ask for a Role in that namespace with the rule {apiGroups: ["apps"], resources: ["deployments"], verbs: ["patch"]} bound to that user; Get-Help about_MilvusMonitoring_Permissions lists the rules of each command."""
    )]
    [InlineData(
        403,
        """User "jane" cannot get path "/metrics" """,
        ErrorId.PermissionDenied,
        """{nonResourceURLs: ["/metrics"], verbs: ["get"]}"""
    )]
    [InlineData(
        403,
        "pods \"p\" is forbidden: exceeded quota: q",
        ErrorId.PermissionDenied,
        "exceeded quota: q; ask whoever runs the cluster to allow it."
    )]
    [InlineData(
        403,
        """clusterroles "r" is forbidden: user "jane" (groups=["a"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:[""], Resources:["pods"], Verbs:["get"]}""",
        ErrorId.PermissionDenied,
        """grant permissions that it does not hold: {APIGroups:[""], Resources:["pods"], Verbs:["get"]}; run the command as a cluster administrator"""
    )]
    [InlineData(
        403,
        "configmaps \"c\" is forbidden: unable to create new content in namespace n because it is being terminated",
        ErrorId.NamespaceTerminating,
        "wait until the namespace is gone"
    )]
    [InlineData(
        409,
        "Operation cannot be fulfilled on x: the object has been modified; please apply your changes",
        ErrorId.ObjectChanged,
        "modified; please apply your changes; run the command again."
    )]
    [InlineData(410, "too old resource version", ErrorId.ObjectChanged, "too old")]
    [InlineData(413, "Request entity too large", ErrorId.ObjectInvalid, "larger than the server accepts")]
    [InlineData(415, "the body of the request was in an unknown format", ErrorId.ServerFailed, "Kubernetes 1.20 or newer")]
    [InlineData(429, "", ErrorId.ServerFailed, "overloaded")]
    [InlineData(500, "etcdserver: request timed out", ErrorId.ServerFailed, "(500) (etcdserver: request timed out); ")]
    [InlineData(503, "a\r\n\tb\u0007\u202ec", ErrorId.ServerFailed, "(503) (a b c); ")]
    [InlineData(504, "Timeout", ErrorId.TimedOut, "(504)")]
    [InlineData(302, "", ErrorId.ResponseInvalid, "the server answered 302, which an API server does not do")]
    public void Every_answer_has_an_id_and_a_remedy(int code, string message, string errorId, string text)
    {
        var error = Error(code, JsonSerializer.Serialize(new { kind = "Status", message }));
        Assert.Equal((errorId, "Service/monitoring/s"), (error.ErrorId, error.Target));
        Assert.StartsWith($"Cannot {What}: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(text, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(error.Message, char.IsControl);
        Assert.Equal($"{error.Reason}; {error.Remedy}.", error.Message);
    }

    [Theory]
    [InlineData(
        403,
        """
        admission webhook "warden-validating.common-webhooks.networking.gke.io" denied the request: GKE Warden rejected the request because it violates one or more constraints.
        Violations details: {"[denied by autogke-disallow-hostnamespaces]":["enabling hostPID is not allowed in Autopilot.","enabling hostNetwork is not allowed in Autopilot."],"[denied by autogke-no-write-mode-hostpath]":["hostPath volume sys uses path /sys; allowed are [/var/log/]."]}
        Requested by user: 'dev@example.com', groups: 'system:authenticated'.
        """,
        "enabling hostPID is not allowed in Autopilot, enabling hostNetwork is not allowed in Autopilot, hostPath volume sys uses path /sys; allowed are [/var/log/]")]
    [InlineData(
        403,
        "roles.rbac.authorization.k8s.io \"x\" is forbidden: User \"dev@example.com\" cannot create resource \"roles\" in API group \"rbac.authorization.k8s.io\" in the namespace \"kube-system\": GKE Autopilot authz: the namespace \"kube-system\" is managed and the request's verb \"create\" is denied",
        "the namespace \"kube-system\" is managed")]
    [InlineData(400, "admission webhook denied the request: GKE Warden rejected the request", "GKE Warden rejects it")]
    public void GKE_Autopilot_is_named_with_its_rule(int code, string message, string rule)
    {
        var error = Error(code, JsonSerializer.Serialize(new { kind = "Status", message }));
        Assert.Equal(
            $"Cannot {What}: GKE Autopilot does not allow it ({rule}); leave its component out with -ExcludeComponent.",
            error.Message);
        Assert.Equal((ErrorId.PermissionDenied, rule), (error.ErrorId, error.AutopilotRule));
    }

    [Theory]
    [InlineData("<html><head><title>413 Request Entity Too Large</title></head></html>")]
    [InlineData("")]
    public void A_body_that_a_proxy_refuses_is_no_limit_of_the_server(string body)
    {
        var error = Error(413, body);
        Assert.Contains("a proxy before the API server refuses the object as too large (413)", error.Message, StringComparison.Ordinal);
        Assert.Contains("client_max_body_size", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_conflict_names_each_manager_once_and_is_shortened()
    {
        var causes = Enumerable
            .Range(0, 6)
            .Select(i => new
            {
                reason = "FieldManagerConflict",
                message = "conflict with \"kubectl\" using apps/v1",
                field = $".spec.f{i}",
            })
            .Concat(
                Enumerable
                    .Range(0, 6)
                    .Select(i => new
                    {
                        reason = "FieldManagerConflict",
                        message = $"conflict with \"m{i}\"",
                        field = ".data",
                    }));
        var error = Error(
            409,
            JsonSerializer.Serialize(
                new
                {
                    kind = "Status",
                    message = "Apply failed with 12 conflicts",
                    details = new { causes },
                }));
        Assert.Equal(
            $"Cannot {What}: 'kubectl' owns .spec.f0, .spec.f1, .spec.f2, .spec.f3 and 2 more, 'm0' owns .data, 'm1' owns .data, 'm2' "
                + "owns .data and 3 more managers own others; remove these fields from the configuration of their manager; "
                + "only for an object that is yours alone, add -ForceConflicts to take them over.",
            error.Message);
    }

    [Fact]
    public void An_immutable_field_asks_for_the_object_to_be_deleted()
    {
        var causes = new[]
        {
            new
            {
                reason = "FieldValueInvalid",
                message = "Invalid value: " + new string('x', 5000) + ": field is immutable",
                field = "spec.selector",
            },
        };
        var error = Error(
            422,
            JsonSerializer.Serialize(
                new
                {
                    kind = "Status",
                    message = "Deployment is invalid: spec.selector: field is immutable",
                    details = new { causes },
                }));
        Assert.Equal(
            (ErrorId.ObjectInvalid, $"Cannot {What}: spec.selector: field is immutable; delete the object and run the command again."),
            (error.ErrorId, error.Message));
    }

    private static MonitoringException Error(int code, string body) =>
        ClusterErrors.From(StatusBody.Parse((HttpStatusCode)code, Encoding.UTF8.GetBytes(body)), What, "Service/monitoring/s");
}
