using System.Text.Json.Serialization;

namespace MilvusMonitoring.Benchmarks.Children;

/// <summary>What a child is to run.</summary>
/// <param name="Script">The script.</param>
/// <param name="MeasuresMemory">Whether to collect garbage before it, and to say by how much the process grew at its peak.</param>
internal sealed record ChildRequest(string Script, bool MeasuresMemory);

/// <summary>What became of it.</summary>
/// <param name="Milliseconds">How long the script took.</param>
/// <param name="ProcessorMilliseconds">How much of the processors this process took meanwhile.</param>
/// <param name="PeakBytes">By how much the process's resident memory grew at its peak; 0 where it was not measured.</param>
/// <param name="AllocatedBytes">What was allocated on the managed heap, garbage included.</param>
/// <param name="Output">The objects it put out, as text.</param>
/// <param name="Errors">Its errors, as text.</param>
/// <param name="Phases">The phases of the module's work, in the order of their ends.</param>
internal sealed record ChildReply(
    double Milliseconds,
    double ProcessorMilliseconds,
    long PeakBytes,
    long AllocatedBytes,
    IReadOnlyList<string> Output,
    IReadOnlyList<string> Errors,
    IReadOnlyList<ChildPhase> Phases);

/// <summary>One phase of the module's work.</summary>
/// <param name="Name">What was done in it.</param>
/// <param name="Start">When it began, in ms after the script.</param>
/// <param name="Milliseconds">How long it took.</param>
internal sealed record ChildPhase(string Name, double Start, double Milliseconds);

/// <summary>Requests and replies as lines of JSON.</summary>
[JsonSerializable(typeof(ChildRequest))]
[JsonSerializable(typeof(ChildReply))]
internal sealed partial class ChildMessages : JsonSerializerContext;
