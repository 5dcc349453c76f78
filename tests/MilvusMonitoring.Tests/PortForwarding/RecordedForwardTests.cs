using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using MilvusMonitoring.Kubernetes.Errors;
using MilvusMonitoring.PortForwarding;
using MilvusMonitoring.Tests.EmbeddedCluster.Apply;

namespace MilvusMonitoring.Tests.PortForwarding;

/// <summary>What the module makes of what real nodes sent.</summary>
public sealed class RecordedForwardTests
{
    private const string File = "port-forward.json";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("v1.20", "a pod in phase Failed (its container has ended)", ErrorId.ServerFailed, "pod not found (\"pf-crash_bug-rec\")")]
    [InlineData("v1.36", "a pod in phase Failed (its container has ended)", ErrorId.ServerFailed, "pod not found (\"pf-crash_bug-rec\")")]
    [InlineData("v1.20", "a pod that has just been deleted", ErrorId.ObjectNotFound, "pods \"pf-gone\" not found; ")]
    [InlineData("v1.36", "a pod that has just been deleted", ErrorId.ObjectNotFound, "pods \"pf-gone\" not found; ")]
    [InlineData(
        "v1.20",
        "a pod that no node takes (Pending, unscheduled)",
        ErrorId.ObjectInvalid,
        "pod pf-unscheduled does not have a host assigned; "
    )]
    [InlineData(
        "v1.36",
        "a pod that no node takes (Pending, unscheduled)",
        ErrorId.ObjectInvalid,
        "pod pf-unscheduled does not have a host assigned; "
    )]
    [InlineData("v1.20", "Accept: application/json", ErrorId.ServerFailed, "(406) (406: Not Acceptable); ")]
    [InlineData("v1.36", "Accept: application/json", ErrorId.ServerFailed, "(406) (406: Not Acceptable Available representations); ")]
    [InlineData(
        "v1.20",
        "a user who may not (impersonated service account)",
        ErrorId.PermissionDenied,
        "resources: [\"pods/portforward\"], verbs: [\"get\"]"
    )]
    [InlineData(
        "v1.36",
        "a user who may not (impersonated service account)",
        ErrorId.PermissionDenied,
        "resources: [\"pods/portforward\"], verbs: [\"get\"]"
    )]
    [InlineData("v1.20", "a bad bearer token", ErrorId.NotAuthenticated, "the API server does not accept the credentials; ")]
    [InlineData("v1.36", "a bad bearer token", ErrorId.NotAuthenticated, "the API server does not accept the credentials; ")]
    public void A_refusal_becomes_one_line_with_a_remedy(string version, string note, string errorId, string text)
    {
        var response = Recordings.Load(version, File).Single(each => each!["note"]!.ToString() == note)!["response"]!;

        var status = StatusBody.Parse((HttpStatusCode)(int)response["status"]!, Encoding.UTF8.GetBytes(response["body"]!.ToString()));
        var error = ClusterErrors.From(status, "forward to Pod/bug-rec/p:8080", "p");

        Assert.Equal(errorId, error.ErrorId);
        Assert.StartsWith("Cannot forward to Pod/bug-rec/p:8080: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(text, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Theory]
    [InlineData("v1.20")]
    [InlineData("v1.36")]
    public async Task The_frames_of_a_forward_are_its_pods_bytes_and_then_its_end(string version)
    {
        var forwards = Recordings.Load(version, File).Where(IsOfOnePort).ToList();
        Assert.True(forwards.Count > 12);
        foreach (var forward in forwards)
        {
            var frames = forward!["frames"]!.AsArray().Where(each => each!["from"]!.ToString() == "server").ToList();
            var data = string.Concat(frames.Where(each => IsText(each, 0)).Select(each => each!["text"]));
            var isRefused = frames.Any(each => IsText(each, 1));

            var (received, end, endText) = await ReceiveAsync([.. frames.SelectMany(each => Bytes(each!))]);

            Assert.Equal(
                (data, isRefused ? PodEnd.Refused : PodEnd.Clean, isRefused ? "connection refused" : ""),
                (received, end, endText));
        }
    }

    private static bool IsOfOnePort(JsonNode? exchange) =>
        (int)exchange!["response"]!["status"]! == 101
        && (exchange["response"]!["headers"]!["Sec-WebSocket-Protocol"]?.ToString() == PodConnection.Protocol)
        && exchange["request"]!["path"]!.ToString() is var path
        && path.Contains("ports=", StringComparison.Ordinal)
        && path.Split("ports=").Length == 2
        && !path.Contains(',', StringComparison.Ordinal)
        && exchange["end"]!["how"]!.ToString().StartsWith("the server closed", StringComparison.Ordinal);

    private static bool IsText(JsonNode? frame, int channel) => (int?)frame!["channel"] == channel && frame["text"] is not null;

    private static byte[] Bytes(JsonNode frame)
    {
        if (frame["opcode"]?.ToString() == "close")
        {
            var code = (int)frame["code"]!;
            return [0x88, 2, (byte)(code >> 8), (byte)code];
        }

        byte[] payload =
        [
            (byte)(int)frame["channel"]!,
            .. frame["base64"] is { } bytes
                ? Convert.FromBase64String(bytes.ToString())
                : Encoding.UTF8.GetBytes(frame["text"]!.ToString()),
        ];
        return payload.Length < 126
            ? [0x82, (byte)payload.Length, .. payload]
            : [0x82, 126, (byte)(payload.Length >> 8), (byte)payload.Length, .. payload];
    }

    private static async Task<(string Received, PodEnd End, string EndText)> ReceiveAsync(byte[] sent)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var client = new TcpClient();
        await client.ConnectAsync((IPEndPoint)listener.LocalEndpoint, Token);
        using var server = await listener.AcceptTcpClientAsync(Token);
        await server.GetStream().WriteAsync(sent, Token);

        // As a server does after its close frame; a client waits a second for it.
        server.Client.Shutdown(SocketShutdown.Send);
        await using var connection = new PodConnection(
            WebSocket.CreateFromStream(client.GetStream(), new WebSocketCreationOptions()),
            new PodAddress("bug-rec", "p", 8080));
        var received = new StringBuilder();
        while (await connection.ReceiveAsync() is { IsEmpty: false } data)
        {
            received.Append(Encoding.UTF8.GetString(data.Span));
        }

        return (received.ToString(), connection.End, connection.EndText);
    }
}
