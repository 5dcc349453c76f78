using System.IO.Compression;
using System.Text;
using MilvusMonitoring.Milvus.Helm;

namespace MilvusMonitoring.Tests.Milvus;

public sealed class HelmRecordReaderTests
{
    private const string Json = """
        {"name":"my-release","namespace":"db","version":12,"info":{"status":"deployed"},
         "chart":{"metadata":{"name":"milvus","version":"5.0.19","appVersion":"2.6.15"},"values":{"cluster":{"enabled":true},"a":1},"templates":[{"name":"x","data":"eA=="}]},
         "config":{"cluster":{"enabled":false}},"manifest":"---\n"}
        """;

    [Fact]
    public void A_packed_record_of_a_Secret_is_read_with_its_values_merged()
    {
        var record = HelmRecordReader.ReadSecret(Base64(Encoding.UTF8.GetBytes(Base64(Pack(Json)))), out var damage);
        Assert.Null(damage);
        Assert.Equal(
            ("my-release", 12, "deployed", "milvus", "5.0.19", "2.6.15"),
            (record!.Name, record.Revision, record.Status, record.ChartName, record.ChartVersion, record.AppVersion));
        Assert.Equal("""{"cluster":{"enabled":false}}""", record.Values.GetRawText());
        var content = HelmRecordReader.GetContent(record.Source);
        Assert.Equal(("""{"cluster":{"enabled":false}}""", "---\n"), (content.Config.GetRawText(), content.Manifest));
    }

    [Fact]
    public void A_record_of_a_ConfigMap_may_be_packed_or_plain() =>
        Assert.All([Base64(Pack(Json)), Base64(Encoding.UTF8.GetBytes(Json)), Json], data =>
            Assert.Equal(12, HelmRecordReader.Read(data, out _)!.Revision));

    [Fact]
    public void Values_of_another_chart_are_not_looked_at()
    {
        var record = HelmRecordReader.Read(Json.Replace("\"milvus\"", "\"other\"", StringComparison.Ordinal), out _);
        Assert.Equal(("other", "{}"), (record!.ChartName, record.Values.GetRawText()));
    }

    [Fact]
    public void Of_a_chart_with_subcharts_only_what_a_monitor_of_Milvus_depends_on_is_kept()
    {
        const string Platform = """
            {"name":"ip","version":3,"info":{"status":"deployed","last_deployed":"2026-08-01T10:00:00.123456789Z"},
             "chart":{"metadata":{"name":"platform","version":"1.0.0","dependencies":[{"name":"milvus","alias":"vdb"}]},
              "lock":{"dependencies":[{"name":"milvus","version":"4.2.50"}]},
              "values":{"vdb":{"enabled":true,"metrics":{"enabled":true},"note":"text"},"notes":["long"],"rag":{"store":{"size":1}}}},
             "config":{"vdb":{"metrics":{"enabled":false},"image":{"all":{"tag":"v2.6.15"}}},"tags":{"vectors":false}},
             "manifest":"---\n# Source: platform/charts/vdb/templates/a.yaml\nkind: A\n---\n# Source: platform/charts/vdb/templates/b.yaml\ndata: '# Source: no/charts/milvus/templates/c'"}
            """;
        var record = HelmRecordReader.Read(Platform, out _)!;
        Assert.Equal(
            """{"vdb":{"enabled":true,"metrics":{"enabled":false},"image":{"all":{"tag":"v2.6.15"}}},"rag":{"store":{}},"tags":{"vectors":false}}""",
            record.Values.GetRawText());
        Assert.Equal("platform/charts/vdb", Assert.Single(record.RenderedCharts));
        Assert.Equal(2026, record.UpdatedAt?.Year);
        Assert.Equal(
            ("vdb", "4.2.50"),
            (
                record.ChartMetadata.GetProperty("dependencies")[0].GetProperty("alias").GetString(),
                record.ChartLock.GetProperty("dependencies")[0].GetProperty("version").GetString()));
    }

    [Fact]
    public void A_chart_that_helm_would_take_for_an_option_is_refused()
    {
        Assert.Null(HelmRecordReader.Read(Json.Replace("\"milvus\"", "\"--post-renderer=milvus\"", StringComparison.Ordinal), out var damage));
        Assert.Contains("option", damage, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_record_is_none_and_says_why()
    {
        var packed = Pack(Json);
        (string? Data, string Why)[] damaged =
        [
            (null, "no data"),
            ("", "not valid JSON"),
            ("%%%", "neither base64 nor JSON"),
            (Base64("no json"u8.ToArray()), "not valid JSON"),
            (Base64(Pack("{")), "not valid JSON"),
            (Base64([.. packed[..20]]), ""),
            (Base64([.. packed[..12], .. new byte[40]]), ""),
            ("{}", "missing"),
            (Json.Replace("\"version\":12", "\"version\":\"12\"", StringComparison.Ordinal), "missing"),
            (new string('[', 100), "neither"),
            ("{\"name\":" + new string('[', 1000), "not valid JSON"),
            (Json.Replace("my-release", "\\ud800", StringComparison.Ordinal), "not valid JSON"),
            (Base64([.. Encoding.UTF8.GetBytes(Json[..10]), 0xff, .. Encoding.UTF8.GetBytes(Json[10..])]), "not valid JSON"),
        ];
        Assert.All(damaged, item =>
        {
            Assert.Null(HelmRecordReader.Read(item.Data, out var damage));
            Assert.Contains(item.Why, damage, StringComparison.Ordinal);
        });
        Assert.Null(HelmRecordReader.ReadSecret("%%%", out var secretDamage));
        Assert.Contains("base64", secretDamage, StringComparison.Ordinal);
    }

    [Fact]
    public void A_record_that_would_unpack_without_end_is_given_up()
    {
        using var stream = new MemoryStream();
        using (var packing = new GZipStream(stream, CompressionLevel.Fastest, leaveOpen: true))
        {
            var block = new byte[1 << 20];
            Array.Fill(block, (byte)' ');
            for (var written = 0; written <= Bounds.HelmRecord.Limit; written += block.Length)
            {
                packing.Write(block);
            }
        }

        Assert.Null(HelmRecordReader.Read(Base64(stream.ToArray()), out var damage));
        Assert.Contains("16 MiB", damage, StringComparison.Ordinal);
    }

    private static byte[] Pack(string json)
    {
        using var stream = new MemoryStream();
        using (var packing = new GZipStream(stream, CompressionMode.Compress, leaveOpen: true))
        {
            packing.Write(Encoding.UTF8.GetBytes(json));
        }

        return stream.ToArray();
    }

    private static string Base64(byte[] bytes) => Convert.ToBase64String(bytes);
}
