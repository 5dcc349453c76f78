using EmbeddedCluster.Kinds;
using EmbeddedCluster.Objects;
using EmbeddedCluster.Storage;

namespace EmbeddedCluster.Controllers;

/// <summary>Says of every APIService whether it is available. One with a service is, after a while, unless it is never to be.</summary>
internal sealed class ApiServiceController(ClusterState state, ControllerWriter writer, ControllerLoop loop) : IController
{
    private const string Manager = "kube-apiserver";

    private static readonly ResourceId s_services = new("apiregistration.k8s.io", "apiservices");

    private readonly ResourceKind _kind = writer.Kind("apiregistration.k8s.io/v1", "APIService");

    public void Observe(StoreEvent change)
    {
        if (change.Resource != s_services || change.Type == StoreEventType.Deleted)
        {
            return;
        }

        var service = change.Object;
        var isRemote = service.ReadRest().At("spec.service") is not null;
        var wasRemote = change.Previous?.ReadRest().At("spec.service") is not null;
        if (change.Previous is not null && isRemote == wasRemote)
        {
            return;
        }

        if (!isRemote)
        {
            Set(service, "True", "Local", "Local APIServices are always available");
            return;
        }

        var target = service.ReadRest().Child("spec").Child("service");
        Set(
            service,
            "False",
            "MissingEndpoints",
            $"endpoints for service/{target.Text("name")} in \"{target.Text("namespace")}\" have no addresses with port name \"\"");
        loop.After(state.Readiness.For("APIService", "", service.Name, state.Options.ReadyDelay), () =>
            Set(service, "True", "Passed", "all checks passed"));
    }

    public void Settle()
    {
    }

    private void Set(StoredObject service, string status, string reason, string message) =>
        writer.Update(_kind, service, Manager, "status", value =>
        {
            Conditions.Set(value.Child("status"), "Available", status, reason, message);
            return true;
        });
}
