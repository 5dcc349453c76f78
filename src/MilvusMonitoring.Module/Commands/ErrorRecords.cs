using System.Management.Automation;
using MilvusMonitoring.Messages;
using MilvusMonitoring.Verification;

namespace MilvusMonitoring.Commands;

/// <summary>Creates PowerShell's error records from exceptions and checks.</summary>
internal static class ErrorRecords
{
    /// <summary>
    /// The record for an exception. The remedy is part of the message only: pwsh would show a recommended action a second time.
    /// </summary>
    /// <param name="exception">Any exception; one that is not a <see cref="MonitoringException"/> is a fault of this module.</param>
    /// <param name="target">The object that was processed, for an exception without a target.</param>
    public static ErrorRecord From(Exception exception, object? target)
    {
        var known = exception as MonitoringException ?? CreateUnexpected(exception);
        var shown = target is string text ? SafeText.Clean(text) : target;
        return new ErrorRecord(known, known.ErrorId, Category(known.ErrorId), known.Target ?? shown);
    }

    /// <summary>The record for a check that failed.</summary>
    public static ErrorRecord From(MonitoringCheck check) =>
        From(check.ErrorId ?? ErrorId.CheckFailed, Describe(check), check.Remedy, check.Target);

    /// <summary>The record for a Milvus without a proof that Prometheus scrapes it.</summary>
    /// <param name="milvus">The Milvus.</param>
    /// <param name="unknown">The check whose result is unknown.</param>
    public static ErrorRecord From(string milvus, MonitoringCheck unknown) => From(
        unknown.ErrorId == ErrorId.PermissionDenied ? unknown.ErrorId : ErrorId.NotProven,
        $"Nothing proves that Prometheus scrapes {milvus}: {Describe(unknown)}",
        unknown.Remedy ?? Remedies.DescribeManual("See which checks are Unknown, and why."),
        milvus);

    /// <summary>The category of an error id; <see cref="ErrorCategory.NotSpecified"/> for an id without a category.</summary>
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
            or ErrorId.ReceiverNotFound
            or ErrorId.DashboardNotFound
            or ErrorId.PortForwardNotFound
            or ErrorId.HelmNotFound => ErrorCategory.ObjectNotFound,
            ErrorId.KubeconfigInvalid
            or ErrorId.ManifestInvalid
            or ErrorId.ArchiveInvalid
            or ErrorId.DashboardInvalid
            or ErrorId.ResponseInvalid
            or ErrorId.ObjectInvalid => ErrorCategory.InvalidData,
            ErrorId.ClusterUnreachable or ErrorId.ServiceUnreachable => ErrorCategory.ConnectionError,
            ErrorId.DownloadFailed => ErrorCategory.ConnectionError,
            ErrorId.CertificateNotTrusted or ErrorId.ReleaseNotVerified => ErrorCategory.SecurityError,
            ErrorId.NotAuthenticated or ErrorId.CredentialPluginFailed => ErrorCategory.AuthenticationError,
            ErrorId.PermissionDenied => ErrorCategory.PermissionDenied,
            ErrorId.ServerFailed => ErrorCategory.ResourceUnavailable,
            ErrorId.TimedOut or ErrorId.NotReady or ErrorId.DefinitionNotEstablished => ErrorCategory.OperationTimeout,
            ErrorId.FieldConflict
            or ErrorId.OtherMonitoring
            or ErrorId.ObjectChanged
            or ErrorId.DashboardTaken => ErrorCategory.ResourceExists,
            ErrorId.NamespaceTerminating or ErrorId.DeletionBlocked or ErrorId.PortNotAvailable => ErrorCategory.ResourceBusy,
            ErrorId.ConfirmationImpossible => ErrorCategory.OperationStopped,
            ErrorId.RoleAggregated
            or ErrorId.RoleManaged
            or ErrorId.InstanceNotSupported
            or ErrorId.ReleaseNotDeployed
            or ErrorId.MetricsDisabled
            or ErrorId.ReceiverNotAccepted
            or ErrorId.ServiceNotForwardable => ErrorCategory.InvalidOperation,
            ErrorId.ParameterInvalid or ErrorId.InstanceAmbiguous or ErrorId.StackAmbiguous => ErrorCategory.InvalidArgument,
            ErrorId.HelmTooOld => ErrorCategory.NotInstalled,
            ErrorId.HelmFailed => ErrorCategory.FromStdErr,
            ErrorId.FileNotWritten => ErrorCategory.WriteError,
            ErrorId.Unexpected or ErrorId.CheckFailed or ErrorId.NotProven or ErrorId.AlertNotDelivered => ErrorCategory.InvalidResult,
            _ => ErrorCategory.NotSpecified,
        };

    /// <summary>
    /// The message has reason and remedy on one line; PowerShell shows the remedy of <see cref="ErrorDetails"/> on a line of its own. A
    /// remedy that begins with <c>#</c> is a sentence instead of a command: the mark is left out inside a sentence.
    /// </summary>
    private static ErrorRecord From(string id, string reason, string? remedy, string target)
    {
        var message = remedy is null ? reason : $"{reason}; to fix it: {remedy.TrimStart('#', ' ')}";
        var exception = new MonitoringException(id, message, target);
        return new ErrorRecord(exception, id, Category(id), exception.Target)
        {
            ErrorDetails = new ErrorDetails(SafeText.Clean(reason)) { RecommendedAction = SafeText.Clean(remedy) },
        };
    }

    private static string Describe(MonitoringCheck check) => $"{check.Check} of {check.Target}: {check.Detail}";

    private static MonitoringException CreateUnexpected(Exception exception) => new(
        ErrorId.Unexpected,
        $"{exception.GetType().Name}: {OneLine.TrimPunctuation(OneLine.Clean(exception.Message))}",
        "this is a fault of the module; please report it with the text of $Error[0].Exception.ToString()",
        target: null,
        exception);
}
