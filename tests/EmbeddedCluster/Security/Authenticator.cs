using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http;

namespace EmbeddedCluster.Security;

/// <summary>Tells who a request comes from: a client certificate of our authority, a token that we made out, or nobody.</summary>
internal sealed class Authenticator(CertificateAuthority authority)
{
    private readonly ConcurrentDictionary<string, UserInfo> _tokens = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, UserInfo?> _certificates = new(StringComparer.Ordinal);

    public string CreateToken(string user, IEnumerable<string> groups)
    {
        var token = Convert.ToHexString(RandomNumberGenerator.GetBytes(24)).ToLowerInvariant();
        _tokens[token] = UserInfo.Authenticated(user, groups);
        return token;
    }

    public UserInfo? FindToken(string token) => _tokens.GetValueOrDefault(token);

    /// <returns>Null when credentials were given and are not valid.</returns>
    public UserInfo? Authenticate(HttpContext context)
    {
        if (context.Connection.ClientCertificate is { } certificate)
        {
            return _certificates.GetOrAdd(certificate.Thumbprint, _ => authority.Issued(certificate) ? ReadSubject(certificate) : null);
        }

        var authorization = context.Request.Headers.Authorization.ToString();
        if (authorization.Length == 0)
        {
            return UserInfo.Anonymous;
        }

        return authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? FindToken(authorization[7..].Trim()) : null;
    }

    /// <returns>Whom the request wants to act as; null when it does not impersonate.</returns>
    public static UserInfo? ReadImpersonation(IHeaderDictionary headers)
    {
        var user = headers["Impersonate-User"].ToString();
        return user.Length == 0 ? null : UserInfo.Authenticated(user, headers["Impersonate-Group"].OfType<string>());
    }

    private static UserInfo ReadSubject(X509Certificate2 certificate)
    {
        var parts = certificate
            .SubjectName.EnumerateRelativeDistinguishedNames(reversed: false)
            .Select(each => (Type: each.GetSingleElementType().Value, Value: each.GetSingleElementValue() ?? ""))
            .ToList();
        return UserInfo.Authenticated(
            parts.FirstOrDefault(each => each.Type == "2.5.4.3").Value ?? "",
            parts.Where(each => each.Type == "2.5.4.10").Select(each => each.Value));
    }
}
