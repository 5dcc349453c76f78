using System.Text.Json.Nodes;
using static EmbeddedCluster.Apply.SchemaNode;

namespace EmbeddedCluster.Apply;

/// <summary>
/// The places where built-in kinds differ from the rule that objects are merged by field and lists are taken as a whole,
/// as the OpenAPI of Kubernetes 1.36 declares them. A field marked with ! is held by typed servers even when nobody has set it.
/// </summary>
internal static class BuiltInSchemas
{
    private static readonly SchemaNode Strings = MapOf(Leaf);

    private static readonly Dictionary<string, JsonNode> Tcp = new() { ["protocol"] = "TCP" };

    private static readonly SchemaNode Conditions = ListMapOf(Undeclared, ["type"]);

    public static SchemaNode ObjectMeta { get; } = Struct(
        ("labels", Strings),
        ("annotations", Strings),
        ("finalizers", ScalarSet),
        ("ownerReferences", ListMapOf(Leaf, ["uid"])),
        ("creationTimestamp!", Leaf),
        ("managedFields", Ignored));

    private static readonly SchemaNode Resources = Struct(
        ("limits", Strings),
        ("requests", Strings),
        ("claims", ListMapOf(Undeclared, ["name"])));

    // References to one object or to one key of it are owned as a whole.
    private static readonly SchemaNode EnvironmentVariable = Struct(("valueFrom", Struct(
        ("configMapKeyRef", Leaf), ("secretKeyRef", Leaf), ("fieldRef", Leaf), ("resourceFieldRef", Leaf), ("fileKeyRef", Leaf))));

    private static readonly SchemaNode Container = Struct(
        ("ports", ListMapOf(Undeclared, ["containerPort", "protocol"], Tcp)),
        ("env", ListMapOf(EnvironmentVariable, ["name"])),
        ("volumeMounts", ListMapOf(Undeclared, ["mountPath"])),
        ("volumeDevices", ListMapOf(Undeclared, ["devicePath"])),
        ("resources!", Resources));

    private static readonly SchemaNode Volume = Struct(
        ("cephfs", Struct(("secretRef", Leaf))),
        ("cinder", Struct(("secretRef", Leaf))),
        ("csi", Struct(("nodePublishSecretRef", Leaf), ("volumeAttributes", Strings))),
        ("flexVolume", Struct(("secretRef", Leaf), ("options", Strings))),
        ("iscsi", Struct(("secretRef", Leaf))),
        ("rbd", Struct(("secretRef", Leaf))),
        ("ephemeral", Struct(("volumeClaimTemplate", Struct(("metadata!", ObjectMeta), ("spec!", ClaimSpec()))))));

    private static readonly SchemaNode PodSpec = Struct(
        ("containers!", ListMapOf(Container, ["name"])),
        ("initContainers", ListMapOf(Container, ["name"])),
        ("ephemeralContainers", ListMapOf(Container, ["name"])),
        ("volumes", ListMapOf(Volume, ["name"])),
        ("imagePullSecrets", ListMapOf(Leaf, ["name"])),
        ("hostAliases", ListMapOf(Undeclared, ["ip"])),
        ("nodeSelector", Leaf),
        ("overhead", Strings),
        ("resourceClaims", ListMapOf(Undeclared, ["name"])),
        ("schedulingGates", ListMapOf(Undeclared, ["name"])),
        ("affinity", Affinity()),
        ("resources", Resources),
        ("topologySpreadConstraints", ListMapOf(Struct(("labelSelector", Leaf)), ["topologyKey", "whenUnsatisfiable"])));

    private static readonly SchemaNode PodTemplate = Struct(("metadata!", ObjectMeta), ("spec!", PodSpec));

    private static readonly SchemaNode ServicePort = ListMapOf(Undeclared, ["port", "protocol"], Tcp);

    private static readonly SchemaNode LoadBalancerStatus = Struct();

