using System.IO.Compression;
using System.Text;
using MilvusMonitoring.Milvus;
using MilvusMonitoring.Milvus.Helm;

namespace MilvusMonitoring.Campaigns.Fuzzing.Targets;

/// <summary>Helm's release records: a record that is damaged is said to be, one that is not gives a ServiceMonitor.</summary>
internal sealed class HelmRecordTarget
{
    private readonly Mutator _records = new(
        [
            """{"name":"my-release","namespace":"default","version":3,"info":{"status":"deployed"},"chart":{"metadata":{"name":"milvus","version":"5.0.19","appVersion":"2.6"},"values":{"cluster":{"enabled":true},"metrics":{"enabled":true,"serviceMonitor":{"enabled":false,"interval":"30s","additionalLabels":{"a":"b"}}}}},"config":{"metrics":{"serviceMonitor":{"enabled":true,"additionalLabels":{"release":"kps","a":null}}},"nameOverride":"m","cluster":{"enabled":false}}}""",
            """{"chart":{"values":null,"metadata":{"version":"1.0.0+x","name":"milvus"}},"name":"a","config":null,"info":{"status":"failed"},"version":1}""",
        ],
        [
            "\"name\":",
            "\"config\":",
            "\"fullnameOverride\":\"x\",",
            "\"version\":2147483648,",
            "\"nameOverride\":\"\",",
            "\"metrics\":[],",
            "\"additionalLabels\":{\"a\":1,\"a\":2},",
            "\"\\ud83d\"",
            "," + new string('[', 70),
        ]);

    public void TryOne(Random random)
    {
        var json = _records.Next(random);
        var packed = random.Next(3) == 0 ? json : Pack(json);
        var text = Convert.ToBase64String(packed);
        if (random.Next(10) == 0 && text.Length > 0)
        {
            text = text.Remove(random.Next(text.Length), 1);
        }

        string? damage;
        var record = random.Next(3) switch
        {
            0 => HelmRecordReader.Read(Encoding.UTF8.GetString(json), out damage),
            1 => HelmRecordReader.Read(text, out damage),
            _ => HelmRecordReader.ReadSecret(Convert.ToBase64String(Encoding.UTF8.GetBytes(text)), out damage),
        };
        PropertyException.Check(
            record is null == damage is { Length: > 0 } && damage?.Contains('\n', StringComparison.Ordinal) is not true,
            () => $"the damage is '{damage}'");
        if (record is { ChartName: MilvusChart.Name })
        {
            var chart = new MilvusChart(record.Name, "default", record.ChartVersion, record.AppVersion, record.Values);
            chart.RenderMonitor().ToJsonString();
        }
    }

    private static byte[] Pack(byte[] json)
    {
        using var stream = new MemoryStream();
        using (var packing = new GZipStream(stream, CompressionLevel.Fastest, leaveOpen: true))
        {
            packing.Write(json);
        }

        return stream.ToArray();
    }
}
