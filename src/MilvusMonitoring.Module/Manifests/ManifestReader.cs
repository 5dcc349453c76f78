using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Manifests.Files;
using MilvusMonitoring.Manifests.Yaml;

namespace MilvusMonitoring.Manifests;

/// <summary>Reads manifest files into objects.</summary>
internal static class ManifestReader
{
    private const int MaximumProblemsShown = 5;
    private const int MaximumProblemsPerFile = 20;

    /// <summary>Smaller content stays in memory: reading it again would cost more.</summary>
    private const int WorthReadingAgain = 16 * 1024;

    /// <summary>
    /// Reads all objects of all files, in the order of the files and of their documents. Lists of any kind are flattened.
    /// </summary>
    /// <returns>The objects, each once.</returns>
    /// <exception cref="MonitoringException"><see cref="ErrorId.ManifestInvalid"/>, with file and line of the first problems.</exception>
    public static IReadOnlyList<ManifestObject> Read(IReadOnlyList<ManifestFile> files, CancellationToken cancellationToken) =>
        Read(files, manifest => manifest, cancellationToken);

    /// <summary>Reads all objects of all files, and changes each.</summary>
    /// <param name="change">Changes an object. Called from several threads; the same object always gets the same result.</param>
    /// <param name="cancellationToken">Ends the work, and the reading of the content later on.</param>
    /// <returns>The objects, each once.</returns>
    /// <exception cref="MonitoringException"><see cref="ErrorId.ManifestInvalid"/>, with file and line of the first problems.</exception>
    public static IReadOnlyList<ManifestObject> Read(
        IReadOnlyList<ManifestFile> files,
        Func<ManifestObject, ManifestObject> change,
        CancellationToken cancellationToken)
    {
        var results = new FileResult[files.Count];
        var options = new ParallelOptions { CancellationToken = cancellationToken, MaxDegreeOfParallelism = Environment.ProcessorCount };

        // The largest file comes first, so that no core works on it alone at the end.
        var order = Enumerable.Range(0, files.Count).OrderByDescending(index => files[index].Length).ToArray();
        try
        {
            Parallel.ForEach(
                Partitioner.Create(order, EnumerablePartitionerOptions.NoBuffering),
                options,
                index => results[index] = ReadFile(files[index], change, cancellationToken));
        }
        catch (AggregateException several) when (several.InnerExceptions.OfType<MonitoringException>().FirstOrDefault() is { } first)
        {
            throw first;
        }

        var templates = files.Zip(results).Where(item => item.Second.IsHelmTemplate).Select(item => item.First.Path).ToList();
        if (templates.Count > 0)
        {
            var others = templates.Count == 1 ? " is a template" : $" and {templates.Count - 1} more files are templates";
            throw ManifestErrors.CreateHelmChart($"{templates[0]}{others} of a Helm chart", templates[0]);
        }

        var problems = results.SelectMany(result => result.Problems).ToList();
        var objects = SelectDistinct(results.SelectMany(result => result.Objects), problems);
        return problems.Count == 0 ? objects : throw CreateInvalid(problems);
    }

    private static FileResult ReadFile(ManifestFile file, Func<ManifestObject, ManifestObject> change, CancellationToken cancellationToken)
    {
        var result = ReadFile(file, cancellationToken);
        for (var index = 0; index < result.Objects.Count; index++)
        {
            result.Objects[index] = change(result.Objects[index]);
        }

        if (result.Objects is [{ Length: >= WorthReadingAgain } only])
        {
            result.Objects[0] = only.WithoutContent(() => change(ReadFile(file, cancellationToken).Objects[0]).ReadJson());
        }

        return result;
    }

    private static FileResult ReadFile(ManifestFile file, CancellationToken cancellationToken)
    {
        var result = new FileResult([], [], IsHelmTemplate: false);
        using var content = file.Open();
        try
        {
            var text = ManifestText.ToUtf8(file.Path, content.Bytes);
            var extractor = new ObjectExtractor(file.Path, result.Objects, result.Problems);
            var documents = SimpleYamlConverter.TryConvert(text.Span, cancellationToken)
                ?? YamlConverter.Convert(file.Path, text, cancellationToken);
            foreach (var document in documents)
            {
                extractor.Extract(document);
                if (result.Problems.Count >= MaximumProblemsPerFile)
                {
                    break;
                }
            }
        }
        catch (ManifestProblemException exception)
        {
            result.Problems.Add(exception.Problem);
        }

        // A template seldom is valid YAML. Valid YAML may contain the templates of Prometheus and Grafana.
        return result.Problems.Count > 0 && HelmTemplate.IsTemplate(content.Bytes.Span) ? result with { IsHelmTemplate = true } : result;
    }

    private static List<ManifestObject> SelectDistinct(IEnumerable<ManifestObject> objects, List<ManifestProblem> problems)
    {
        var distinct = new List<ManifestObject>();
        var seen = new Dictionary<ResourceId, ManifestObject>();
        foreach (var candidate in objects)
        {
            if (seen.TryAdd(candidate.Id, candidate))
            {
                distinct.Add(candidate);
            }
            else if (seen[candidate.Id] is var first && !HaveSameContent(first, candidate))
            {
                problems.Add(new ManifestProblem(
                    candidate.File,
                    candidate.Line,
                    $"has {candidate.Id}, which {first.Location} has with other content",
                    "keep one of them"));
            }
        }

        return distinct;
    }

    private static bool HaveSameContent(ManifestObject left, ManifestObject right) =>
        left.Hash == right.Hash || JsonEquality.AreEqual(ParseContent(left), ParseContent(right));

    private static JsonNode? ParseContent(ManifestObject manifest) =>
        JsonNode.Parse(manifest.ReadJson().Span, documentOptions: new() { MaxDepth = Bounds.ManifestDepth.Limit + 1 });

    private static MonitoringException CreateInvalid(List<ManifestProblem> problems)
    {
        if (problems is [var only])
        {
            return new MonitoringException(
                ErrorId.ManifestInvalid,
                $"The manifest {only.Finding}. Nothing was applied",
                only.Remedy,
                only.File);
        }

        var shown = string.Join("; ", problems.Take(MaximumProblemsShown));
        var more = problems.Count - MaximumProblemsShown;
        return new MonitoringException(
            ErrorId.ManifestInvalid,
            $"The manifests have {problems.Count} problems: {shown}{(more > 0 ? $"; and {more} more" : "")}. Nothing was applied",
            "correct the manifests",
            problems[0].File);
    }

    private sealed record FileResult(List<ManifestObject> Objects, List<ManifestProblem> Problems, bool IsHelmTemplate);
}
