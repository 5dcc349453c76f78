using System.Text.Json.Nodes;
using EmbeddedCluster.Kinds;
using EmbeddedCluster.Serving;

namespace EmbeddedCluster.Objects;

/// <summary>The rules of built-in kinds that installing, patching and removing a monitoring stack can break.</summary>
internal static class BuiltInValidation
{
    public static void Check(ResourceKind kind, JsonObject value, JsonObject? before, List<StatusCause> causes)
    {
        switch (kind.Kind)
        {
            case "Service":
                CheckServicePorts(value, causes);
                CheckUnchanged(value, before, "spec.clusterIP", causes, "may not change once set");
                break;
            case "Deployment" or "DaemonSet" or "StatefulSet" or "ReplicaSet":
                CheckWorkload(value, before, causes);
                break;
            case "ClusterRole":
                CheckAggregation(value, causes);
                break;
            case "RoleBinding" or "ClusterRoleBinding":
                CheckRoleRef(value, before, causes);
                break;
            case "CustomResourceDefinition":
                CheckDefinition(value, causes);
                break;
            case "APIService":
                CheckApiService(value, causes);
                break;
            case "Secret":
                CheckUnchanged(value, before, "type", causes);
                break;
            default:
                break;
        }
    }

    private static void CheckAggregation(JsonObject value, List<StatusCause> causes)
    {
        if (value["aggregationRule"] is JsonObject rule && !rule.Items("clusterRoleSelectors").Any())
        {
            causes.Add(
                new(
                    "FieldValueRequired",
                    "Required value: at least one clusterRoleSelector required if aggregationRule is non-nil",
                    "aggregationRule.clusterRoleSelectors"));
        }
    }

    private static void CheckServicePorts(JsonObject value, List<StatusCause> causes)
    {
        var at = 0;
        foreach (var port in value.Child("spec").Items("ports"))
        {
            foreach (var field in (string[])["port", "targetPort"])
            {
                if (port.Number(field) is { } number and not (>= 1 and <= 65535))
                {
                    causes.Add(
                        new(
                            "FieldValueInvalid",
                            $"Invalid value: {number}: must be between 1 and 65535, inclusive",
                            $"spec.ports[{at}].{field}"));
                }
            }

            at++;
        }
    }

    private static void CheckWorkload(JsonObject value, JsonObject? before, List<StatusCause> causes)
    {
        var selector = value.At("spec.selector");
        if (selector is null)
        {
            causes.Add(new("FieldValueRequired", "Required value", "spec.selector"));
            return;
        }

        var labels = value.At("spec.template.metadata.labels") as JsonObject;
        if (!Selectors.Matches(selector as JsonObject, labels))
        {
            causes.Add(
                new(
                    "FieldValueInvalid",
                    $"Invalid value: {labels?.ToJsonString() ?? "null"}: `selector` does not match template `labels`",
                    "spec.template.metadata.labels"));
        }

        CheckUnchanged(value, before, "spec.selector", causes);
    }

    private static void CheckRoleRef(JsonObject value, JsonObject? before, List<StatusCause> causes)
    {
        if (before is not null && !JsonNode.DeepEquals(value["roleRef"], before["roleRef"]))
        {
            causes.Add(
                new("FieldValueInvalid", $"Invalid value: {value["roleRef"]?.ToJsonString() ?? "null"}: cannot change roleRef", "roleRef"));
        }
    }

    private static void CheckDefinition(JsonObject value, List<StatusCause> causes)
    {
        var spec = value.Child("spec");
        var expected = $"{spec.Child("names").Text("plural")}.{spec.Text("group")}";
        var name = value.Child("metadata").Text("name");
        if (name != expected)
        {
            causes.Add(new("FieldValueInvalid", $"Invalid value: \"{name}\": must be spec.names.plural+\".\"+spec.group", "metadata.name"));
        }

        if (spec.Items("versions").Count(each => (bool?)each["storage"] == true) != 1)
        {
            causes.Add(
                new(
                    "FieldValueInvalid",
                    $"Invalid value: {spec["versions"]?.ToJsonString() ?? "null"}: must have exactly one version marked as storage version",
                    "spec.versions"));
        }
    }

    private static void CheckApiService(JsonObject value, List<StatusCause> causes)
    {
        var spec = value.Child("spec");
        var expected = $"{spec.Text("version")}.{spec.Text("group")}";
        var name = value.Child("metadata").Text("name");
        if (name != expected)
        {
            causes.Add(
                new(
                    "FieldValueInvalid",
                    $"Invalid value: \"{name}\": must be `spec.version+\".\"+spec.group`: \"{expected}\"",
                    "metadata.name"));
        }
    }

    private static void CheckUnchanged(
        JsonObject value,
        JsonObject? before,
        string path,
        List<StatusCause> causes,
        string why = "field is immutable")
    {
        if (before?.At(path) is { } former && value.At(path) is { } now && !JsonNode.DeepEquals(former, now))
        {
            causes.Add(new("FieldValueInvalid", $"Invalid value: {now.ToJsonString()}: {why}", path));
        }
    }
}
