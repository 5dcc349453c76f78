using System.Globalization;

namespace EmbeddedCluster.Kinds;

/// <summary>The kinds an API server brings along, for a given minor version of Kubernetes.</summary>
internal static class BuiltInKinds
{
    private static readonly string[] s_statusVerbs = ["get", "patch", "update"];
    private static readonly string[] s_connectVerbs = ["create", "get"];
    private static readonly string[] s_proxyVerbs = ["create", "delete", "get", "patch", "update"];

    // group | plural | kind | scope | short names | categories | subresources | versions, the preferred one first, each with the minor
    // releases that serve it
    // The order of groups is the order of discovery. Facts: recorded discovery of 1.36 and 1.20, and the removal table of the Kubernetes
    // deprecation guide between them.
    private const string Table = """
        | bindings | Binding | N | | | | v1
        | componentstatuses | ComponentStatus | C | cs | | | v1
        | configmaps | ConfigMap | N | cm | | | v1
        | endpoints | Endpoints | N | ep | | | v1
        | events | Event | N | ev | | | v1
        | limitranges | LimitRange | N | limits | | | v1
        | namespaces | Namespace | C | ns | | finalize,status | v1
        | nodes | Node | C | no | | proxy,status | v1
        | persistentvolumeclaims | PersistentVolumeClaim | N | pvc | | status | v1
        | persistentvolumes | PersistentVolume | C | pv | | status | v1
        | pods | Pod | N | po | all | attach,binding,ephemeralcontainers,eviction,exec,log,portforward,proxy,resize,status | v1
        | podtemplates | PodTemplate | N | | | | v1
        | replicationcontrollers | ReplicationController | N | rc | all | scale,status | v1
        | resourcequotas | ResourceQuota | N | quota | | status | v1
        | secrets | Secret | N | | | | v1
        | serviceaccounts | ServiceAccount | N | sa | | token | v1
        | services | Service | N | svc | all | proxy,status | v1
        apiregistration.k8s.io | apiservices | APIService | C | | api-extensions | status | v1 v1beta1:-21
        apps | controllerrevisions | ControllerRevision | N | | | | v1
        apps | daemonsets | DaemonSet | N | ds | all | status | v1
        apps | deployments | Deployment | N | deploy | all | scale,status | v1
        apps | replicasets | ReplicaSet | N | rs | all | scale,status | v1
        apps | statefulsets | StatefulSet | N | sts | all | scale,status | v1
        events.k8s.io | events | Event | N | ev | | | v1 v1beta1:-24
        authentication.k8s.io | selfsubjectreviews | SelfSubjectReview | C | | | | v1:28-
        authentication.k8s.io | tokenreviews | TokenReview | C | | | | v1 v1beta1:-21
        authorization.k8s.io | localsubjectaccessreviews | LocalSubjectAccessReview | N | | | | v1 v1beta1:-21
        authorization.k8s.io | selfsubjectaccessreviews | SelfSubjectAccessReview | C | | | | v1 v1beta1:-21
        authorization.k8s.io | selfsubjectrulesreviews | SelfSubjectRulesReview | C | | | | v1 v1beta1:-21
        authorization.k8s.io | subjectaccessreviews | SubjectAccessReview | C | | | | v1 v1beta1:-21
        autoscaling | horizontalpodautoscalers | HorizontalPodAutoscaler | N | hpa | all | status | v2:23- v1 v2beta1:-24 v2beta2:-25
        batch | jobs | Job | N | | all | status | v1
        batch | cronjobs | CronJob | N | cj | all | status | v1:21- v1beta1:-24
        certificates.k8s.io | certificatesigningrequests | CertificateSigningRequest | C | csr | | approval,status | v1 v1beta1:-21
        networking.k8s.io | ingressclasses | IngressClass | C | | | | v1 v1beta1:-21
        networking.k8s.io | ingresses | Ingress | N | ing | | status | v1 v1beta1:-21
        networking.k8s.io | ipaddresses | IPAddress | C | ip | | | v1:33-
        networking.k8s.io | networkpolicies | NetworkPolicy | N | netpol | | | v1
        networking.k8s.io | servicecidrs | ServiceCIDR | C | | | status | v1:33-
        extensions | ingresses | Ingress | N | ing | | status | v1beta1:-21
        policy | poddisruptionbudgets | PodDisruptionBudget | N | pdb | | status | v1:21- v1beta1:-24
        policy | podsecuritypolicies | PodSecurityPolicy | C | psp | | | v1beta1:-24
        rbac.authorization.k8s.io | clusterrolebindings | ClusterRoleBinding | C | | | | v1 v1beta1:-21
        rbac.authorization.k8s.io | clusterroles | ClusterRole | C | | | | v1 v1beta1:-21
        rbac.authorization.k8s.io | rolebindings | RoleBinding | N | | | | v1 v1beta1:-21
        rbac.authorization.k8s.io | roles | Role | N | | | | v1 v1beta1:-21
        storage.k8s.io | csidrivers | CSIDriver | C | | | | v1 v1beta1:-21
        storage.k8s.io | csinodes | CSINode | C | | | | v1 v1beta1:-21
        storage.k8s.io | csistoragecapacities | CSIStorageCapacity | N | | | | v1:24- v1beta1:21-26
        storage.k8s.io | storageclasses | StorageClass | C | sc | | | v1 v1beta1:-21
        storage.k8s.io | volumeattachments | VolumeAttachment | C | | | status | v1 v1beta1:-21
        storage.k8s.io | volumeattributesclasses | VolumeAttributesClass | C | vac | | | v1:34-
        admissionregistration.k8s.io | mutatingadmissionpolicies | MutatingAdmissionPolicy | C | | api-extensions | | v1:36-
        admissionregistration.k8s.io | mutatingadmissionpolicybindings | MutatingAdmissionPolicyBinding | C | | api-extensions | | v1:36-
        admissionregistration.k8s.io | mutatingwebhookconfigurations | MutatingWebhookConfiguration | C | | api-extensions | | v1 v1beta1:-21
        admissionregistration.k8s.io | validatingadmissionpolicies | ValidatingAdmissionPolicy | C | | api-extensions | status | v1:30-
        admissionregistration.k8s.io | validatingadmissionpolicybindings | ValidatingAdmissionPolicyBinding | C | | api-extensions | | v1:30-
        admissionregistration.k8s.io | validatingwebhookconfigurations | ValidatingWebhookConfiguration | C | | api-extensions | | v1 v1beta1:-21
        apiextensions.k8s.io | customresourcedefinitions | CustomResourceDefinition | C | crd,crds | api-extensions | status | v1 v1beta1:-21
        scheduling.k8s.io | priorityclasses | PriorityClass | C | pc | | | v1 v1beta1:-21
        coordination.k8s.io | leases | Lease | N | | | | v1 v1beta1:-21
        node.k8s.io | runtimeclasses | RuntimeClass | C | | | | v1 v1beta1:-24
        discovery.k8s.io | endpointslices | EndpointSlice | N | | | | v1:21- v1beta1:-24
        resource.k8s.io | deviceclasses | DeviceClass | C | | | | v1:34-
        resource.k8s.io | resourceclaims | ResourceClaim | N | | | status | v1:34-
        resource.k8s.io | resourceclaimtemplates | ResourceClaimTemplate | N | | | | v1:34-
        resource.k8s.io | resourceslices | ResourceSlice | C | | | | v1:34-
        flowcontrol.apiserver.k8s.io | flowschemas | FlowSchema | C | | | status | v1:29- v1beta1:-25
        flowcontrol.apiserver.k8s.io | prioritylevelconfigurations | PriorityLevelConfiguration | C | | | status | v1:29- v1beta1:-25
        """;

