using System.Text;
using MilvusMonitoring.Manifests;
using MilvusMonitoring.Manifests.Archives;

namespace MilvusMonitoring.Tests;

public sealed class ManifestReaderTests
{
    private const string Header = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n";

    [Theory]
    [InlineData("data: {a: 1, 'b': '1', \"c\": \"x\\ty\"}", """{"a":1,"b":"1","c":"x\ty"}""")]
    [InlineData(
        "data:\n  1: a\n  true: b\n  0x10: c\n  1.5: d\n  'on': e\n  on: f",
        """{"1":"a","true":"f","16":"c","1.5":"d","on":"e"}""",
        true
    )]
    [InlineData("data:\n- - 1\n  - []\n- {}\n-", "[[1,[]],{},null]")]
    [InlineData("data: |\n  one\n   two\n\n  three\n", "\"one\\n two\\n\\nthree\\n\"")]
    [InlineData("data: >-\n  one\n  two\n\n  three\n", "\"one two\\nthree\"")]
    [InlineData("data: |+\n  one\n\n", "\"one\\n\\n\"")]
    [InlineData("data: one\n  two", "\"one two\"")]
    [InlineData("data: \"\\ud83d\\ude00 \\u00e9\"", "\"\\uD83D\\uDE00 é\"")]
    [InlineData("data: !!str 1", "\"1\"")]
    [InlineData("data: {a: &x {b: 1}, c: *x, d: [*x, *x]}", """{"a":{"b":1},"c":{"b":1},"d":[{"b":1},{"b":1}]}""")]
    [InlineData("data:\n  a: &x {b: 1, c: 2}\n  d:\n    c: 3\n    <<: *x", """{"a":{"b":1,"c":2},"d":{"c":3,"b":1}}""")]
    [InlineData("data:\n  <<: [{a: 1, b: 2}, {b: 3, c: 4}]\n  c: 5", """{"c":5,"a":1,"b":2}""")]
    [InlineData("data: {'<<': 1}", """{"<<":1}""")]
    [InlineData("data: 18446744073709551615", "18446744073709551615")]
    [InlineData("data: -5 # a comment", "-5")]
    public void Yaml_becomes_the_json_that_it_stands_for(string data, string expected, bool duplicate = false)
    {
        if (duplicate)
        {
            Assert.Contains("'true' twice", Refused(Header + data).Message, StringComparison.Ordinal);
            return;
        }

        var json = Json(Assert.Single(Read(Header + data)));

        Assert.Equal($$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{{{expected}}}}""", json);
    }

    [Fact]
    public void Documents_are_read_one_after_the_other_and_empty_ones_are_passed_over()
    {
        var objects = Read(
            "# a comment\n---\n---\n"
                + Header
                + "---\n# nothing\n---\nnull\n...\n---\n"
                + Header.Replace("name: a", "name: b", StringComparison.Ordinal));

        Assert.Equal(["ConfigMap/a line 4", "ConfigMap/b line 14"], objects.Select(manifest => $"{manifest.Id} line {manifest.Line}"));
    }

    [Theory]
    [InlineData("values.yaml", "crds:\n  enabled: true\n", "Helm chart", "Save-KubePrometheus")]
    [InlineData("my/values-prod.yaml", "image: {tag: v1}", "Helm chart", "Save-KubePrometheus")]
    [InlineData("sa.yaml", "{{- if .Values.x }}\napiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: {{ .Release.Name }}\n{{- end }}", "template of a Helm chart", "Save-KubePrometheus")]
    [InlineData("sa.yaml", "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: {{ include \"x.name\" . }}", "template of a Helm chart", "Save-KubePrometheus")]
    [InlineData("other.yaml", "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization", "kustomization", "kubectl kustomize")]
    [InlineData("other.yaml", "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nmetadata: {name: a}", "kustomization", "kubectl kustomize")]
    public void What_another_program_turns_into_manifests_is_named(string file, string text, string what, string advice)
    {
        var error = Assert.Throws<MonitoringException>(() =>
            ManifestReader.Read([File(file, text)], TestContext.Current.CancellationToken));
        Assert.Equal(ErrorId.ManifestInvalid, error.ErrorId);
        Assert.Contains(what, error.Message, StringComparison.Ordinal);
        Assert.Contains(advice, error.Message, StringComparison.Ordinal);
        Assert.Contains("Nothing was applied", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Several_templates_are_one_error()
    {
        const string Template = "metadata:\n  name: {{ .Release.Name }}";
        var error = Assert.Throws<MonitoringException>(() => ManifestReader.Read(
            [File("a.yaml", Header), File("b.yaml", Template), File("c.yaml", Template)],
            TestContext.Current.CancellationToken));
        Assert.StartsWith("b.yaml and 1 more files are templates of a Helm chart", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Templates_of_Prometheus_and_Grafana_are_text() =>
        Assert.Single(Read(Header + "data:\n  a: '{{ $labels.pod }} {{ .Values.A }} {{ include \"b\" . }}'"));

    [Theory]
    [InlineData("")]
    [InlineData("\n\n# nothing\n")]
    [InlineData("---\n")]
    public void A_file_with_nothing_in_it_gives_nothing(string text) => Assert.Empty(Read(text));

    [Fact]
    public void Lists_of_any_kind_are_flattened_and_their_items_get_the_kind_of_the_list()
    {
        var objects = Read("""
            apiVersion: rbac.authorization.k8s.io/v1
            kind: RoleList
            items:
            - metadata: {name: a, namespace: default}
            - apiVersion: rbac.authorization.k8s.io/v1
              kind: Role
              metadata: {name: b, namespace: kube-system}
            ---
            apiVersion: v1
            kind: List
            items:
            - apiVersion: v1
              kind: ConfigMapList
              items:
              - metadata: {name: c}
            """);

        Assert.Equal(["Role/default/a", "Role/kube-system/b", "ConfigMap/c"], objects.Select(manifest => manifest.Id.ToString()));
        Assert.Equal(
            """{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"Role","metadata":{"name":"a","namespace":"default"}}""",
            Json(objects[0]));
        Assert.Equal(("rbac.authorization.k8s.io", "v1"), (objects[0].Id.Group, objects[0].Version));
    }

    [Fact]
    public void A_json_file_is_read_too()
    {
        var manifest = Assert.Single(
            ManifestReader.Read(
                [
                    File(
                        "a.json",
                        "{\n\t\"apiVersion\": \"v1\",\n\t\"kind\": \"X\",\n\t\"metadata\": {\"name\": \"a\"},\n\t\"url\": "
                            + "\"http:\\/\\/x\"\n}\n"
                    ),
                ],
                TestContext.Current.CancellationToken));

        Assert.Equal("""{"apiVersion":"v1","kind":"X","metadata":{"name":"a"},"url":"http://x"}""", Json(manifest));
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("spec: x", 0)]
    [InlineData("spec: {versions: [{name: v1}, {name: v2}], names: {kind: Widget}}", 2)]
    public void A_definition_says_which_kinds_it_brings(string spec, int kinds) =>
        Assert.Equal(
            kinds,
            Assert
                .Single(Read($"apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {{name: a}}\n{spec}\n"))
                .Defines.Count);

    [Fact]
    public void What_nests_as_deep_as_it_may_is_read_to_the_end()
    {
        var levels = Bounds.ManifestDepth.Limit - 5;
        var deep = string.Concat(Enumerable.Repeat("{a: ", levels)) + "1" + new string('}', levels);
        var definition = Assert.Single(
            Read(
                $"apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {{name: a}}\nspec: {{schema: {deep}, "
                    + $"versions: [{{name: v1}}]}}\nstatus: {deep}\n"
            ));

        Assert.Single(definition.Defines);
        Assert.DoesNotContain("status", Json(ObjectStatus.Remove(definition)), StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_object_twice_counts_once_where_its_content_is_the_same()
    {
        var objects = ManifestReader.Read(
            [File("a.yaml", Header + "data: {x: 1, y1: 2}"), File("b.yaml", Header + "data: {y1: 2, x: 1}")],
            TestContext.Current.CancellationToken);

        Assert.Equal("a.yaml", Assert.Single(objects).File);
    }

    [Fact]
    public void The_same_object_with_other_content_is_refused_with_both_places()
    {
        var error = Assert.Throws<MonitoringException>(() =>
            ManifestReader.Read(
                [File("a.yaml", Header), File("b.yaml", "---\n" + Header + "data: {x: 1}")],
                TestContext.Current.CancellationToken));

        Assert.Equal(ErrorId.ManifestInvalid, error.ErrorId);
        Assert.Contains(
            "b.yaml line 2: has ConfigMap/a, which a.yaml line 1 has with other content",
            error.Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a: 1\nb: [1\nc: 2", "line 2")]
    [InlineData("a: 1\n\tb: 2", "spaces, not with tabs")]
    [InlineData("a:\n  b: 1\n c: 2", "line 3")]
    [InlineData("a: 'x", "line 1")]
    [InlineData("a: @x", "line 1")]
    [InlineData("a: b: c", "line 1")]
    [InlineData("\n\na: 1\nc: 2\na: 3", "line 5: has the key 'a' twice")]
    [InlineData("1: a\n'1': b", "line 2: has the key '1' twice")]
    [InlineData("~: a", "the key '~'")]
    [InlineData("? [a]\n: b", "has a key that is not text")]
    [InlineData("a: .inf", "the value .inf")]
    [InlineData("a: !!binary aGk=", "has the tag")]
    [InlineData("a: !custom x", "has the tag")]
    [InlineData("a: *nowhere", "nowhere")]
    [InlineData("a: &x [*x]", "refers to itself")]
    [InlineData("a: {<<: 1}", "not a mapping")]
    [InlineData("- a", "is not an object but a list")]
    [InlineData("just text", "is not an object but a single value")]
    [InlineData("a: 1\0", "control character 0x00")]
    [InlineData("kind: X\nmetadata: {name: a}", "without apiVersion")]
    [InlineData("apiVersion: v1\nmetadata: {name: a}", "without kind")]
    [InlineData("apiVersion: v1\nkind: X\nmetadata: {}", "a X without metadata.name")]
    [InlineData("apiVersion: v1\nkind: X", "a X without metadata.name")]
    [InlineData("apiVersion: v1\nkind: X\nmetadata: {name: 5}", "a X without metadata.name")]
    [InlineData("apiVersion: v1\nkind: List\nitems: [1]", "is not an object but a single value")]
    public void What_is_wrong_is_said_with_file_and_line(string text, string expected)
    {
        var error = Refused(text);

        Assert.StartsWith("The manifest a.yaml line ", error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void All_files_are_looked_at_before_the_first_problems_are_reported()
    {
        var files = Enumerable.Range(0, 7).Select(number => File($"{number}.yaml", "a: [")).ToList();

        var error = Assert.Throws<MonitoringException>(() => ManifestReader.Read(files, TestContext.Current.CancellationToken));

        Assert.Contains("7 problems", error.Message, StringComparison.Ordinal);
        Assert.Contains("4.yaml", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("5.yaml", error.Message, StringComparison.Ordinal);
        Assert.Contains("and 2 more", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Aliases_by_the_billion_are_refused_before_they_grow()
    {
        var text = new StringBuilder("a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
        for (var level = 1; level < 10; level++)
        {
            var alias = $"*a{level - 1}";
            text.Append($"a{level}: &a{level} [{string.Join(", ", Enumerable.Repeat(alias, 10))}]\n");
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        var error = Refused(text.ToString());

        Assert.Contains("through aliases", error.Message, StringComparison.Ordinal);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 50_000_000);
    }

    [Fact]
    public void Merge_keys_by_the_billion_are_refused_too()
    {
        var text = new StringBuilder(
            $"a0: &a0 {{{string.Join(", ", Enumerable.Range(0, 200).Select(number => $"key{number}: {new string('x', 100)}"))}}}\n");
        for (var level = 1; level < 100; level++)
        {
            text.Append($"a{level}: &a{level} {{<<: *a{level - 1}, extra{level}: 1}}\n");
        }

        Assert.Contains("through aliases", Refused(text.ToString()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[", "]")]
    [InlineData("{a: ", "}")]
    [InlineData("- ", "")]
    public void Nesting_without_end_is_refused(string open, string close)
    {
        var text = "a:\n  " + string.Concat(Enumerable.Repeat(open, 10_000)) + "1" + string.Concat(Enumerable.Repeat(close, 10_000));

        Assert.Contains("nests deeper than 128 levels", Refused(text).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nesting_through_aliases_is_refused_as_well()
    {
        var text = new StringBuilder();
        for (var level = 0; level < 10; level++)
        {
            text.Append($"a{level}: &a{level} {new string('[', 30)}{(level == 0 ? "1" : $"*a{level - 1}")}{new string(']', 30)}\n");
        }

        Assert.Contains("nests deeper than 128 levels", Refused(text.ToString()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_hundred_megabytes_are_refused_without_being_read()
    {
        var error = Assert.Throws<MonitoringException>(() =>
            ManifestReader.Read([new ArchivedFile("big.yaml", new byte[100 * 1024 * 1024])], TestContext.Current.CancellationToken));

        Assert.Equal(ErrorId.ManifestInvalid, error.ErrorId);
        Assert.Contains("big.yaml: has 100 MiB, more than the 16 MiB", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_byte_order_mark_and_utf_16_are_understood()
    {
        var files = new[]
        {
            new ArchivedFile("a.yaml", Encoding.UTF8.GetPreamble().Concat(Encoding.UTF8.GetBytes(Header)).ToArray()),
            new ArchivedFile("b.yaml", Encoding.Unicode.GetPreamble().Concat(Encoding.Unicode.GetBytes(Header)).ToArray()),
            new ArchivedFile(
                "c.yaml",
                Encoding.BigEndianUnicode.GetPreamble().Concat(Encoding.BigEndianUnicode.GetBytes(Header)).ToArray()),
        };

        Assert.Single(ManifestReader.Read(files, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Text_in_another_encoding_is_refused_with_its_line()
    {
        var error = Assert.Throws<MonitoringException>(() =>
            ManifestReader.Read([new ArchivedFile("a.yaml", Encoding.Latin1.GetBytes("a: 1\nb: é"))], TestContext.Current.CancellationToken)
        );

        Assert.Contains("a.yaml line 2: is not UTF-8 text", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Damaged_text_of_any_shape_ends_in_objects_or_in_one_error()
    {
        const string text =
            "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: X\n  metadata: {name: &n a, labels: {\"x\": 'y', z: *n}}\n  "
                + "spec:\n    text: |-\n      one\n       two\n    <<: {q: [1, 2.5, ~]}\n---\n%TAG ! x\n? a\n: >+2\n   b\n";
        const string alphabet = "\t\n -:?#&*!|>'\"%@`{}[],<.x0\u2028\u00e9";
        var random = new Random(20261122);
        for (var round = 0; round < 3000; round++)
        {
            var damaged = new StringBuilder(text);
            for (var change = random.Next(1, 6); change > 0; change--)
            {
                var at = random.Next(damaged.Length);
                switch (random.Next(3))
                {
                    case 0:
                        damaged[at] = alphabet[random.Next(alphabet.Length)];
                        break;
                    case 1:
                        damaged.Insert(at, alphabet[random.Next(alphabet.Length)]);
                        break;
                    default:
                        damaged.Remove(at, Math.Min(random.Next(1, 20), damaged.Length - at));
                        break;
                }
            }

            try
            {
                foreach (var manifest in Read(damaged.ToString()))
                {
                    using var valid = System.Text.Json.JsonDocument.Parse(manifest.ReadJson(), new() { MaxDepth = 200 });
                }
            }
            catch (MonitoringException error)
            {
                Assert.True(error.ErrorId == ErrorId.ManifestInvalid, damaged.ToString());
            }
        }
    }

    [Fact]
    public void A_cancelled_reading_ends()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();

        Assert.ThrowsAny<OperationCanceledException>(() => ManifestReader.Read([File("a.yaml", Header)], source.Token));
    }

    private static IReadOnlyList<ManifestObject> Read(string text) =>
        ManifestReader.Read([File("a.yaml", text)], TestContext.Current.CancellationToken);

    private static MonitoringException Refused(string text)
    {
        var error = Assert.Throws<MonitoringException>(() => Read(text));
        Assert.Equal(ErrorId.ManifestInvalid, error.ErrorId);
        return error;
    }

    private static ArchivedFile File(string path, string text) => new(path, Encoding.UTF8.GetBytes(text));

    private static string Json(ManifestObject manifest) => Encoding.UTF8.GetString(manifest.ReadJson().Span);
}
