using System.Text.Json;

namespace MilvusMonitoring.Milvus.Helm;

/// <summary>What Helm keeps of a release, as far as it is needed to run helm on it.</summary>
/// <param name="Driver">Where: <c>secret</c> or <c>configmap</c>, as <c>HELM_DRIVER</c> has it.</param>
/// <param name="Config">The user's values, as they were given.</param>
/// <param name="Manifest">What the chart has rendered.</param>
internal sealed record HelmStore(string Driver, JsonElement Config, string Manifest);
