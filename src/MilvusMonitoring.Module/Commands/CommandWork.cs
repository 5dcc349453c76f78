namespace MilvusMonitoring.Commands;

/// <summary>The work on one input object, or on what several input objects have asked for together.</summary>
/// <param name="Subject">What the work is on: see <see cref="AsyncCommand.Subject"/>.</param>
/// <param name="RunAsync">Does the work.</param>
internal sealed record CommandWork(object? Subject, Func<CommandOutput, CancellationToken, Task> RunAsync);
