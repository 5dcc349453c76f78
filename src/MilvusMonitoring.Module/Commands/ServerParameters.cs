using System.Management.Automation;
using System.Security;
using MilvusMonitoring.Servers;

namespace MilvusMonitoring.Commands;

/// <summary>Parses the parameters of a server at an address.</summary>
internal static class ServerParameters
{
    /// <summary>Refuses what is no address of a server, and an address with a user in it.</summary>
    public static void EnsureAddress(Uri address, ServerAccess access)
    {
        if (!address.IsAbsoluteUri || address.Scheme is not ("http" or "https"))
        {
            throw new MonitoringException(
                ErrorId.ParameterInvalid,
                $"'{address}' is not the address of a server",
                $"give an address such as http://localhost:{(access == ServerAccess.Grafana ? 3000 : 9090)}",
                $"{access.Name}Uri");
        }

        if (address.UserInfo.Length > 0)
        {
            throw new MonitoringException(
                ErrorId.ParameterInvalid,
                $"The address of {address.Authority} in -{access.Name}Uri has a user in it, which logs and histories keep",
                $"leave the user out, and give it with -{access.Name}Credential or -{access.Name}Token",
                $"{access.Name}Uri");
        }
    }

    /// <summary>Creates what signs in to a server.</summary>
    /// <param name="access">The server.</param>
    /// <param name="credential">The user and password; null for none.</param>
    /// <param name="token">The bearer token; null for none.</param>
    /// <param name="authority">The full path of a file with the authorities of its certificate; null for those of this machine.</param>
    public static ServerAccess CreateAccess(ServerAccess access, PSCredential? credential, SecureString? token, string? authority)
    {
        if (credential is not null && token is not null)
        {
            throw new MonitoringException(
                ErrorId.ParameterInvalid,
                $"-{access.Name}Credential and -{access.Name}Token exclude each other",
                "give one of them",
                $"{access.Name}Token");
        }

        var login = token is null ? null : ServerLogin.FromToken(token, $"{access.Name}Token");
        return access with
        {
            Login = credential is null ? login : ServerLogin.FromCredential(credential.GetNetworkCredential()),
            Authorities = authority is null ? null : ServerAuthorities.Read(authority, $"{access.Name}CertificateAuthority"),
        };
    }
}