    public static IReadOnlyList<ResourceKind> For(int minor)
    {
        var kinds = new List<ResourceKind>();
        foreach (var line in Table.Split('\n'))
        {
            var cells = line.Split('|', StringSplitOptions.TrimEntries);
            foreach (var version in cells[7].Split(' '))
            {
                if (Serves(version, minor))
                {
                    kinds.Add(Parse(cells, version.Split(':')[0], minor));
                }
            }
        }

        return kinds;
    }

    private static bool Serves(string version, int minor)
    {
        var colon = version.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0)
        {
            return true;
        }

        var range = version[(colon + 1)..].Split('-');
        return (range[0].Length == 0 || minor >= int.Parse(range[0], CultureInfo.InvariantCulture))
            && (range[1].Length == 0 || minor <= int.Parse(range[1], CultureInfo.InvariantCulture));
    }

    private static ResourceKind Parse(string[] cells, string version, int minor)
    {
        var kind = cells[2];
        return new(cells[0], version, cells[1], kind, cells[3] == "N")
        {
            // Singular names of built-in kinds came to discovery with 1.27.
            Singular = minor >= 27 ? kind.ToLowerInvariant() : "",
            ShortNames = List(cells[4]),
            Categories = List(cells[5]),
            Verbs = VerbsOf(kind, cells[1], minor),
            Subresources =
            [
                .. List(cells[6]).Where(name => IsServed(name, minor)).Select(name => SubresourceOf(kind, version, name, minor)),
            ],
        };
    }

    private static string[] List(string cell) => cell.Split(',', StringSplitOptions.RemoveEmptyEntries);

    private static bool IsServed(string subresource, int minor) => subresource switch
    {
        "ephemeralcontainers" => minor >= 23,
        "resize" => minor >= 32,
        _ => true,
    };

    private static IReadOnlyList<string> VerbsOf(string kind, string plural, int minor) => kind switch
    {
        "ComponentStatus" => ["get", "list"],
        "Namespace" => ["create", "delete", "get", "list", "patch", "update", "watch"],
        "Service" when minor < 23 => ["create", "delete", "get", "list", "patch", "update", "watch"],
        "Binding" => ["create"],
        _ when plural.EndsWith("reviews", StringComparison.Ordinal) => ["create"],
        _ => ResourceKind.AllVerbs,
    };

    private static Subresource SubresourceOf(string kind, string version, string name, int minor) => name switch
    {
        "scale" => new(name, "autoscaling", "v1", "Scale", s_statusVerbs),
        "eviction" => new(name, "policy", minor >= 22 ? "v1" : "v1beta1", "Eviction", ["create"]),
        "token" => new(name, "authentication.k8s.io", "v1", "TokenRequest", ["create"]),
        "binding" => new(name, "", version, "Binding", ["create"]),
        "finalize" => new(name, "", version, kind, ["update"]),
        "log" => new(name, "", version, kind, ["get"]),
        "proxy" => new(name, "", version, kind + "ProxyOptions", s_proxyVerbs),
        "attach" => new(name, "", version, "PodAttachOptions", s_connectVerbs),
        "exec" => new(name, "", version, "PodExecOptions", s_connectVerbs),
        "portforward" => new(name, "", version, "PodPortForwardOptions", s_connectVerbs),
        _ => new(name, "", version, kind, s_statusVerbs),
    };
}
