namespace EmbeddedCluster.Monitoring;

/// <summary>What a Prometheus reads at its start and at each reload.</summary>
/// <param name="Configuration">Its configuration; the rule files are <c>rules/*.yaml</c>.</param>
/// <param name="Rules">The rule files by their names.</param>
public sealed record PrometheusFiles(string Configuration, IReadOnlyDictionary<string, string> Rules)
{
    internal const string Name = "prometheus.yml";

    /// <summary>Whether a Prometheus would read the same.</summary>
    public bool IsSameAs(PrometheusFiles other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Configuration == other.Configuration
            && Rules.Count == other.Rules.Count
            && Rules.All(rule => other.Rules.GetValueOrDefault(rule.Key) == rule.Value);
    }

    internal async Task WriteAsync(DirectoryInfo folder, CancellationToken cancellationToken)
    {
        var rules = folder.CreateSubdirectory("rules");
        foreach (var old in rules.GetFiles().Where(file => !Rules.ContainsKey(file.Name)))
        {
            old.Delete();
        }

        foreach (var (name, text) in Rules)
        {
            await File.WriteAllTextAsync(Path.Combine(rules.FullName, name), text, cancellationToken).ConfigureAwait(false);
        }

        await File.WriteAllTextAsync(Path.Combine(folder.FullName, Name), Configuration, cancellationToken).ConfigureAwait(false);
    }
}
