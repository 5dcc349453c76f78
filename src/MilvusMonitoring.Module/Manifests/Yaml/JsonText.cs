namespace MilvusMonitoring.Manifests.Yaml;

/// <summary>One document of a manifest file as JSON.</summary>
/// <param name="Json">The document, UTF-8.</param>
/// <param name="Line">The line where its content starts, from 1.</param>
internal readonly record struct JsonText(ReadOnlyMemory<byte> Json, int Line);
