using System.Diagnostics.CodeAnalysis;

namespace MilvusMonitoring;

/// <summary>Stands for a cause of an error whose message is not safe to print, as <c>Get-Error</c> prints the causes.</summary>
internal sealed class SafeCause : Exception
{
    private readonly string _text;

    private SafeCause(Exception cause)
        : base($"{cause.GetType().Name}: {SafeText.CleanLines(cause.Message)}", Of(cause.InnerException)) =>
        _text = SafeText.CleanLines(cause.ToString());

    /// <summary>A cause itself if the messages of it and of its own causes are safe, or else what stands for it.</summary>
    [return: NotNullIfNotNull(nameof(cause))]
    public static Exception? Of(Exception? cause)
    {
        for (var each = cause; each is not null; each = each.InnerException)
        {
            var isSafe = each is MonitoringException or SafeCause
                || SafeText.CleanLines(each.Message) == each.Message.ReplaceLineEndings("\n");
            if (!isSafe)
            {
                return new SafeCause(cause!);
            }
        }

        return cause;
    }

    /// <inheritdoc />
    public override string ToString() => _text;
}