    private static readonly Dictionary<string, SchemaNode> Kinds = new()
    {
        ["/Namespace"] = Kind(("spec!", Struct()), ("status!", Struct(("conditions", Conditions)))),
        ["/ConfigMap"] = Closed(("data", Strings), ("binaryData", Strings), ("immutable", Leaf)),
        ["/Secret"] = Closed(("data", Strings), ("stringData", Strings), ("immutable", Leaf), ("type", Leaf)),
        ["/ServiceAccount"] = Closed(
            ("secrets", ListMapOf(Leaf, ["name"])),
            ("imagePullSecrets", Leaf),
            ("automountServiceAccountToken", Leaf)),
        ["/Service"] = Kind(
            ("spec!", Struct(("ports", ServicePort), ("selector", Leaf), ("sessionAffinityConfig", Undeclared))),
            ("status!", Struct(("conditions", Conditions), ("loadBalancer!", LoadBalancerStatus)))),
        ["/Pod"] = Kind(
            ("spec!", PodSpec),
            (
                "status!",
                Struct(
                    ("conditions", Conditions),
                    ("podIPs", ListMapOf(Undeclared, ["ip"])),
                    ("hostIPs", Leaf),
                    ("resourceClaimStatuses", ListMapOf(Undeclared, ["name"]))))),
        ["/ReplicationController"] = Kind(
            ("spec!", Struct(("selector", Leaf), ("template", PodTemplate))),
            ("status!", Struct(("conditions", Conditions)))),
        ["/PersistentVolumeClaim"] = Kind(("spec!", ClaimSpec()), ("status!", ClaimStatus())),
        ["/Node"] = Kind(
            ("spec!", Struct(("podCIDRs", ScalarSet), ("configSource", Undeclared))),
            (
                "status!",
                Struct(
                    ("conditions", Conditions),
                    ("addresses", ListMapOf(Undeclared, ["type"])),
                    ("capacity", Strings),
                    ("allocatable", Strings)))),
        ["apps/Deployment"] = Kind(
            ("spec!", Struct(("selector!", Leaf), ("template!", PodTemplate), ("strategy!", Undeclared))),
            ("status!", Struct(("conditions", Conditions)))),
        ["apps/ReplicaSet"] = Kind(
            ("spec!", Struct(("selector!", Leaf), ("template!", PodTemplate))),
            ("status!", Struct(("conditions", Conditions)))),
        ["apps/DaemonSet"] = Kind(
            ("spec!", Struct(("selector!", Leaf), ("template!", PodTemplate), ("updateStrategy!", Undeclared))),
            ("status!", Struct(("conditions", Conditions)))),
        ["apps/StatefulSet"] = Kind(
            ("spec!", Struct(("selector!", Leaf), ("template!", PodTemplate), ("updateStrategy!", Undeclared))),
            ("status!", Struct(("conditions", Conditions)))),
        ["batch/Job"] = Kind(("spec!", JobSpec()), ("status!", Struct())),
        ["batch/CronJob"] = Kind(
            ("spec!", Struct(("jobTemplate!", Struct(("metadata!", ObjectMeta), ("spec!", JobSpec()))))),
            ("status!", Struct())),
        ["policy/PodDisruptionBudget"] = Kind(
            ("spec!", Struct(("selector", Leaf))),
            ("status!", Struct(("conditions", Conditions), ("disruptedPods", Strings)))),
        ["networking.k8s.io/NetworkPolicy"] = Kind(("spec!", Struct(("podSelector!", Leaf)))),
        ["networking.k8s.io/Ingress"] = Kind(
            ("spec!", Struct(("defaultBackend", Struct(("resource", Leaf))))),
            ("status!", Struct(("loadBalancer!", LoadBalancerStatus)))),
        ["discovery.k8s.io/EndpointSlice"] = Kind(),
        ["rbac.authorization.k8s.io/ClusterRole"] = Closed(("rules!", Leaf), ("aggregationRule", Undeclared)),
        ["rbac.authorization.k8s.io/Role"] = Closed(("rules!", Leaf)),
        ["rbac.authorization.k8s.io/ClusterRoleBinding"] = Closed(("subjects", Leaf), ("roleRef!", Leaf)),
        ["rbac.authorization.k8s.io/RoleBinding"] = Closed(("subjects", Leaf), ("roleRef!", Leaf)),
        ["apiextensions.k8s.io/CustomResourceDefinition"] = Kind(
            ("spec!", Struct(("names!", Undeclared), ("conversion", Undeclared), ("versions!", Leaf))),
            ("status!", Struct(("conditions!", Conditions), ("acceptedNames!", Undeclared), ("storedVersions!", Leaf)))),
        ["apiregistration.k8s.io/APIService"] = Kind(("spec!", Undeclared), ("status!", Struct(("conditions", Conditions)))),
        ["admissionregistration.k8s.io/ValidatingWebhookConfiguration"] = Closed(("webhooks", ListMapOf(Webhook(), ["name"]))),
        ["admissionregistration.k8s.io/MutatingWebhookConfiguration"] = Closed(("webhooks", ListMapOf(Webhook(), ["name"]))),
        ["authorization.k8s.io/SelfSubjectAccessReview"] = Kind(("spec!", Undeclared), ("status!", Undeclared)),
        ["authorization.k8s.io/SubjectAccessReview"] = Kind(("spec!", Undeclared), ("status!", Undeclared)),
        ["authorization.k8s.io/SelfSubjectRulesReview"] = Kind(("spec!", Undeclared), ("status!", Undeclared)),
    };

    private static readonly SchemaNode Unknown = Kind();

    public static SchemaNode Find(string group, string kind) => Kinds.GetValueOrDefault(group + "/" + kind) ?? Unknown;

    private static SchemaNode ClaimSpec() =>
        Struct(("resources!", Resources), ("selector", Leaf), ("dataSource", Leaf), ("dataSourceRef", Undeclared));

    private static SchemaNode ClaimStatus() =>
        Struct(("conditions", Conditions), ("capacity", Strings), ("allocatedResources", Strings), ("allocatedResourceStatuses", Leaf));

    private static SchemaNode JobSpec() => Struct(("selector", Leaf), ("template!", PodTemplate));

    private static SchemaNode Affinity() => Struct(("nodeAffinity", Struct(("requiredDuringSchedulingIgnoredDuringExecution", Leaf))));

    private static SchemaNode Webhook() =>
        Struct(
            ("namespaceSelector", Leaf),
            ("objectSelector", Leaf),
            ("clientConfig!", Undeclared),
            ("matchConditions", ListMapOf(Undeclared, ["name"])));

    private static SchemaNode Kind(params (string Name, SchemaNode Schema)[] fields) => Struct([("metadata!", ObjectMeta), .. fields]);

    // A kind whose fields all stand here, so that any other one is refused.
    private static SchemaNode Closed(params (string Name, SchemaNode Schema)[] fields) =>
        Make([("apiVersion", Leaf), ("kind", Leaf), ("metadata!", ObjectMeta), .. fields], others: null);

    private static SchemaNode Struct(params (string Name, SchemaNode Schema)[] fields) => Make(fields, Undeclared);

    private static SchemaNode Make((string Name, SchemaNode Schema)[] fields, SchemaNode? others) => StructOf(
        fields.ToDictionary(field => field.Name.TrimEnd('!'), field => field.Schema),
        others,
        fields.Where(field => field.Name.EndsWith('!')).Select(field => field.Name.TrimEnd('!')).ToHashSet());
}
