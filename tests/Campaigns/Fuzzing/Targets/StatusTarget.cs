using System.Net;
using MilvusMonitoring.Kubernetes.Errors;

namespace MilvusMonitoring.Campaigns.Fuzzing.Targets;

/// <summary>What comes with an answer that is no success: something can always be said of it.</summary>
internal static class StatusTarget
{
    private static readonly Mutator Bodies = new(
        [
            """{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"Apply failed with 1 conflict: conflict with \"kubectl\": .spec.replicas","reason":"Conflict","details":{"name":"a","group":"apps","kind":"deployments","uid":"u","causes":[{"reason":"FieldManagerConflict","message":"conflict with \"kubectl\"","field":".spec.replicas"}],"retryAfterSeconds":1},"code":409}""",
            """{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"roles.rbac.authorization.k8s.io \"a\" is forbidden: User \"jane\" cannot patch resource \"roles\" in API group \"rbac.authorization.k8s.io\" in the namespace \"b\"","reason":"Forbidden","details":{"name":"a","group":"rbac.authorization.k8s.io","kind":"roles"},"code":403}""",
            """{"kind":"Status","status":"Failure","message":"clusterroles.rbac.authorization.k8s.io \"a\" is forbidden: user \"jane\" (groups=[\"x\"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:[\"\"], Resources:[\"pods\"], Verbs:[\"get\"]}","reason":"Forbidden","code":403}""",
            "<!DOCTYPE html><html><head><title>Bad\nGateway</title></head></html>",
            "upstream connect error or disconnect/reset before headers",
            """{"error":"no","message":{"a":[1,2]}}""",
        ],
        [
            "\"message\":",
            "\"details\":",
            "\"causes\":[",
            "\"kind\":\"Status\",",
            "<title>",
            "</title>",
            "cannot ",
            "in API group",
            "forbidden: ",
            "\"\\ud800\"",
            "\\n",
            "conflict with \"",
            "\x1b[31m",
        ]);

    private static readonly HttpStatusCode[] Codes =
    [
        HttpStatusCode.BadRequest,
        HttpStatusCode.Unauthorized,
        HttpStatusCode.Forbidden,
        HttpStatusCode.NotFound,
        HttpStatusCode.Conflict,
        HttpStatusCode.Gone,
        HttpStatusCode.UnsupportedMediaType,
        HttpStatusCode.UnprocessableEntity,
        HttpStatusCode.TooManyRequests,
        HttpStatusCode.InternalServerError,
        HttpStatusCode.ServiceUnavailable,
        HttpStatusCode.Found,
        (HttpStatusCode)418,
        (HttpStatusCode)599,
    ];

    public static void TryOne(Random random)
    {
        var status = StatusBody.Parse(Codes[random.Next(Codes.Length)], Bodies.Next(random));
        var error = ClusterErrors.From(status, "apply Deployment/a/b", "Deployment/a/b");
        PropertyException.Check(error.Message.Length is > 0 and < 4000, () => $"the message has {error.Message.Length} characters");
        PropertyException.Check(!error.Message.Any(char.IsControl), () => $"the message has control characters: {error.Message}");
        PropertyException.Check(error.ErrorId != ErrorId.Unexpected, () => "it is called unexpected");
        PropertyException.Check(FieldConflictText.Describe(status.Causes) is not null, () => "causes cannot be described");
    }
}
