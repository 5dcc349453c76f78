using System.Text.Json.Nodes;
using EmbeddedCluster.Kinds;
using EmbeddedCluster.Security;
using EmbeddedCluster.Storage;

namespace EmbeddedCluster.Serving;

/// <summary>What is checked of a write beyond the right to write: nobody grants what he does not hold.</summary>
internal sealed class AdmissionRules(AccessControl access)
{
    public void CheckWrite(UserInfo user, ResourceKind kind, JsonObject value, StoredObject? live)
    {
        if (kind.Group == "rbac.authorization.k8s.io")
        {
            access.CheckEscalation(user, kind, value, live);
        }
    }

    /// <summary>An apply that makes an object needs the verb <c>create</c> beside <c>patch</c>.</summary>
    public void CheckCreation(UserInfo user, ResourceKind kind, string? ns, string? name) =>
        access.CheckRequest(user, "create", kind.Id, null, ns, name);
}
