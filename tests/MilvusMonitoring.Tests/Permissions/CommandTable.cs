namespace MilvusMonitoring.Tests.Permissions;

/// <summary>
/// The one table of the rights that commands need. docs/permissions.md is written from it, and tests hold it to clusters: sufficient, and
/// nothing too much.
/// </summary>
internal static class CommandTable
{
    /// <summary>
    /// A command begins with <c>#</c> and has an example behind a bar; a note begins with <c>&gt;</c>. A row has the place, the resources,
    /// the verbs, the purpose, what is lost without them, and where that shows.
    /// </summary>
    private const string Text =
        """
        # Get-KubePrometheus | Get-KubePrometheus
        > The ClusterRole is for the objects that are in no namespace, and for the Roles that kube-prometheus has in `default` and `kube-system`.
        Stack | configmaps | list | reads the inventory | |
        Cluster | clusterroles.rbac.authorization.k8s.io, clusterrolebindings.rbac.authorization.k8s.io | get, list | compares the objects with the inventory | whether they have drifted is not known |
        Cluster | customresourcedefinitions.apiextensions.k8s.io | get, list | compares the objects with the inventory | whether they have drifted is not known | NewServer
        Cluster | apiservices.apiregistration.k8s.io | get | compares the object with the inventory | whether it has drifted is not known | NewServer
        Cluster | roles.rbac.authorization.k8s.io, rolebindings.rbac.authorization.k8s.io | get, list | compares the objects with the inventory | whether they have drifted is not known |
        Stack | configmaps | get | compares the objects with the inventory | whether they have drifted is not known |
        Stack | namespaces | get | compares the object with the inventory | whether it has drifted is not known |
        Stack | secrets, serviceaccounts, services, daemonsets.apps, deployments.apps | get, list | compares the objects with the inventory | whether they have drifted is not known |
        Stack | networkpolicies.networking.k8s.io, poddisruptionbudgets.policy | get, list | compares the objects with the inventory | whether they have drifted is not known |
        Stack | alertmanagers.monitoring.coreos.com, prometheuses.monitoring.coreos.com, prometheusrules.monitoring.coreos.com, servicemonitors.monitoring.coreos.com | get, list | compares the objects with the inventory | whether they have drifted is not known |
        Stack | statefulsets.apps | get | tells whether Prometheus and Alertmanager are ready | |
        # Install-KubePrometheus | Install-KubePrometheus
        > The namespace does not exist before the first installation, so that the rules are those of a ClusterRole. kube-prometheus has roles and bindings of its own: Kubernetes lets nobody grant what they do not hold, so `escalate` and `bind` are needed, or all rules of those roles. With `-Wait`, add `list` and `watch` on `events`, and `watch` on `deployments`, `daemonsets`, `statefulsets`, `apiservices` and the resources of the operator.
        Cluster | namespaces | get, create, patch | the namespace | |
        Cluster | customresourcedefinitions.apiextensions.k8s.io | get, watch, create, patch | the definitions, and waits until they are established | |
        Cluster | customresourcedefinitions.apiextensions.k8s.io | list | reads several at once | | NewServer
        Cluster | apiservices.apiregistration.k8s.io | get, create, patch | the API of metrics | | NewServer
        Cluster | clusterroles.rbac.authorization.k8s.io, roles.rbac.authorization.k8s.io | get, list, create, patch, escalate, bind | the roles | |
        Cluster | clusterrolebindings.rbac.authorization.k8s.io, rolebindings.rbac.authorization.k8s.io | get, list, create, patch | the bindings | |
        Cluster | configmaps, secrets, serviceaccounts, services | get, list, create, patch | the objects, and the inventory in a ConfigMap | |
        Cluster | daemonsets.apps, deployments.apps | get, list, create, patch | the workloads; a list of Deployments shows another operator | |
        Cluster | networkpolicies.networking.k8s.io, poddisruptionbudgets.policy | get, list, create, patch | the objects | |
        Cluster | alertmanagers.monitoring.coreos.com, prometheuses.monitoring.coreos.com, prometheusrules.monitoring.coreos.com, servicemonitors.monitoring.coreos.com | get, list, create, patch | the resources that the operator runs | |
        # Uninstall-KubePrometheus | Uninstall-KubePrometheus
        > A Role in the namespace would keep the namespace from being deleted, so that the rules are those of a ClusterRole. Add `delete` on `endpoints` where the operator has made the Service `kubelet` in `kube-system`, which the command takes away with it.
        Cluster | namespaces | get, watch, delete | the namespace, and waits until it is gone | |
        Cluster | *.* | list | finds the objects, and sees before the namespace is deleted that nothing of others is in it | |
        Cluster | customresourcedefinitions.apiextensions.k8s.io | get, watch, delete | the definitions, and waits until they are gone | |
        Cluster | apiservices.apiregistration.k8s.io | get, delete | the API of metrics | | NewServer
        Cluster | clusterroles.rbac.authorization.k8s.io, clusterrolebindings.rbac.authorization.k8s.io, roles.rbac.authorization.k8s.io, rolebindings.rbac.authorization.k8s.io | get, delete | the roles and bindings | |
        Cluster | secrets, serviceaccounts, services | get, delete | the objects | |
        Cluster | configmaps | get, delete | the objects, and the inventory | |
        Cluster | daemonsets.apps, deployments.apps | get, delete | the workloads | |
        Cluster | networkpolicies.networking.k8s.io, poddisruptionbudgets.policy | get, delete | the objects | |
        Cluster | alertmanagers.monitoring.coreos.com, prometheuses.monitoring.coreos.com, prometheusrules.monitoring.coreos.com, servicemonitors.monitoring.coreos.com | get, delete | the resources that the operator runs | |
        # Get-MonitoringStack | Get-MonitoringStack
        Cluster | deployments.apps, daemonsets.apps, statefulsets.apps | list | finds the workloads of monitoring | the command names only what it may see |
        Cluster | prometheuses.monitoring.coreos.com, prometheusagents.monitoring.coreos.com, alertmanagers.monitoring.coreos.com | list | finds what operators run | the command names only what it may see |
        Cluster | vmagents.operator.victoriametrics.com, vmsingles.operator.victoriametrics.com, vmclusters.operator.victoriametrics.com, vmalertmanagers.operator.victoriametrics.com | list | finds what the operator of VictoriaMetrics runs | the command says that it could not look |
        Stack | configmaps | list | reads the inventory of an installed stack | the version of kube-prometheus is not known |
        # Get-MilvusInstance | Get-MilvusInstance -Namespace milvus
        Milvus | pods | list | finds a Milvus by its pods | the number of pods is not known |
        Milvus | services | list | finds a Milvus by its Services | the number of pods is not known where none runs | Unready
        Milvus | secrets | list, get | reads the records of Helm | version, revision and values of a Helm release are not known |
        Milvus | milvuses.milvus.io | list | finds what the Milvus Operator runs | a Milvus of the Operator is not shown |
        Milvus | servicemonitors.monitoring.coreos.com, podmonitors.monitoring.coreos.com | get | tells whether there is a monitor | whether the Milvus has a monitor is not known |
        # Get-MilvusServiceMonitor | Get-MilvusServiceMonitor -Namespace milvus
        Milvus | servicemonitors.monitoring.coreos.com | list | shows the monitors | |
        Milvus | podmonitors.monitoring.coreos.com | list | shows the monitors of the Milvus Operator | PodMonitors are not shown |
        Milvus | services | list | counts the Services of a monitor | their number is not known |
        Milvus | endpointslices.discovery.k8s.io | list | counts the endpoints of a monitor | their number is not known |
        Milvus | pods | list | counts the pods of a PodMonitor | their number is not known |
        # Enable-MilvusServiceMonitor | Enable-MilvusServiceMonitor my-release -Namespace milvus
        Milvus | secrets | list, get | reads the records of Helm | the monitor is made as for a Milvus without Helm |
        Milvus | services, endpointslices.discovery.k8s.io | list | counts what the monitor selects | the numbers are not known |
        Milvus | servicemonitors.monitoring.coreos.com | get, list, create, patch | makes the monitor | |
        # Disable-MilvusServiceMonitor | Disable-MilvusServiceMonitor my-release -Namespace milvus
        Milvus | servicemonitors.monitoring.coreos.com | list, delete | deletes the monitor | |
        Milvus | secrets | list, get | reads the records of Helm | the monitor of a Helm release is left alone |
        Milvus | services, endpointslices.discovery.k8s.io | list | counts what the monitor selects | the numbers are not known |
        # Get-MilvusAlertRule | Get-MilvusAlertRule my-release -Namespace milvus
        Milvus | prometheusrules.monitoring.coreos.com | list | finds the object of the rules | the object is not named |
        Milvus | secrets | list, get | reads the version of Milvus from the records of Helm | whether a rule can fire is not known |
        Stack | prometheuses.monitoring.coreos.com | list | finds Prometheus | |
        Stack | pods | list | finds the pods of Prometheus | | Pods
        Stack | pods/portforward | get | asks Prometheus | | Pods
        Stack | pods/portforward | create | the same, since Kubernetes 1.35 | | NewServer
        # Enable-MilvusAlertRule | Enable-MilvusAlertRule my-release -Namespace milvus
        Milvus | prometheusrules.monitoring.coreos.com | get, list, create, patch | makes the rules | |
        Milvus | secrets | list, get | reads the version of Milvus from the records of Helm | rules whose metrics the version lacks are made too |
        # Disable-MilvusAlertRule | Disable-MilvusAlertRule my-release -Namespace milvus
        Milvus | prometheusrules.monitoring.coreos.com | list, delete | deletes the rules | |
        # Get-MilvusAlertReceiver | Get-MilvusAlertReceiver
        Stack | alertmanagers.monitoring.coreos.com | list | finds the Alertmanager | |
        Stack | secrets | get | reads its configuration | the receivers in the configuration are not shown |
        # Set-MilvusAlertReceiver | Set-MilvusAlertReceiver -Webhook $address
        Stack | alertmanagers.monitoring.coreos.com | list | finds the Alertmanager | |
        Stack | secrets | get, patch | writes the receiver into its configuration | |
        Stack | configmaps | patch, list | tells the inventory that the Secret was changed | an installation takes the change for drift |
        # Remove-MilvusAlertReceiver | Remove-MilvusAlertReceiver webhook
        Stack | alertmanagers.monitoring.coreos.com | list | finds the Alertmanager | |
        Stack | secrets | get, patch | takes the receiver out of its configuration | |
        Stack | configmaps | patch, list | tells the inventory that the Secret was changed | an installation takes the change for drift |
        Cluster | alertmanagerconfigs.monitoring.coreos.com | list | finds receivers that are objects of their own | |
        # Test-MilvusAlert | Test-MilvusAlert
        Stack | alertmanagers.monitoring.coreos.com | list | finds the Alertmanager | |
        Stack | pods | list | finds its pods | | Pods
        Stack | pods/portforward | get | sends the alert | | Pods
        Stack | pods/portforward | create | the same, since Kubernetes 1.35 | | NewServer
        Stack | secrets | get | reads the type of the receivers | the type of the receiver is not known | Pods
        # Get-MilvusAlert | Get-MilvusAlert
        Stack | prometheuses.monitoring.coreos.com | list | finds Prometheus | |
        Stack | alertmanagers.monitoring.coreos.com | list | finds the Alertmanager | silences and receivers are not shown | Pods
        Stack | pods | list | finds the pods of Prometheus | | Pods
        Stack | pods/portforward | get | asks Prometheus | | Pods
        Stack | pods/portforward | create | the same, since Kubernetes 1.35 | | NewServer
        # Get-MilvusDashboard | Get-MilvusDashboard
        Stack | deployments.apps, statefulsets.apps | list | finds Grafana | |
        Stack | configmaps | list, get | reads the dashboards | |
        Stack | pods | list | finds the pod of Grafana | whether Grafana shows the dashboards is not known | Pods
        Stack | pods/portforward | get | asks Grafana | whether Grafana shows the dashboards is not known | Pods
        Stack | pods/portforward | create | the same, since Kubernetes 1.35 | the same | NewServer
        Cluster | secrets | list, get | reads the version of every Milvus from the records of Helm | why a panel is empty is told for every version | Pods
        # Install-MilvusDashboard | Install-MilvusDashboard
        Stack | deployments.apps, statefulsets.apps | list | finds Grafana | |
        Stack | configmaps | list, get, patch | writes the dashboards | |
        Stack | pods | list | finds the pod of Grafana | whether others have dashboards of the same name is not looked at | Pods
        Stack | pods/portforward | get | asks Grafana | whether others have dashboards of the same name is not looked at | Pods
        Stack | pods/portforward | create | the same, since Kubernetes 1.35 | the same | NewServer
        Cluster | secrets | list, get | reads the version of every Milvus from the records of Helm | the dashboards are made for every version |
        Cluster | milvuses.milvus.io | list | reads the version of every Milvus of the Milvus Operator | what only its version has is left out |
        # Uninstall-MilvusDashboard | Uninstall-MilvusDashboard
        Stack | deployments.apps, statefulsets.apps | list | finds Grafana | |
        Stack | configmaps | list, get, patch | takes the dashboards away | |
        # Start-MonitoringPortForward | Start-MonitoringPortForward
        Stack | services | get | finds the Service | |
        Stack | endpointslices.discovery.k8s.io | list, watch | follows its pods | | Pods
        Stack | pods/portforward | get | forwards | | Pods
        Stack | pods/portforward | create | the same, since Kubernetes 1.35 | | NewServer
        # Test-MilvusMonitoring | Test-MilvusMonitoring my-release -Namespace milvus
        Stack | prometheuses.monitoring.coreos.com | get, list | the checks Prometheus and Selection | |
        Stack | alertmanagers.monitoring.coreos.com | list | the check Alerting | |
        Stack | serviceaccounts | get | the check Access | that the account of Prometheus was deleted is not noticed |
        Stack | deployments.apps | list | the checks Operator and Grafana | |
        Stack | deployments.apps | get | why a Deployment is not ready | | Unready
        Stack | statefulsets.apps | get, list | the checks Prometheus and Grafana | |
        Stack | configmaps | list | the check Dashboard | |
        Stack | configmaps | get | the check Dashboard | | Pods
        Stack | pods | list | the checks that ask Prometheus, Alertmanager and Grafana | | Pods
        Stack | pods/portforward | get | the same | | Pods
        Stack | pods/portforward | create | the same, since Kubernetes 1.35 | | NewServer
        Milvus | secrets | get, list | reads the records of Helm | |
        Milvus | services | list | the checks Service and Endpoints | |
        Milvus | endpointslices.discovery.k8s.io | list | the check Endpoints | | Unready
        Milvus | servicemonitors.monitoring.coreos.com | get | the check Monitor | |
        Milvus | prometheusrules.monitoring.coreos.com | list | the check Rules | |
        Milvus | networkpolicies.networking.k8s.io | list | the check NetworkPolicy | |
        Cluster | subjectaccessreviews.authorization.k8s.io | create | the check Access | |
        # Grant-PrometheusMilvusAccess | Grant-PrometheusMilvusAccess
        > A ClusterRole for the whole cluster gets the rules. Kubernetes lets nobody grant what they do not hold: `escalate` is needed, or the rules of the role themselves.
        Stack | prometheuses.monitoring.coreos.com | list | finds Prometheus | |
        Stack | configmaps | patch, list | tells the inventory that the role was changed | an installation takes the rules for drift |
        Cluster | clusterroles.rbac.authorization.k8s.io | get, patch, escalate | adds the rules to the role of Prometheus | |
        # Grant-PrometheusMilvusAccess -Method Binding | Grant-PrometheusMilvusAccess -Method Binding
        > The verbs `escalate` and `bind` are needed, or the rules that are granted.
        Stack | prometheuses.monitoring.coreos.com | list | finds Prometheus | |
        Cluster | clusterroles.rbac.authorization.k8s.io | get, create, patch, escalate, bind | makes a role of its own | |
        Cluster | clusterrolebindings.rbac.authorization.k8s.io | get, create, patch | binds it | |
        # Grant-PrometheusMilvusAccess -Namespace | Grant-PrometheusMilvusAccess -Namespace milvus
        > The verbs `escalate` and `bind` are needed, or the rules that are granted.
        Stack | prometheuses.monitoring.coreos.com | list | finds Prometheus | |
        Milvus | roles.rbac.authorization.k8s.io | get, create, patch, escalate, bind | makes a role of its own | |
        Milvus | rolebindings.rbac.authorization.k8s.io | get, create, patch | binds it | |
        # Revoke-PrometheusMilvusAccess | Revoke-PrometheusMilvusAccess
        Stack | prometheuses.monitoring.coreos.com | list | finds Prometheus | |
        Stack | configmaps | patch, list | tells the inventory that the role was changed | an installation takes the change for drift |
        Cluster | clusterroles.rbac.authorization.k8s.io | get, patch, escalate | takes the rules out of the role of Prometheus | |
        # Revoke-PrometheusMilvusAccess -Method Binding | Revoke-PrometheusMilvusAccess -Method Binding
        Cluster | clusterroles.rbac.authorization.k8s.io, clusterrolebindings.rbac.authorization.k8s.io | list, delete | deletes the role and its binding | |
        # Revoke-PrometheusMilvusAccess -Namespace | Revoke-PrometheusMilvusAccess -Namespace milvus
        Milvus | roles.rbac.authorization.k8s.io, rolebindings.rbac.authorization.k8s.io | list, delete | deletes the role and its binding | |
        """;

    /// <summary>All commands, in the order of the page.</summary>
    public static IReadOnlyList<CommandRights> All { get; } = [.. Parse()];

    /// <summary>The rights of a command.</summary>
    public static CommandRights Get(string command) => All.Single(item => item.Command == command);

    private static IEnumerable<CommandRights> Parse() => Text
        .Split("\n# ")
        .Select(part => part.TrimStart('#', ' ').Split('\n'))
        .Select(lines => new CommandRights(
            lines[0].Split(" | ")[0],
            lines[0].Split(" | ")[1],
            lines.FirstOrDefault(line => line.StartsWith('>'))?[2..],
            [.. lines.Skip(1).Where(line => !line.StartsWith('>')).Select(ParseRow)]));

    private static RightRow ParseRow(string line)
    {
        var cells = line.Split('|', StringSplitOptions.TrimEntries);
        return new RightRow(
            Enum.Parse<RightPlace>(cells[0]),
            cells[1].Split(", "),
            cells[2].Split(", "),
            cells[3],
            cells[4].Length == 0 ? null : cells[4],
            cells[5].Length == 0 ? Proof.Anywhere : Enum.Parse<Proof>(cells[5]));
    }
}
