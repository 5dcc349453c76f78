using System.Text;
using MilvusMonitoring.KubePrometheus;
using MilvusMonitoring.Manifests;
using MilvusMonitoring.Manifests.Archives;
using MilvusMonitoring.Tests.Commands;

namespace MilvusMonitoring.Tests.KubePrometheus;

/// <summary>Which workloads wait for discovery: told by what their service accounts may do.</summary>
public sealed class CustomResourceReadersTests
{
    private const string Definition = """
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: { name: gadgets.example.com }
        spec:
          group: example.com
          scope: Namespaced
          names: { kind: Gadget, plural: gadgets }
          versions: [{ name: v1, served: true }, { name: v1alpha1, served: false }]
        """;

    [Theory]
    [InlineData("v0.18.0")]
    [InlineData("v0.8.0")]
    public async Task Of_a_release_it_is_the_operator_alone(string version) =>
        Assert.Equal(
            "Deployment/monitoring/prometheus-operator",
            Assert.Single(CustomResourceReaders.List(ManifestReader.Read(await RealManifests.ReadAsync(version), Token))).ToString());

    [Fact]
    public async Task Of_the_small_manifests_too() =>
        Assert.Equal(
            "Deployment/monitoring/prometheus-operator",
            Assert
                .Single(CustomResourceReaders.List(ManifestReader.Read(await ManifestSource.ReadAsync(Stage.Manifests, Token), Token)))
                .ToString());

    [Theory]
    [InlineData("ClusterRole", "example.com", "get", "ServiceAccount", "reader")]
    [InlineData("Role", "example.com", "watch", "ServiceAccount", "reader")]
    [InlineData("ClusterRole", "'*'", "'*'", "ServiceAccount", "reader")]
    [InlineData("ClusterRole", "example.com", "list", "User", "system:serviceaccount:here:reader")]
    [InlineData("ClusterRole", "example.com", "list", "Group", "system:serviceaccounts:here")]
    public void A_verb_on_the_group_by_whatever_way_makes_a_reader(string role, string group, string verb, string subject, string name) =>
        Assert.Equal(
            ["Deployment/here/reader"],
            Readers(Workload("Deployment", "reader"), Role(role, group, verb), Binding(role, "gadgets", subject, name)));

    [Theory]
    [InlineData("ClusterRole", "apps", "get", "ServiceAccount", "reader")]
    [InlineData("ClusterRole", "example.com", "get", "ServiceAccount", "other")]
    [InlineData("Role", "example.com", "get", "Group", "system:serviceaccounts:there")]
    public void Without_one_a_workload_is_none(string role, string group, string verb, string subject, string name) =>
        Assert.Empty(Readers(Workload("Deployment", "reader"), Role(role, group, verb), Binding(role, "gadgets", subject, name)));

    [Fact]
    public void An_administrator_is_one_and_so_is_a_pod_with_the_default_account() => Assert.Equal(
        ["CronJob/here/default", "DaemonSet/here/reader"],
        Readers(
            Workload("DaemonSet", "reader"),
            Binding("ClusterRole", "cluster-admin", "ServiceAccount", "reader"),
            """
            apiVersion: batch/v1
            kind: CronJob
            metadata: { name: default, namespace: here }
            spec: { jobTemplate: { spec: { template: { spec: { containers: [{ name: c, image: i }] } } } } }
            """,
            Binding("ClusterRole", "cluster-admin", "ServiceAccount", "default", "more")));

    [Fact]
    public void A_version_that_is_not_served_is_none_of_the_definition_s_kinds() =>
        Assert.Equal(["v1"], Read(Definition).Single().Defines.Select(type => type.Version));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static IEnumerable<string> Readers(params string[] documents) =>
        CustomResourceReaders.List(Read([Definition, .. documents])).Select(id => id.ToString()).Order(StringComparer.Ordinal);

    private static IReadOnlyList<ManifestObject> Read(params string[] documents) =>
        ManifestReader.Read([new ArchivedFile("all.yaml", Encoding.UTF8.GetBytes(string.Join("\n---\n", documents)))], Token);

    private static string Workload(string kind, string account) => $$"""
        apiVersion: apps/v1
        kind: {{kind}}
        metadata: { name: {{account}}, namespace: here }
        spec: { template: { spec: { serviceAccountName: {{account}}, containers: [{ name: c, image: i }] } } }
        """;

    private static string Role(string kind, string group, string verb) => $$"""
        apiVersion: rbac.authorization.k8s.io/v1
        kind: {{kind}}
        metadata: { name: gadgets{{(kind == "Role" ? ", namespace: here" : "")}} }
        rules: [{ apiGroups: [{{group}}], resources: [gadgets], verbs: [{{verb}}] }]
        """;

    private static string Binding(string roleKind, string role, string subject, string name, string bindingName = "gadgets") => $$"""
        apiVersion: rbac.authorization.k8s.io/v1
        kind: {{roleKind}}Binding
        metadata: { name: {{bindingName}}{{(roleKind == "Role" ? ", namespace: here" : "")}} }
        roleRef: { apiGroup: rbac.authorization.k8s.io, kind: {{roleKind}}, name: {{role}} }
        subjects: [{ kind: {{subject}}, name: '{{name}}'{{(subject == "ServiceAccount" ? ", namespace: here" : "")}} }]
        """;
}
