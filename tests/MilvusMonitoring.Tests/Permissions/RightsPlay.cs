namespace MilvusMonitoring.Tests.Permissions;

/// <summary>A run of a command that shows what it needs rights for.</summary>
/// <param name="Command">The command.</param>
/// <param name="Script">The run; <c>$c</c> is the kubeconfig.</param>
/// <param name="Before">What an administrator does before each run that follows a write; null for nothing.</param>
/// <param name="Shows">Which rights the run shows to be needed; null for all of the command.</param>
internal sealed record RightsPlay(string Command, string Script, string? Before = null, Func<Right, bool>? Shows = null)
{
    /// <summary>
    /// Whether the stack has to be as installed before the first run: what differs from the inventory is not recorded there.
    /// </summary>
    public bool IsAnew { get; init; }

    /// <summary>The namespace in which, before each run, the object of the resource is deleted that the right is for.</summary>
    public string? RemovesIn { get; init; }

    public bool MayShow(Right right) => Shows?.Invoke(right) is not false;
}
