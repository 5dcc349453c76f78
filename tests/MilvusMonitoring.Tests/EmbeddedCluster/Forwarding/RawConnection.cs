using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using EmbeddedCluster;

namespace MilvusMonitoring.Tests.EmbeddedCluster.Forwarding;

/// <summary>A frame of a WebSocket as it came.</summary>
internal sealed record RawFrame(int Opcode, byte[] Payload)
{
    public const int Binary = 2;
    public const int Close = 8;
    public const int Ping = 9;
    public const int Pong = 10;
}

/// <summary>The head of an answer of HTTP/1.1, and its body.</summary>
internal sealed record RawAnswer(int Status, IReadOnlyDictionary<string, string> Headers, string Body);

/// <summary>HTTP/1.1 and frames of WebSockets to the byte: no client library adds, answers or hides anything.</summary>
internal sealed class RawConnection : IDisposable
{
    private readonly TcpClient _client = new();
    private readonly SslStream _stream;

    private RawConnection(TcpClient client, SslStream stream) => (_client, _stream) = (client, stream);

    public static async Task<RawConnection> OpenAsync(Cluster cluster, X509Certificate2? user, CancellationToken cancellationToken)
    {
        var client = new TcpClient();
        await client.ConnectAsync(cluster.Server.Host, cluster.Server.Port, cancellationToken);
        var stream = new SslStream(client.GetStream());
        await stream.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = cluster.Server.Host,
                ApplicationProtocols = [SslApplicationProtocol.Http11],
                ClientCertificates = user is null ? null : [user],
                RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                    certificate?.Issuer.Contains("embedded-ca", StringComparison.Ordinal) == true,
            },
            cancellationToken);
        return new(client, stream);
    }

    public async Task<RawAnswer> AskAsync(
        string method,
        string path,
        IEnumerable<KeyValuePair<string, string>> headers,
        CancellationToken cancellationToken)
    {
        var head = new StringBuilder($"{method} {path} HTTP/1.1\r\n");
        foreach (var (name, value) in headers)
        {
            head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        }

        await _stream.WriteAsync(Encoding.ASCII.GetBytes(head.Append("\r\n").ToString()), cancellationToken);
        var status = int.Parse((await ReadLineAsync(cancellationToken)).Split(' ')[1], CultureInfo.InvariantCulture);
        var answered = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while (await ReadLineAsync(cancellationToken) is { Length: > 0 } line)
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            answered[line[..colon]] = line[(colon + 1)..].Trim();
        }

        var body = new byte[answered.TryGetValue("Content-Length", out var length) ? int.Parse(length, CultureInfo.InvariantCulture) : 0];
        await _stream.ReadExactlyAsync(body, cancellationToken);
        return new(status, answered, Encoding.UTF8.GetString(body));
    }

    public async Task SendAsync(int opcode, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        Assert.InRange(payload.Length, 0, 125);

        // A mask of zeros leaves the bytes as they are.
        byte[] frame = [(byte)(0x80 | opcode), (byte)(0x80 | payload.Length), 0, 0, 0, 0, .. payload.Span];
        await _stream.WriteAsync(frame, cancellationToken);
    }

    /// <returns>The next frame; null where the server has ended the connection.</returns>
    public async Task<RawFrame?> ReceiveAsync(CancellationToken cancellationToken)
    {
        var head = new byte[2];
        if (await _stream.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellationToken) == 0)
        {
            return null;
        }

        // Whole frames without a mask, as servers send them.
        Assert.Equal((0x80, 0), (head[0] & 0xF0, head[1] & 0x80));
        var length = (int)head[1];
        if (length == 126)
        {
            var more = new byte[2];
            await _stream.ReadExactlyAsync(more, cancellationToken);
            length = (more[0] << 8) | more[1];
        }

        Assert.InRange(length, 0, 0xFFFF);
        var payload = new byte[length];
        await _stream.ReadExactlyAsync(payload, cancellationToken);
        return new(head[0] & 0x0F, payload);
    }

    public void Dispose()
    {
        _stream.Dispose();
        _client.Dispose();
    }

    private async Task<string> ReadLineAsync(CancellationToken cancellationToken)
    {
        var line = new List<byte>();
        var one = new byte[1];
        while (line is not [.., (byte)'\r', (byte)'\n'])
        {
            await _stream.ReadExactlyAsync(one, cancellationToken);
            line.Add(one[0]);
        }

        return Encoding.ASCII.GetString([.. line[..^2]]);
    }
}
