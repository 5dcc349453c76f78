using System.Text;
using MilvusMonitoring.Manifests.Yaml;

namespace MilvusMonitoring.Tests;

public sealed class SimpleYamlConverterTests
{
    /// <summary>All that the fast reader takes.</summary>
    private const string Text = """
        # comment
        apiVersion: v1
        metadata:
          name: a
          labels:
            app.kubernetes.io/name: grafana
            "q.uoted": 'sin''gle'
            d: "double # : x"
            esc: "a\n\tb \"q\" \\ c"
          e: []
          f: {}
        list:
        - a
        - --arg=1
        - key: value
          other: |
            one
              two

            three
          third: 5
        -
          k: ~
        - null
        -
        nested:
          - x: 1.50
            p: 0777
            z:
            - http://a:9090/b
          - |-
            text
            "more"

          - on
          - =
          - ''
        empty:
        record: :node:sum
        text: plain text with spaces - and so on
        last: -1
        ---
        kind: Y
        spec:
            deep:
                deeper:
                      - 1e3
                      - .5
            s: |-


              leading breaks
            more:

        """;

    [Fact]
    public void What_generators_write_is_read_without_the_full_parser() => Assert.Equal(Full(Text), Simple(Text));

    [Theory]
    [InlineData("v0.18.0")]
    [InlineData("v0.8.0")]
    public async Task Real_manifests_are_read_without_the_full_parser_and_alike(string version)
    {
        foreach (var file in await RealManifests.ReadAsync(version))
        {
            var text = ManifestTexts.Of(file);
            Assert.Equal(Full(text), Simple(text));
        }
    }

    [Theory]
    [InlineData("a: b\n  c")]
    [InlineData("a: - b")]
    [InlineData("a: b # c")]
    [InlineData("a: b: c")]
    [InlineData("a: b\na: c")]
    [InlineData("a: [b]")]
    [InlineData("a: &b c")]
    [InlineData("a: >\n  b")]
    [InlineData("a: |+\n  b")]
    [InlineData("a: |\n   b\n  c\n")]
    [InlineData("a:\n\tb: c")]
    [InlineData("1: a")]
    [InlineData("a: .inf")]
    [InlineData("a: 'b")]
    [InlineData("a: \"\\x41\"")]
    [InlineData("- - a")]
    [InlineData("a: b\u2028c: d")]
    [InlineData("a: b\r\nc: d\r\n")]
    [InlineData("a:\n  b: c\n d: e")]
    [InlineData("--- a: b")]
    public void What_is_less_plain_is_left_to_the_full_parser(string text) => Assert.Null(Simple(text + "\n"));

    [Fact]
    public void What_both_read_both_read_alike()
    {
        const string alphabet = "\n\n  -:?#&*!|>'\"%@`{}[],<.x0é~\\";
        var random = new Random(20261123);
        var read = 0;
        for (var round = 0; round < 5000; round++)
        {
            var text = new StringBuilder(Text);
            for (var change = random.Next(1, 4); change > 0; change--)
            {
                var at = random.Next(text.Length);
                var from = random.Next(text.Length);
                _ = random.Next(4) switch
                {
                    0 => text.Remove(at, Math.Min(random.Next(1, 20), text.Length - at)),
                    1 => text.Insert(at, text.ToString(from, Math.Min(random.Next(1, 40), text.Length - from))),
                    _ => text.Insert(at, new string(alphabet[random.Next(alphabet.Length)], random.Next(1, 4))),
                };
            }

            if (Simple(text.ToString()) is { } simple)
            {
                read++;
                Assert.Equal(Full(text.ToString()), simple);
            }
        }

        Assert.True(read > 500, $"Only {read} texts were read.");
    }

    private static string? Simple(string text) =>
        SimpleYamlConverter.TryConvert(Encoding.UTF8.GetBytes(text), TestContext.Current.CancellationToken) is { } documents
            ? Shown(documents)
            : null;

    private static string Full(string text)
    {
        var content = Encoding.UTF8.GetBytes(text);
        return Shown(YamlConverter.Convert("a.yaml", content, TestContext.Current.CancellationToken));
    }

    private static string Shown(List<JsonText> documents) =>
        string.Join('\n', documents.Select(document => $"{document.Line} {Encoding.UTF8.GetString(document.Json.Span)}"));
}
