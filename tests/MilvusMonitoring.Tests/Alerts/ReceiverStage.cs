using System.Security;
using System.Text;
using System.Text.Json.Nodes;
using EmbeddedCluster;
using MilvusMonitoring.Tests.Commands;

namespace MilvusMonitoring.Tests.Alerts;

/// <summary>What tests of receivers need on a stage.</summary>
internal static class ReceiverStage
{
    private const string Group = "monitoring.coreos.com";

    /// <summary>The file of the Alertmanager that the operator reads.</summary>
    public static string AlertmanagerFile(this Stage stage) => Encoding.UTF8.GetString(
        Convert.FromBase64String((string)stage.Cluster.Find("v1", "Secret", "monitoring", "alertmanager-main")!["data"]!["alertmanager.yaml"]!));

    /// <summary>The file of the Alertmanager that the operator reads, on any cluster.</summary>
    public static async Task<string> AlertmanagerFileAsync(this ClusterStage stage)
    {
        var secret = (await stage.Objects.FindAsync("v1", "Secret", "monitoring", "alertmanager-main"))!;
        return Encoding.UTF8.GetString(Convert.FromBase64String((string)secret["data"]!["alertmanager.yaml"]!));
    }

    /// <summary>Runs a script in which <c>$c</c> is the kubeconfig and <c>$secret</c> a secret.</summary>
    public static Task<PowerShellResult> RunWithSecretAsync(this ClusterStage stage, string script, string secret) =>
        stage.Session.InvokeAsync($"param($c, $secret) {script}", new { c = stage.Kubeconfig, secret = Secure(secret) });

    /// <summary>Serves AlertmanagerConfig, and has the Alertmanager select them as kube-prometheus-stack does.</summary>
    public static async Task SelectConfigsAsync(this Stage stage, string? strategy = null)
    {
        await stage.DefineAsync(Group, "v1alpha1", "alertmanagerconfigs", "AlertmanagerConfig");
        var alertmanager = stage.Cluster.Find($"{Group}/v1", "Alertmanager", "monitoring", "main")!;
        alertmanager["metadata"]!.AsObject().Remove("managedFields");
        var spec = alertmanager["spec"]!.AsObject();
        spec["alertmanagerConfigSelector"] = new JsonObject();
        spec["alertmanagerConfigNamespaceSelector"] = new JsonObject();
        if (strategy is not null)
        {
            spec["alertmanagerConfigMatcherStrategy"] = new JsonObject { ["type"] = strategy };
        }

        stage.Cluster.Put(alertmanager, "somebody");
    }

    /// <summary>Puts a Milvus into the cluster.</summary>
    public static void PutMilvus(this Stage stage, string name = "my-release", string ns = "default") =>
        new SampleMilvus { Name = name, Namespace = ns }.PutInto(stage.Cluster);

    /// <summary>Asserts that no stream of a run shows a secret.</summary>
    public static void HidesSecret(this PowerShellResult result, string secret)
    {
        var shown = result.Output.SelectMany(item => item.Properties.Select(property => $"{property.Value}"))
            .Concat(result.Errors.Select(error => $"{error} {error.Exception}"))
            .Concat(result.Warnings)
            .Concat(result.Verbose)
            .Concat(result.Information)
            .Concat(result.HostLines)
            .Concat(result.Progress.Select(progress => progress.StatusDescription));
        Assert.DoesNotContain(shown, text => text.Contains(secret, StringComparison.Ordinal));
    }

    private static SecureString Secure(string text)
    {
        var secret = new SecureString();
        foreach (var character in text)
        {
            secret.AppendChar(character);
        }

        return secret;
    }
}
