using System.Management.Automation;
using MilvusMonitoring.Messages;
using MilvusMonitoring.Verification;

namespace MilvusMonitoring.Commands;

/// <summary>Turns exceptions into what PowerShell shows and scripts match on.</summary>
internal static class ErrorRecords
{
    /// <summary>The record for an exception.</summary>
    /// <param name="exception">Any exception; one that is no <see cref="MonitoringException"/> is a fault of this module.</param>
    /// <param name="target">What was worked on, for an exception that does not say so itself.</param>
    /// <returns>
    /// A record with a stable id and a category. The remedy is part of the message: pwsh would show a recommended action a second time.
    /// </returns>
    public static ErrorRecord From(Exception exception, object? target)
    {
        var known = exception as MonitoringException ?? Unexpected(exception);
        return new ErrorRecord(known, known.ErrorId, Category(known.ErrorId), known.Target ?? target);
    }

    /// <summary>The record for a check that failed.</summary>
    public static ErrorRecord From(MonitoringCheck check) =>
        From(check.ErrorId ?? ErrorId.CheckFailed, Describe(check), check.Remedy, check.Target);

    /// <summary>The record for a Milvus of which nothing proves that it is scraped.</summary>
    /// <param name="milvus">The Milvus.</param>
    /// <param name="why">The check that could not be made.</param>
    public static ErrorRecord From(string milvus, MonitoringCheck why) => From(
        why.ErrorId == ErrorId.PermissionDenied ? why.ErrorId : ErrorId.NotProven,
        $"Nothing proves that {milvus} is scraped: {Describe(why)}",
        why.Remedy ?? Remedies.InWords("See which checks are Unknown, and why."),
        milvus);

    /// <summary>The category of an error.</summary>
    /// <param name="errorId">One of <see cref="ErrorId"/>.</param>
    /// <returns>The category; <see cref="ErrorCategory.NotSpecified"/> for an id that has none.</returns>
    public static ErrorCategory Category(string errorId) =>
        errorId switch
        {
            ErrorId.KubeconfigNotFound
            or ErrorId.ContextNotFound
            or ErrorId.ManifestNotFound
            or ErrorId.ReleaseUnknown
            or ErrorId.KindNotFound
            or ErrorId.ObjectNotFound
            or ErrorId.StackNotFound
            or ErrorId.InstanceNotFound
            or ErrorId.PortForwardNotFound
            or ErrorId.HelmNotFound => ErrorCategory.ObjectNotFound,
            ErrorId.KubeconfigInvalid
            or ErrorId.ManifestInvalid
            or ErrorId.ArchiveInvalid
            or ErrorId.ResponseInvalid
            or ErrorId.ObjectInvalid => ErrorCategory.InvalidData,
            ErrorId.ClusterUnreachable or ErrorId.ServiceUnreachable => ErrorCategory.ConnectionError,
            ErrorId.DownloadFailed => ErrorCategory.ConnectionError,
            ErrorId.CertificateNotTrusted or ErrorId.ReleaseNotVerified => ErrorCategory.SecurityError,
            ErrorId.NotAuthenticated or ErrorId.CredentialPluginFailed => ErrorCategory.AuthenticationError,
            ErrorId.PermissionDenied => ErrorCategory.PermissionDenied,
            ErrorId.ServerFailed => ErrorCategory.ResourceUnavailable,
            ErrorId.TimedOut or ErrorId.NotReady or ErrorId.DefinitionNotEstablished => ErrorCategory.OperationTimeout,
            ErrorId.FieldConflict or ErrorId.ObjectChanged => ErrorCategory.ResourceExists,
            ErrorId.NamespaceTerminating or ErrorId.DeletionBlocked or ErrorId.PortNotAvailable => ErrorCategory.ResourceBusy,
            ErrorId.ConfirmationImpossible => ErrorCategory.OperationStopped,
            ErrorId.RoleAggregated or ErrorId.ReleaseNotDeployed or ErrorId.MetricsDisabled or ErrorId.ServiceNotForwardable =>
                ErrorCategory.InvalidOperation,
            ErrorId.ParameterInvalid or ErrorId.InstanceAmbiguous => ErrorCategory.InvalidArgument,
            ErrorId.HelmTooOld => ErrorCategory.NotInstalled,
            ErrorId.HelmFailed => ErrorCategory.FromStdErr,
            ErrorId.FileNotWritten => ErrorCategory.WriteError,
            ErrorId.Unexpected or ErrorId.CheckFailed or ErrorId.NotProven => ErrorCategory.InvalidResult,
            _ => ErrorCategory.NotSpecified,
        };

    /// <summary>The message has all of it on one line, while what is shown sets the remedy apart.</summary>
    private static ErrorRecord From(string id, string what, string? remedy, string target)
    {
        var exception = new MonitoringException(id, remedy is null ? what : $"{what}; to mend it: {remedy.TrimStart('#', ' ')}", target);
        return new ErrorRecord(exception, id, Category(id), target)
        {
            ErrorDetails = new ErrorDetails(what) { RecommendedAction = remedy },
        };
    }

    private static string Describe(MonitoringCheck check) => $"{check.Check} of {check.Target}: {check.Detail}";

    private static MonitoringException Unexpected(Exception exception) => new(
        ErrorId.Unexpected,
        $"{exception.GetType().Name}: {OneLine.TrimPunctuation(OneLine.Clean(exception.Message))}",
        "this is a fault of the module, please report it with $Error[0].Exception.ToString()",
        target: null,
        exception);
}
