using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Kubernetes.Errors;

/// <summary>The one map from what servers and transports answer to errors for people: an id, what is wrong, what to do.</summary>
internal static class ClusterErrors
{
    private const string RunAgain = "run the command again";

    /// <summary>The error for an answer that is no success.</summary>
    /// <param name="status">What the server answered.</param>
    /// <param name="what">What was tried, to follow "Cannot": <c>apply Deployment/monitoring/grafana</c>.</param>
    /// <param name="target">What the error is about.</param>
    /// <returns>The error.</returns>
    public static MonitoringException From(StatusBody status, string what, string? target)
    {
        var (id, reason, remedy) = Explain(status);
        return new MonitoringException(id, $"Cannot {what}: {reason}", remedy, target)
        {
            DeniedUser = id == ErrorId.PermissionDenied ? DeniedText.UserOf(status) : null,
        };
    }

    private static (string Id, string Reason, string Remedy) Explain(StatusBody status)
    {
        if (status.IsNamespaceTerminating)
        {
            return (
                ErrorId.NamespaceTerminating,
                "its namespace is being deleted",
                "wait until the namespace is gone, then run the command again");
        }

        if (status.IsFieldConflict)
        {
            return (
                ErrorId.FieldConflict,
                FieldConflictText.Describe(status.Causes),
                "add -ForceConflicts to take these fields over, or have their manager give them up");
        }

        if (status.IsSchemaFault)
        {
            return (ErrorId.ObjectInvalid, Text(status), "correct the object, or use a release for this cluster's Kubernetes version");
        }

        return status.Code switch
        {
            400 => (ErrorId.ObjectInvalid, Text(status), "correct the object"),
            401 => (
                ErrorId.NotAuthenticated,
                "the API server does not accept the credentials" + Aside(status, "Unauthorized"),
                "sign in again, or renew the user's credentials in the kubeconfig"),
            403 => Permission(status),
            404 when status.IsStatus => (ErrorId.ObjectNotFound, Text(status), "create what is missing first, or correct the name"),
            404 => (
                ErrorId.KindNotFound,
                "the server does not know this kind of object, or a proxy answered in its place" + Aside(status, "404 page not found"),
                "install what defines the kind, or see that the address is an API server's"),
            405 or 406 or 415 => (
                ErrorId.ServerFailed,
                $"the server does not support this request ({status.Code}){Aside(status)}",
                "use a cluster with Kubernetes 1.20 or newer"),
            409 => (ErrorId.ObjectChanged, Text(status), RunAgain),
            410 => (ErrorId.ObjectChanged, "what was read is too old to go on from" + Aside(status), RunAgain),
            413 => (ErrorId.ObjectInvalid, "the object is larger than the server takes" + Aside(status), "make it smaller"),
            422 => Invalid(status),
            429 => (
                ErrorId.ServerFailed,
                "the API server is overloaded (429) and stayed so" + Aside(status),
                "run the command again later, with a lower -ThrottleLimit"),
            504 => (ErrorId.TimedOut, "the API server ran out of time (504)" + Aside(status), RunAgain),
            >= 500 => (
                ErrorId.ServerFailed,
                $"the API server failed ({status.Code}){Aside(status)}",
                "see the API server's state, and run the command again"),
            _ => (
                ErrorId.ResponseInvalid,
                $"{status.Code} is no answer of an API server{Aside(status)}",
                "see that server in the kubeconfig is an API server's address, and that no proxy answers in its place"),
        };
    }

    private static (string Id, string Reason, string Remedy) Permission(StatusBody status)
    {
        var (reason, remedy) = DeniedText.Describe(status);
        return (ErrorId.PermissionDenied, reason, remedy);
    }

    private static (string Id, string Reason, string Remedy) Invalid(StatusBody status)
    {
        const int Shown = 4;
        var immutable = status.Message.Contains("field is immutable", StringComparison.Ordinal);
        var reason =
            status.Causes.Count == 0
                ? Text(status)
                : string.Join(", ", status.Causes.Take(Shown).Select(Fault))
                    + (status.Causes.Count > Shown ? $" and {status.Causes.Count - Shown} more" : "");
        return immutable
            ? (ErrorId.ObjectInvalid, reason, "delete the object and run the command again")
            : (ErrorId.ObjectInvalid, reason, "correct the object, or use a release for this cluster's Kubernetes version");
    }

    // An immutable field's whole old or new value may stand in the message, with the point at its end.
    private static string Fault(StatusCause cause)
    {
        var message = cause.Message.EndsWith("field is immutable", StringComparison.Ordinal)
            ? "field is immutable"
            : OneLine.WithoutEnd(OneLine.Clean(cause.Message, 200));
        return cause.Field.Length == 0 ? message : $"{OneLine.Clean(cause.Field, 200)}: {message}";
    }

    private static string Text(StatusBody status) =>
        OneLine.Clean(status.Message) is { Length: > 0 } message
            ? OneLine.WithoutEnd(message)
            : $"the server answered {status.Code}{(status.Reason.Length > 0 ? " " + OneLine.Clean(status.Reason, 60) : "")}";

    private static string Aside(StatusBody status, string butNot = "") =>
        OneLine.Clean(status.Message) is { Length: > 0 } message && message != butNot ? $" ({OneLine.WithoutEnd(message)})" : "";
}
