using System.Text.Json.Nodes;

namespace MilvusMonitoring.Tests.EmbeddedCluster;

/// <summary>Small objects to store.</summary>
internal static class Sample
{
    public const string Definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    public const string ConfigMaps = "/api/v1/namespaces/default/configmaps";

    public static JsonObject ConfigMap(string name, string value = "1") =>
        Parse($$$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"{{{{name}}}}"},"data":{"k":"{{{{value}}}}"}}""");

    public static JsonObject Held(string name) =>
        Parse($$$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"{{{{name}}}}","finalizers":["example.com/hold"]}}""");

    public static JsonObject Namespace(string name) =>
        Parse($$$$"""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"{{{{name}}}}"}}""");

    public static JsonObject Definition(string plural = "widgets", string kind = "Widget", string group = "example.com") =>
        Parse(
            $$$$"""
            {
              "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": "{{{{plural}}}}.{{{{group}}}}"},
              "spec": {
                "group": "{{{{group}}}}", "scope": "Namespaced", "names": {"kind": "{{{{kind}}}}", "plural": "{{{{plural}}}}"},
                "versions": [
                  {"name": "v1", "served": true, "storage": true, "subresources": {"status": {}, "scale": {"specReplicasPath": ".spec.size", "statusReplicasPath": ".status.size"}},
                   "additionalPrinterColumns": [{"name": "Size", "type": "integer", "jsonPath": ".spec.size"}],
                   "schema": {"openAPIV3Schema": {"type": "object", "properties": {
                     "spec": {"type": "object", "required": ["size"], "properties": {"size": {"type": "integer"}, "color": {"type": "string", "default": "red"} } },
                     "status": {"type": "object", "x-kubernetes-preserve-unknown-fields": true} } } } },
                  {"name": "v1beta1", "served": true, "storage": false, "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": true} } }
                ]
              }
            }
            """
        );

    public static JsonObject Widget(string name, string size = "1") =>
        Parse(
            $$$$"""{"apiVersion":"example.com/v1","kind":"Widget","metadata":{"name":"{{{{name}}}}","namespace":"default"},"spec":{"size":{{{{size}}}} } }"""
        );

    public static JsonObject Deployment(string name, int replicas = 1, string? argument = null) =>
        Parse(
            $$$$"""
            {
              "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "{{{{name}}}}", "namespace": "default"},
              "spec": {"replicas": {{{{replicas}}}}, "selector": {"matchLabels": {"app": "{{{{name}}}}"}}, "template": {"metadata": {"labels": {"app": "{{{{name}}}}"}},
                "spec": {"containers": [{"name": "{{{{name}}}}", "image": "registry.example.com/{{{{name}}}}:1", "args": ["{{{{argument}}}}"], "ports": [{"name": "web", "containerPort": 8080}]}]}}}
            }
            """
        );

    public static JsonObject Parse(string json) => (JsonObject)JsonNode.Parse(json)!;
}
