using System.Management.Automation;
using System.Security;
using MilvusMonitoring.Servers;

namespace MilvusMonitoring.Commands;

/// <summary>Reads the parameters that name a server at an address, and how to sign in to it.</summary>
internal static class ServerParameters
{
    /// <exception cref="MonitoringException"><see cref="ErrorId.ParameterInvalid"/>: an address is invalid, or has a user name.</exception>
    public static void EnsureAddresses(IEnumerable<Uri> addresses, ServerAccess access)
    {
        foreach (var address in addresses)
        {
            EnsureAddress(address, access);
        }
    }

    /// <param name="authority">The full path of the file with authorities; null for those of this machine.</param>
    /// <exception cref="MonitoringException"><see cref="ErrorId.ParameterInvalid"/>: the parameters contradict each other.</exception>
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

    private static void EnsureAddress(Uri address, ServerAccess access)
    {
        if (!address.IsAbsoluteUri || address.Scheme is not ("http" or "https"))
        {
            throw new MonitoringException(
                ErrorId.ParameterInvalid,
                $"'{address}' is not the address of a server",
                $"give an address such as http://localhost:{access.UsualPort}",
                $"{access.Name}Uri");
        }

        if (address.UserInfo.Length > 0)
        {
            throw new MonitoringException(
                ErrorId.ParameterInvalid,
                $"The address of {address.Authority} in -{access.Name}Uri contains a user name, which logs and histories keep",
                $"give the address without a user name, and sign in with -{access.Name}Credential or -{access.Name}Token",
                $"{access.Name}Uri");
        }
    }
}
