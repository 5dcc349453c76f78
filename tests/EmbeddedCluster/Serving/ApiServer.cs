using EmbeddedCluster.Apply;
using EmbeddedCluster.Authorization;
using EmbeddedCluster.Kinds;
using EmbeddedCluster.Security;
using Microsoft.AspNetCore.Http;

namespace EmbeddedCluster.Serving;

/// <summary>From a request to its reply: who asks, may he, and who answers.</summary>
internal sealed class ApiServer
{
    private static readonly string[] s_public = ["/version", "/readyz", "/livez", "/healthz"];

    private readonly ClusterState _state;
    private readonly AccessControl _access;
    private readonly ApiCatalog _catalog;
    private readonly Discovery _discovery;
    private readonly OpenApi _openApi;
    private readonly ResourceRequests _resources;

    public ApiServer(ClusterState state, CancellationToken stopping)
    {
        _state = state;
        _access = new(state);
        _catalog = new(state);
        _discovery = new(state, _catalog);
        _openApi = new(state);
        _resources = new(state, _access, stopping);
    }

    /// <param name="identify">Told who asks, as soon as it is known.</param>
    public async Task<ApiReply> ReplyAsync(HttpContext context, Action<string> identify)
    {
        try
        {
            if (_state.Failure is { } failure)
            {
                throw ApiException.Internal($"the controllers of the embedded cluster have failed: {failure}");
            }

            var user = Identify(context);
            identify(user.Name);
            return await DispatchAsync(context, user).ConfigureAwait(false);
        }
        catch (ApiException exception)
        {
            return ApiReply.Of(exception);
        }
        catch (PatchException exception)
        {
            return ApiReply.Of(Translate(exception));
        }
    }

    private UserInfo Identify(HttpContext context)
    {
        var user = _state.Authenticator.Authenticate(context) ?? throw ApiException.Unauthorized();
        if (
            user.IsAnonymous
            && !_access.IsOn
            && !s_public.Any(each => context.Request.Path.StartsWithSegments(each, StringComparison.Ordinal)))
        {
            throw ApiException.Unauthorized();
        }

        if (Authenticator.ReadImpersonation(context.Request.Headers) is not { } wanted)
        {
            return user;
        }

        CheckImpersonation(user, new("", "users"), wanted.Name);
        foreach (var group in wanted.Groups.Where(each => each != "system:authenticated"))
        {
            CheckImpersonation(user, new("", "groups"), group);
        }

        return wanted;
    }

    private void CheckImpersonation(UserInfo user, ResourceId what, string name)
    {
        var attributes = new RequestAttributes(user.Name, user.Groups, "impersonate") { Resource = what.Plural, Name = name };
        if (!_access.Decide(attributes).Allowed)
        {
            throw ApiException.Forbidden(what, name, attributes.Refusal);
        }
    }

    private async Task<ApiReply> DispatchAsync(HttpContext context, UserInfo user)
    {
        var path = context.Request.Path.Value ?? "/";
        if (RequestPath.Parse(path) is { } resource)
        {
            return await _resources.ReplyAsync(context, user, resource, _catalog).ConfigureAwait(false);
        }

        _access.CheckPath(user, RequestPath.VerbOf(context.Request.Method, named: true, watch: false), path);
        if (context.Request.Method is not ("GET" or "HEAD"))
        {
            return ApiReply.PathNotFound();
        }

        var accept = context.Request.Headers.Accept.ToString();
        var parts = path.TrimEnd('/').Split('/');
        CheckAccept(context.Request, parts);
        return parts switch
        {
            ["", "version"] => ApiReply.Json(200, VersionInfo.Of(_state.Options.KubernetesVersion)),
            ["", "readyz" or "livez" or "healthz", ..] => ApiReply.Text(200, "ok"),
            ["", "api"] => _discovery.Core(accept),
            ["", "apis"] => _discovery.Groups(accept),
            ["", "api", var version] => _discovery.Resources("", version),
            ["", "apis", var group] => _discovery.One(group),
            ["", "apis", var group, var version] => _discovery.Resources(group, version),
            ["", "openapi", ..] => _openApi.Serve(path),
            ["", "metrics" or "logs" or "debug", ..] => throw ApiException.NotImplemented($"GET {path}"),
            _ => ApiReply.PathNotFound(),
        };
    }

    private void CheckAccept(HttpRequest request, string[] parts)
    {
        switch (parts)
        {
            case ["", "version"]:
                AcceptHeader.CheckJsonRoute(request, _state.Minor);
                break;
            case ["", "api"]:
                AcceptHeader.CheckRoute(request, _state.Minor);
                _discovery.CheckAccept(request);
                break;
            case ["", "apis"]:
                _discovery.CheckAccept(request);
                break;
            case ["", "api", _]:
                AcceptHeader.CheckRoute(request, _state.Minor);
                break;
            case ["", "apis", _]:
                AcceptHeader.CheckPlain(request);
                break;
            case ["", "apis", var group, _] when _state.Kinds.BuiltIn.Any(each => each.Group == group):
                AcceptHeader.CheckRoute(request, _state.Minor);
                break;
            case ["", "apis", var group, var version] when _catalog.Find(group, version) is not null:
                AcceptHeader.CheckPlain(request);
                break;
            default:
                break;
        }
    }

    private ApiException Translate(PatchException exception)
    {
        // Up to 1.21 the message did not name the object.
        const string Named = "failed to create typed patch object (";
        var message = exception.Message;
        if (_state.Minor < 22 && message.StartsWith(Named, StringComparison.Ordinal))
        {
            message = "failed to create typed patch object" + message[message.IndexOf("):", StringComparison.Ordinal)..].TrimStart(')');
        }

        return new(exception.Code, exception.Reason, message, exception.Code == 422 ? [] : null);
    }
}
