using System.Text.Json.Nodes;

namespace MilvusMonitoring.Tests.Permissions;

/// <summary>Where a right is needed.</summary>
internal enum RightPlace
{
    /// <summary>In the whole cluster: a rule of a ClusterRole that a ClusterRoleBinding binds.</summary>
    Cluster,

    /// <summary>In the namespace of the stack: a rule of a Role.</summary>
    Stack,

    /// <summary>In the namespace of the Milvus: a rule of a Role.</summary>
    Milvus,
}

/// <summary>One verb on one resource in one place.</summary>
internal sealed record Right(RightPlace Place, string Group, string Resource, string Verb)
{
    /// <summary>The rule of a role that grants the right and nothing else.</summary>
    public JsonObject ToRule() => new()
    {
        ["apiGroups"] = new JsonArray(Group),
        ["resources"] = new JsonArray(Resource),
        ["verbs"] = new JsonArray(Verb),
    };

    public override string ToString() => $"{Place} {Verb} {Resource}{(Group.Length == 0 ? "" : "." + Group)}";
}
