using System.Text;
using MilvusMonitoring.KubePrometheus;
using MilvusMonitoring.Manifests.Archives;
using MilvusMonitoring.Manifests.Files;
using MilvusMonitoring.Manifests.Yaml;

namespace MilvusMonitoring.Campaigns.Fuzzing.Targets;

/// <summary>Manifests. What the fast reader takes, the slow one has to read alike.</summary>
internal sealed class ManifestTarget
{
    private const string FileName = "fuzz.yaml";

    private readonly Mutator _texts = new(
        [
            .. Directory
                .EnumerateFiles(Path.Combine(BuiltTree.Root, "tests", "Demo", "manifests"), "*.yaml", SearchOption.AllDirectories)
                .Order(StringComparer.Ordinal)
                .Select(File.ReadAllText)
                .Where(text => text.Length < 2500),
            Other,
        ],
        [
            "---\n",
            "...\n",
            "- ",
            ": ",
            "  ",
            "? ",
            "&a ",
            "*a",
            "<<: *a\n",
            "|\n",
            ">-\n",
            "|2+\n",
            "!!binary ",
            "!!str ",
            "# ",
            "'",
            "0x1F",
            "1_000",
            "~",
            ".inf",
            "on",
            "2001-01-01",
            "%YAML 1.2\n",
            "{a: [b, 'c'], d: }",
            "kind: List\nitems:\n",
            "- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: a}\n",
            "@",
            "`",
            "-",
            ":",
            "\u2028",
            "\u0085",
        ]);

    /// <summary>What the samples lack.</summary>
    private const string Other = """
        apiVersion: v1
        kind: ConfigMapList
        items:
        - apiVersion: v1
          kind: ConfigMap
          metadata: {name: "a\u00e9\n", labels: {x: 'y''z', "q": &anchor 1}}
          data:
            text: |2-
                indented
              less
            folded: >+
              one
              two

              three

            other: *anchor
            number: 0o17
            ? complex
            : value
        ---
        {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "b"}, "data": {"k": "dg=="}}
        """;

    public void TryOne(Random random)
    {
        var text = _texts.Next(random);
        MonitoringException? failure = null;
        try
        {
            var manifests = new ManifestSet(
                FileName,
                [new ArchivedFile(FileName, text)],
                new ManifestSelection([], "mirror.local"),
                "default",
                CancellationToken.None);
            PropertyException.Check(manifests.Objects.All(manifest => manifest.ReadJson().Length == manifest.Length), () =>
                "its content is not what was counted");
        }
        catch (MonitoringException exception)
        {
            failure = exception;
        }

        if (TryFast(text) is { } fast)
        {
            PropertyException.Check(TrySlow(text) is { } slow && slow.SequenceEqual(fast), () =>
                $"read one way it is {string.Join('|', fast)}, the other way {string.Join('|', TrySlow(text) ?? ["refused"])}");
        }

        if (failure is not null)
        {
            throw failure;
        }
    }

    private static List<string>? TryFast(byte[] text)
    {
        try
        {
            return SimpleYamlConverter.TryConvert(ManifestText.ToUtf8(FileName, text).Span, CancellationToken.None)?.ConvertAll(Text);
        }
        catch (ManifestProblemException)
        {
            return null;
        }
    }

    private static List<string>? TrySlow(byte[] text)
    {
        try
        {
            return YamlConverter.Convert(FileName, ManifestText.ToUtf8(FileName, text), CancellationToken.None).ConvertAll(Text);
        }
        catch (ManifestProblemException)
        {
            return null;
        }
    }

    private static string Text(JsonText document) => Encoding.UTF8.GetString(document.Json.Span);
}
