using System.Text;
using MilvusMonitoring.Alertmanagers;
using MilvusMonitoring.Tests.Commands;

namespace MilvusMonitoring.Tests.Alerts;

/// <summary>Receivers in the Secret of an Alertmanager, on any cluster.</summary>
public abstract class ReceiverStories : ClusterStories
{
    private protected const string Address = "https://hooks.example.com/s3cr3t?t0k3n";
    private protected const string SetWebhook = "Set-MilvusAlertReceiver -Webhook $secret -Kubeconfig $c";

    [Fact]
    public async Task A_receiver_comes_into_the_Secret_and_goes_and_the_rest_stays()
    {
        await using var stage = await StartAsync(StartingPoint.Stack);
        var before = await stage.AlertmanagerFileAsync();
        var set = await stage.RunWithSecretAsync($"{SetWebhook} -Severity critical, warning -Verbose", Address);
        var receiver = Assert.Single(set.EnsureNoError().OutputOf<MilvusAlertReceiver>());
        Assert.Equal(
            ("webhook", AlertReceiverType.Webhook, ResourceAction.Created, "Secret/monitoring/alertmanager-main", "Alertmanager/monitoring/main"),
            (receiver.Name, receiver.Type, receiver.Action, receiver.Resource, receiver.Alertmanager));
        Assert.Contains("does not serve AlertmanagerConfig", receiver.Message, StringComparison.Ordinal);
        set.HidesSecret("s3cr3t");

        var file = await stage.AlertmanagerFileAsync();
        Assert.Equal(before, ReceiverSections.Read(file).Others);
        var labels = new Dictionary<string, string> { ["alertname"] = "MilvusDown", ["severity"] = "critical" };
        Assert.Equal(
            ["milvus-monitoring/webhook"],
            AlertmanagerConfiguration.Parse(file).ListReceivers(labels).Select(found => found.Name));

        var shown = Assert.Single((await stage.RunAsync("Get-MilvusAlertReceiver -Kubeconfig $c")).EnsureNoError().OutputOf<MilvusAlertReceiver>());
        Assert.Equal(["critical", "warning"], shown.Severity);
        Assert.Null(shown.Action);

        stage.ForgetWrites();
        var again = await stage.RunWithSecretAsync($"{SetWebhook} -Severity critical, warning", Address);
        Assert.Equal(ResourceAction.Unchanged, Assert.Single(again.EnsureNoError().OutputOf<MilvusAlertReceiver>()).Action);
        Assert.Empty(stage.Writes);

        var removed = await stage.RunAsync("Get-MilvusAlertReceiver -Kubeconfig $c | Remove-MilvusAlertReceiver");
        Assert.Equal(ResourceAction.Deleted, Assert.Single(removed.EnsureNoError().OutputOf<MilvusAlertReceiver>()).Action);
        Assert.Equal(before, await stage.AlertmanagerFileAsync());
        Assert.Null((await stage.Objects.FindAsync("v1", "Secret", "monitoring", "alertmanager-main"))!["metadata"]!["annotations"]?[AlertmanagerFile.AnnotationName]);
        (await stage.RunAsync("Remove-MilvusAlertReceiver webhok -Kubeconfig $c")).OnlyError(ErrorId.ReceiverNotFound);
    }

    [Fact]
    public async Task A_Secret_without_data_gets_the_first_receiver()
    {
        await using var stage = await StartAsync(StartingPoint.Stack);
        await stage.Objects.RemoveAsync("v1", "Secret", "monitoring", "alertmanager-main");
        await stage.PutAsync("""{"apiVersion":"v1","kind":"Secret","metadata":{"name":"alertmanager-main","namespace":"monitoring"} }""");
        (await stage.RunWithSecretAsync(SetWebhook, Address)).EnsureNoError();
        Assert.Contains("milvus-monitoring/webhook", await stage.AlertmanagerFileAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_installation_keeps_receivers_and_sees_no_drift()
    {
        await using var stage = await StartAsync(StartingPoint.Stack);
        (await stage.RunWithSecretAsync(SetWebhook, Address)).EnsureNoError();
        var file = await stage.AlertmanagerFileAsync();
        Assert.All(Assert.Single(await stage.GetAsync()).Resources, resource => Assert.Null(resource.Drift));

        stage.ForgetWrites();
        var again = await stage.InstalledAsync();
        Assert.All(again.Resources, resource => Assert.Equal(ResourceAction.Unchanged, resource.Action));
        Assert.Empty(stage.Writes);

        // Another release: the file of the manifest is another one, and every object is applied.
        var other = stage.CopyManifests("other", folder =>
        {
            var path = Path.Combine(folder, "alertmanager-secret.yaml");
            var text = File.ReadAllText(path).Replace("\"receiver\": \"nobody\"", "\"receiver\": \"nobody\"\n      \"group_wait\": \"1s\"", StringComparison.Ordinal);
            File.WriteAllText(path, text);
        });
        await stage.InstalledAsync(path: other);
        Assert.Contains("group_wait", await stage.AlertmanagerFileAsync(), StringComparison.Ordinal);
        Assert.Equal(ReceiverSections.Read(file).Receivers, ReceiverSections.Read(await stage.AlertmanagerFileAsync()).Receivers);
        Assert.All(Assert.Single(await stage.GetAsync()).Resources, resource => Assert.Null(resource.Drift));

        (await stage.RunAsync("Remove-MilvusAlertReceiver webhook -Kubeconfig $c")).EnsureNoError();
        Assert.DoesNotContain("milvus-monitoring", await stage.AlertmanagerFileAsync(), StringComparison.Ordinal);
        var last = await stage.InstalledAsync(path: other);
        Assert.All(last.Resources, resource => Assert.Equal(ResourceAction.Unchanged, resource.Action));
    }

    [Fact]
    public async Task What_somebody_edits_beside_a_receiver_is_not_lost_to_an_installation()
    {
        await using var stage = await StartAsync(StartingPoint.Stack);
        (await stage.RunWithSecretAsync(SetWebhook, Address)).EnsureNoError();
        var edited = "# mine\n" + await stage.AlertmanagerFileAsync();
        var secret = (await stage.Objects.FindAsync("v1", "Secret", "monitoring", "alertmanager-main"))!;
        secret["data"]!["alertmanager.yaml"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(edited));
        await stage.Objects.PutAsync(secret, "kubectl-edit");

        var drifted = Assert.Single(Assert.Single(await stage.GetAsync()).Resources, resource => resource.Drift is not null);
        Assert.Equal(("alertmanager-main", "changed by kubectl-edit"), (drifted.Name, drifted.Drift));
        Assert.Contains(ErrorId.FieldConflict, (await stage.InstallAsync()).ErrorIds);
        Assert.Equal(edited, await stage.AlertmanagerFileAsync());

        var result = await stage.RunAsync("Set-MilvusAlertReceiver -Webhook http://relay/ -Name second -Kubeconfig $c");
        result.EnsureNoError();
        Assert.StartsWith("# mine\n", await stage.AlertmanagerFileAsync(), StringComparison.Ordinal);
        (await stage.RunAsync("Get-MilvusAlertReceiver -Kubeconfig $c | Remove-MilvusAlertReceiver")).EnsureNoError();
        Assert.Equal(ReceiverSections.Read(edited).Others, await stage.AlertmanagerFileAsync());
    }
}
