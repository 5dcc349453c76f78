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
}
