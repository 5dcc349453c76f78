using System.Text;
using System.Text.Json.Nodes;
using MilvusMonitoring.Manifests;
using MilvusMonitoring.Manifests.Archives;
using MilvusMonitoring.Tests.Commands;

namespace MilvusMonitoring.Tests.Stacks;

/// <summary>Monitoring of other tools, for an embedded cluster.</summary>
internal static class ForeignStack
{
    private const string Variable = "FOREIGN_STACKS";

    public const string Helm = "helm";

    /// <summary>An operator, its Prometheus and full access, as the chart of a release named kps makes them.</summary>
    public static async Task PutOperatorAsync(Stage stage, string arguments = "", string crdManager = Helm)
    {
        await DefineAsync(stage, crdManager);
        PutNamespace(stage, "kps");
        stage.Put(
            $$"""
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"kps-operator","namespace":"kps","labels":{"app":"kube-prometheus-stack-operator","chart":"kube-prometheus-stack-80.0.0","app.kubernetes.io/managed-by":"Helm","release":"kps"} },
             "spec":{"selector":{"matchLabels":{"app":"kps-operator"} },"template":{"metadata":{"labels":{"app":"kps-operator"} },"spec":{"containers":[{"name":"kube-prometheus-stack","image":"mirror.example:5000/x/prometheus-operator:v0.86.0","args":[{{arguments}}]}]} } } }
            """,
            Helm);
        PutPrometheus(stage, "kps", "kps-prometheus", "kps");
    }

    /// <summary>Defines the kinds of the operator as another tool does.</summary>
    public static async Task DefineAsync(Stage stage, string manager)
    {
        var own = ManifestReader.Read(
            await ManifestSource.ReadAsync(Stage.Manifests, TestContext.Current.CancellationToken),
            TestContext.Current.CancellationToken);
        foreach (var crd in own.Where(manifest => manifest.Id.IsCrd))
        {
            stage.Put(Encoding.UTF8.GetString(crd.ReadJson().Span), manager);
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Limits.Wait);
        foreach (var type in own.SelectMany(manifest => manifest.Defines))
        {
            while (!await stage.Objects.TellsOfAsync(type.ApiVersion, type.Kind))
            {
                await Task.Delay(5, limit.Token);
            }
        }
    }

    /// <summary>Puts a Prometheus resource that selects by the label of a release.</summary>
    public static void PutPrometheus(Stage stage, string place, string name, string release) => stage.Put(
        $$"""
        {"apiVersion":"monitoring.coreos.com/v1","kind":"Prometheus","metadata":{"name":"{{name}}","namespace":"{{place}}","labels":{"release":"{{release}}","chart":"kube-prometheus-stack-80.0.0"} },
         "spec":{"serviceAccountName":"{{name}}","serviceMonitorSelector":{"matchLabels":{"release":"{{release}}"} },"serviceMonitorNamespaceSelector":{} } }
        """,
        Helm);

    /// <summary>Gives a service account a role with all that discovery needs.</summary>
    public static void PutAccess(Stage stage, string role, string subject)
    {
        stage.Put($$"""
            {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRole","metadata":{"name":"{{role}}"},"rules":[
              {"apiGroups":[""],"resources":["nodes","services","endpoints","pods"],"verbs":["get","list","watch"]},
              {"apiGroups":["discovery.k8s.io"],"resources":["endpointslices"],"verbs":["get","list","watch"]}]}
            """);
        stage.Put($$"""
            {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRoleBinding","metadata":{"name":"{{role}}"},
             "roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"{{role}}"},"subjects":[{{subject}}]}
            """);
    }

    public static void PutNamespace(Stage stage, string name) =>
        stage.Put($$"""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"{{name}}"} }""");

    /// <summary>Puts what a tool really renders.</summary>
    /// <param name="kind">A release of kube-prometheus-stack, or <c>openshift</c>.</param>
    public static async Task PutAsync(Stage stage, string kind, string manager)
    {
        await DefineAsync(stage, manager);
        foreach (var manifest in Read(kind))
        {
            if (manifest.Id.Namespace is { } place && stage.Cluster.Find("v1", "Namespace", null, place) is null)
            {
                PutNamespace(stage, place);
            }

            stage.Put(Encoding.UTF8.GetString(manifest.ReadJson().Span), manager);
        }
    }

    /// <summary>Writes what a release of kube-prometheus-stack renders as a chart, for a helm that is to have a record of it.</summary>
    /// <remarks>It leaves out the kinds that <see cref="StartingPoint.Definitions"/> does not define.</remarks>
    /// <returns>The folder of the chart.</returns>
    public static string WriteChart(ClusterStage stage, string kind)
    {
        var documents = Read(kind)
            .Where(manifest => manifest.Id.Group != "monitoring.coreos.com" || manifest.Id.Kind == "Prometheus")
            .Select(manifest => Encoding.UTF8.GetString(manifest.ReadJson().Span));
        stage.WriteFile("chart/rendered.yaml", string.Join("\n---\n", documents));
        stage.WriteFile("chart/templates/all.yaml", "{{ .Files.Get \"rendered.yaml\" }}");
        return Path.GetDirectoryName(stage.WriteFile("chart/Chart.yaml", """
            apiVersion: v2
            name: kube-prometheus-stack
            version: 56.9.0
            appVersion: v0.71.2
            """))!;
    }

    /// <summary>The Services of such a stack.</summary>
    public static IReadOnlyList<JsonObject> ReadServices(string kind) =>
    [
        .. Read(kind)
            .Where(manifest => manifest.Id.Kind == "Service")
            .Select(manifest => JsonNode.Parse(manifest.ReadJson().Span)!.AsObject()),
    ];

    private static IEnumerable<ManifestObject> Read(string kind)
    {
        var folder = Environment.GetEnvironmentVariable(Variable);
        Assert.SkipWhen(string.IsNullOrEmpty(folder), $"{Variable} names no folder of other tools' stacks");
        var files = kind == "openshift"
            ? Directory.GetFiles(Path.Combine(folder!, "openshift"), "*.yaml")
            : [Path.Combine(folder!, $"kube-prometheus-stack-{kind}.yaml")];
        return ManifestReader
            .Read(
                [.. files.Select(file => new ArchivedFile(Path.GetFileName(file), File.ReadAllBytes(file)))],
                TestContext.Current.CancellationToken)
            .Where(manifest => manifest.Id.Group is not ("admissionregistration.k8s.io" or "monitoring.coreos.com")
                || manifest.Id.Kind is "Prometheus" or "Alertmanager");
    }
}
