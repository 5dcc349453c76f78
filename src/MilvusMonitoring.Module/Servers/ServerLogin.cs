using System.Net;
using System.Net.Http.Headers;
using System.Security;
using System.Text;

namespace MilvusMonitoring.Servers;

/// <summary>Who signs in to a server. The secret is in no text of this type.</summary>
internal sealed class ServerLogin
{
    private readonly Func<AuthenticationHeaderValue> _createHeader;

    private ServerLogin(Func<AuthenticationHeaderValue> createHeader) => _createHeader = createHeader;

    public static ServerLogin FromCredential(NetworkCredential credential) => new(() =>
    {
        var pair = Encoding.UTF8.GetBytes($"{credential.UserName}:{credential.Password}");
        return new AuthenticationHeaderValue("Basic", Convert.ToBase64String(pair));
    });

    /// <summary>Signs in with a bearer token.</summary>
    /// <param name="token">The token, as text or as the content of a file.</param>
    /// <param name="parameter">The parameter that has the token, for the error.</param>
    /// <exception cref="MonitoringException">The token has characters that a header does not accept.</exception>
    public static ServerLogin FromToken(SecureString token, string parameter)
    {
        if (Read(token) is not { Length: > 0 } text || text.Any(character => character is <= ' ' or > '~'))
        {
            throw new MonitoringException(
                ErrorId.ParameterInvalid,
                $"-{parameter} is empty, or contains characters that a token cannot have",
                "give the token alone, without quotes or 'Bearer'",
                parameter);
        }

        return new ServerLogin(() => new AuthenticationHeaderValue("Bearer", Read(token)));
    }

    public AuthenticationHeaderValue CreateHeader() => _createHeader();

    private static string Read(SecureString token) => new NetworkCredential(string.Empty, token).Password.Trim();
}

/// <summary>How to sign in to a server at an address, and which authorities to trust.</summary>
/// <param name="Name">The first word of the parameters: <c>Prometheus</c>, <c>Alertmanager</c> or <c>Grafana</c>.</param>
/// <param name="UsualPort">The port that the server usually listens on.</param>
internal sealed record ServerAccess(string Name, int UsualPort)
{
    public static ServerAccess Prometheus { get; } = new("Prometheus", 9090);

    public static ServerAccess Alertmanager { get; } = new("Alertmanager", 9093);

    public static ServerAccess Grafana { get; } = new("Grafana", 3000);

    /// <summary>Whether the caller named the address of the server; else it is asked in its pods.</summary>
    public bool IsNamed { get; init; }

    /// <summary>Who signs in; null for nobody.</summary>
    public ServerLogin? Login { get; init; }

    /// <summary>The authorities of the server's certificate; null for those of this machine.</summary>
    public ServerAuthorities? Authorities { get; init; }
}
