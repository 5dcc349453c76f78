using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Kubernetes.Errors;

/// <summary>The one map from a server's responses to errors: an id, a reason and a remedy.</summary>
internal static class ClusterErrors
{
    private const string RunAgain = "run the command again";

    /// <summary>Creates the error of a failed response.</summary>
    /// <param name="what">The action, to follow "Cannot": <c>apply Deployment/monitoring/grafana</c>.</param>
    public static MonitoringException From(StatusBody status, string what, string? target)
    {
        var (id, reason, remedy) = Explain(status);
        return new MonitoringException(id, $"Cannot {what}: {reason}", remedy, target)
        {
            DeniedUser = id == ErrorId.PermissionDenied ? DeniedText.FindUser(status) : null,
            AutopilotRule = AutopilotText.Find(status),
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

        if (AutopilotText.Find(status) is { } rule)
        {
            return (
                ErrorId.PermissionDenied,
                $"GKE Autopilot does not allow it ({rule})",
                "leave its component out with -ExcludeComponent");
        }

        if (status.IsFieldConflict)
        {
            return (
                ErrorId.FieldConflict,
                FieldConflictText.Describe(status.Causes),
                "remove these fields from the configuration of their manager; only for an object that is yours alone, "
                    + "add -ForceConflicts to take them over");
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
            403 => ExplainDenial(status),
            404 when status.IsStatus => (ErrorId.ObjectNotFound, Text(status), "create what is missing first, or correct the name"),
            404 => (
                ErrorId.KindNotFound,
                "the server does not know this kind of object, or a proxy answered instead" + Aside(status, "404 page not found"),
                "install the CRD of the kind, or check that the address is an API server's"),
            405 or 406 or 415 => (
                ErrorId.ServerFailed,
                $"the server does not support this request ({status.Code}){Aside(status)}",
                "use a cluster with Kubernetes 1.20 or newer"),
            409 => (ErrorId.ObjectChanged, Text(status), RunAgain),
            410 => (ErrorId.ObjectChanged, "the resource version is too old" + Aside(status), RunAgain),
            413 when !status.IsStatus => (
                ErrorId.ObjectInvalid,
                "a proxy before the API server refuses the object as too large (413)" + Aside(status),
                "raise the size of bodies that the proxy accepts (nginx: client_max_body_size), or connect to the API server itself"),
            413 => (ErrorId.ObjectInvalid, "the object is larger than the server accepts" + Aside(status), "make it smaller"),
            422 => ExplainInvalid(status),
            429 => (
                ErrorId.ServerFailed,
                "the API server stayed overloaded (429)" + Aside(status),
                "run the command again later, with a lower -ThrottleLimit"),
            504 => (ErrorId.TimedOut, "the API server ran out of time (504)" + Aside(status), RunAgain),
            >= 500 => (
                ErrorId.ServerFailed,
                $"the API server failed ({status.Code}){Aside(status)}",
                "see the API server's state, and run the command again"),
            _ => (
                ErrorId.ResponseInvalid,
                $"the server answered {status.Code}, which an API server does not do{Aside(status)}",
                "check that server in the kubeconfig is an API server's address, and that no proxy answers instead"),
        };
    }

    private static (string Id, string Reason, string Remedy) ExplainDenial(StatusBody status)
    {
        var (reason, remedy) = DeniedText.Describe(status);
        return (ErrorId.PermissionDenied, reason, remedy);
    }

    private static (string Id, string Reason, string Remedy) ExplainInvalid(StatusBody status)
    {
        const int Shown = 4;
        var immutable = status.Message.Contains("field is immutable", StringComparison.Ordinal);
        var causes = string.Join(", ", status.Causes.Take(Shown).Select(Describe));
        var more = status.Causes.Count > Shown ? $" and {status.Causes.Count - Shown} more" : "";
        var reason = status.Causes.Count == 0 ? Text(status) : causes + more;
        return immutable
            ? (ErrorId.ObjectInvalid, reason, "delete the object and run the command again")
            : (ErrorId.ObjectInvalid, reason, "correct the object, or use a release for this cluster's Kubernetes version");
    }

    // The message of an immutable field may hold the whole old or new value, with the fault at its end.
    private static string Describe(StatusCause cause)
    {
        var message = cause.Message.EndsWith("field is immutable", StringComparison.Ordinal)
            ? "field is immutable"
            : OneLine.TrimPunctuation(OneLine.Clean(cause.Message, 200));
        return cause.Field.Length == 0 ? message : $"{OneLine.Clean(cause.Field, 200)}: {message}";
    }

    private static string Text(StatusBody status) =>
        OneLine.Clean(status.Message) is { Length: > 0 } message
            ? OneLine.TrimPunctuation(message)
            : $"the server answered {status.Code}{(status.Reason.Length > 0 ? " " + OneLine.Clean(status.Reason, 60) : "")}";

    private static string Aside(StatusBody status, string butNot = "") =>
        OneLine.Clean(status.Message) is { Length: > 0 } message && message != butNot ? $" ({OneLine.TrimPunctuation(message)})" : "";
}
