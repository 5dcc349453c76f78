using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using EmbeddedCluster.Monitoring;
using MilvusMonitoring.Alertmanagers;
using MilvusMonitoring.Tests.Commands;

namespace MilvusMonitoring.Tests.EmbeddedCluster;

/// <summary>
/// The operator's part of the embedded cluster, held to what a real operator made of an Alertmanager and its AlertmanagerConfigs.
/// </summary>
public sealed class AlertmanagerRecordingTests
{
    [Fact]
    public async Task The_configuration_is_that_of_the_real_operator()
    {
        var recorded = File.ReadAllText(OperatorRecordings.PathOf("alertmanager.yaml"));
        var alertmanager = OperatorRecordings.Read("alertmanager-resource.json");
        await using var stage = await Stage.StartAsync();
        await stage.InstalledAsync();
        await stage.DefineAsync("monitoring.coreos.com", "v1alpha1", "alertmanagerconfigs", "AlertmanagerConfig");
        alertmanager["metadata"] = new JsonObject { ["name"] = "main", ["namespace"] = "monitoring" };
        alertmanager.Remove("status");
        stage.Cluster.Put(alertmanager);
        var secret = stage.Cluster.Find("v1", "Secret", "monitoring", "alertmanager-main")!;
        secret["metadata"]!.AsObject().Remove("managedFields");
        var manifest = await File.ReadAllTextAsync(
            Path.Combine(RealManifests.Folder(), "v0.18.0", "manifests", "alertmanager-secret.yaml"),
            TestContext.Current.CancellationToken);
        var lines = manifest[(manifest.IndexOf("|-\n", StringComparison.Ordinal) + 3)..manifest.IndexOf("type: Opaque", StringComparison.Ordinal)];
        secret["data"]!["alertmanager.yaml"] = Convert.ToBase64String(
            Encoding.UTF8.GetBytes(string.Join('\n', lines.Split('\n').Select(line => line.Length > 4 ? line[4..] : string.Empty))));
        stage.Cluster.Put(secret);
        foreach (var place in (string[])["monitoring", "default"])
        {
            stage.Put($$"""
                {"apiVersion":"monitoring.coreos.com/v1alpha1","kind":"AlertmanagerConfig","metadata":{"name":"milvus","namespace":"{{place}}"},
                 "spec":{"route":{"receiver":"hook","groupBy":["alertname"],"groupWait":"1s","groupInterval":"5s"},
                         "receivers":[{"name":"hook","webhookConfigs":[{"url":"http://127.0.0.1:9/hook"}]}]} }
                """);
        }

        var made = AlertmanagerConfiguration.Parse(new AlertmanagerFiles(stage.Cluster).For("monitoring", "main")!.ToJsonString());
        var real = AlertmanagerConfiguration.Parse(recorded);
        Assert.Equal(Describe(real.Root), Describe(made.Root));
        Assert.Equal(
            real.Receivers.Select(receiver => $"{receiver.Name}: {string.Join(',', receiver.Integrations)}"),
            made.Receivers.Select(receiver => $"{receiver.Name}: {string.Join(',', receiver.Integrations)}"));
    }

    [Fact]
    public async Task The_stand_in_answers_in_the_shape_of_the_real_one()
    {
        var recordedAlerts = JsonNode.Parse(await File.ReadAllTextAsync(OperatorRecordings.PathOf("alertmanager-api_v2_alerts.json"), Token))!;
        var recordedStatus = OperatorRecordings.Read("alertmanager-api_v2_status.json");
        await using var alertmanager = await AlertmanagerStandIn.StartAsync(Token);
        alertmanager.Configuration = JsonNode.Parse("""{"route":{"receiver":"a"},"receivers":[{"name":"a"}]}""")!.AsObject();
        using var client = new HttpClient { BaseAddress = alertmanager.Address };
        var alert = new JsonObject
        {
            ["labels"] = new JsonObject { ["alertname"] = "x" },
            ["annotations"] = new JsonObject { ["summary"] = "y" },
            ["startsAt"] = DateTimeOffset.UtcNow,
            ["endsAt"] = DateTimeOffset.UtcNow.AddHours(1),
        };
        using var posted = await client.PostAsJsonAsync("api/v2/alerts", new JsonArray(alert), Token);
        Assert.Empty(await posted.Content.ReadAsStringAsync(Token));
        var shown = JsonNode.Parse(await client.GetStringAsync(new Uri("api/v2/alerts", UriKind.Relative), Token))!;
        Assert.Empty(ListPaths(shown[0]!, "").Except(ListPaths(recordedAlerts[0]!, "").Append("annotations.summary")));
        var status = JsonNode.Parse(await client.GetStringAsync(new Uri("api/v2/status", UriKind.Relative), Token))!;
        Assert.Empty(ListPaths(status, "").Except(ListPaths(recordedStatus, "")));
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static IEnumerable<string> ListPaths(JsonNode node, string prefix) => node is JsonObject fields
        ? fields.SelectMany(field => ListPaths(field.Value!, prefix.Length == 0 ? field.Key : $"{prefix}.{field.Key}"))
        : [prefix];

    private static string Describe(Route route) =>
        $"{route.Receiver} {string.Join(',', route.Matchers)} {route.Continues} {route.GroupWait} {route.GroupInterval} "
            + $"[{string.Join(' ', route.Routes.Select(Describe))}]";
}
