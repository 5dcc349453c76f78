namespace MilvusMonitoring.Commands;

/// <summary>The answer to "go ahead?".</summary>
/// <param name="IsGiven">Whether to go ahead.</param>
/// <param name="IsWhatIf">Whether only the plan was asked for.</param>
internal sealed record Approval(bool IsGiven, bool IsWhatIf);
