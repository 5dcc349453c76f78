using System.Text.Json;
using MilvusMonitoring.Json;

namespace MilvusMonitoring.Stacks;

/// <summary>A Prometheus operator.</summary>
internal sealed record StackOperator(StackWorkload Workload, OperatorReach Reach, string? Version)
{
    private const string Name = "prometheus-operator";
    private const string Argument = "-prometheus-config-reloader";

    /// <summary>
    /// Recognises an operator: by an argument that every release has, by its image, or by its labels. Distributions change each of them.
    /// </summary>
    /// <returns>The operator; null if the workload is none.</returns>
    public static StackOperator? Find(StackWorkload workload)
    {
        var container = FindContainer(workload);
        if (container.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        var reach = OperatorReach.Read(container, workload.Template, workload.Id.Namespace!);
        var version = StackWorkload.TagOf(container.Text("image"))
            ?? workload.Metadata.Labels.GetValueOrDefault("app.kubernetes.io/version");
        return new StackOperator(workload, reach, version?.TrimStart('v'));
    }

    private static JsonElement FindContainer(StackWorkload workload)
    {
        var byArgument = workload.Containers.FirstOrDefault(container => container
            .Texts("args")
            .Concat(container.Texts("command"))
            .Any(argument => argument.TrimStart('-').StartsWith(Argument.TrimStart('-'), StringComparison.Ordinal)));
        if (byArgument.ValueKind == JsonValueKind.Object)
        {
            return byArgument;
        }

        var byImage = workload.FindContainer(image => image.EndsWith(Name, StringComparison.Ordinal));
        if (byImage.ValueKind == JsonValueKind.Object)
        {
            return byImage;
        }

        var labels = workload.Metadata.Labels;
        var isLabelled = labels.GetValueOrDefault("app.kubernetes.io/name") == Name
            && labels.GetValueOrDefault("app.kubernetes.io/component") is null or "controller" or "operator";
        return isLabelled ? workload.Containers.FirstOrDefault() : default;
    }
}
