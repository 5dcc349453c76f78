using EmbeddedCluster.Kubelet;
using EmbeddedCluster.Objects;
using EmbeddedCluster.Security;
using Microsoft.AspNetCore.Http;

namespace EmbeddedCluster.Serving;

/// <summary>Requests to objects: permission, kind, verb, subresource.</summary>
internal sealed class ResourceRequests
{
    private readonly ClusterState _state;
    private readonly AccessControl _access;
    private readonly ObjectReader _reader;
    private readonly ObjectWatcher _watcher;
    private readonly ObjectWriter _writer;
    private readonly ObjectDeleter _deleter;
    private readonly Reviews _reviews;
    private readonly Scale _scale;
    private readonly PodSubresources _pods;
    private readonly PortForwarder _forwarder;

    public ResourceRequests(ClusterState state, AccessControl access, CancellationToken stopping)
    {
        var mutations = new Mutations(state);
        (_state, _access) = (state, access);
        _reader = new(state);
        _watcher = new(state, stopping);
        _writer = new(state, mutations, new(access));
        _deleter = new(state, new(state), _reader);
        _reviews = new(state, access);
        _scale = new(state, mutations);
        _pods = new(state, new(state));
        _forwarder = new(state, access);
    }

    public async Task<ApiReply> ReplyAsync(HttpContext context, UserInfo user, RequestPath path, ApiCatalog catalog)
    {
        var isWatch = context.Request.Query["watch"].ToString() is "true" or "1";
        var verb = RequestPath.VerbOf(context.Request.Method, path.Name is not null, isWatch);
        if (verb.Length == 0)
        {
            throw ApiException.MethodNotAllowed();
        }

        _access.CheckRequest(user, verb, new(path.Group, path.Plural), path.Subresource, path.Namespace, path.Name);
        if (catalog.FindRemote(path.Group, path.Version) is { } remote)
        {
            return remote.IsAvailable
                ? throw ApiException.NotImplemented($"answering for the service behind {path.Group}/{path.Version}")
                : ApiReply.Text(503, "service unavailable\n");
        }

        var kind = _state.Kinds.Find(path.Group, path.Version, path.Plural);
        if (kind is null)
        {
            // A group version that is there answers in JSON, one that isn't in plain text.
            return
                _state.Kinds.Find(path.Group, path.Version, _ => true) is null
                || path.Group.Length > 0 && _state.Kinds.BuiltIn.All(each => each.Group != path.Group)
                ? ApiReply.PathNotFound()
                : throw new ApiException(404, "NotFound", "the server could not find the requested resource", []);
        }

        return await HandleAsync(new(context, kind, verb, path.Namespace, path.Name, path.Subresource, user)).ConfigureAwait(false);
    }

    private async Task<ApiReply> HandleAsync(ApiRequest request)
    {
        if (request.Subresource is { } name)
        {
            return await HandleSubresourceAsync(request, name).ConfigureAwait(false);
        }

        if (!request.Kind.Verbs.Contains(request.Verb))
        {
            throw ApiException.MethodNotAllowed();
        }

        if (!request.Kind.IsStored)
        {
            AcceptHeader.CheckRoute(request.Http.Request, _state.Minor);
            return request.Kind.Kind == "ComponentStatus"
                ? throw ApiException.NotImplemented("component statuses")
                : await _reviews.AnswerAsync(request).ConfigureAwait(false);
        }

        // Objects of a namespaced kind are only changed inside a namespace.
        if (request.Kind.Namespaced && request.Namespace is null && request.Verb is not ("list" or "watch"))
        {
            throw ApiException.MethodNotAllowed();
        }

        CheckAccept(request);

        return request.Verb switch
        {
            "get" => _reader.Get(request),
            "list" => _reader.List(request),
            "watch" => _watcher.Watch(request),
            "create" when request.Name is null => await _writer.CreateAsync(request).ConfigureAwait(false),
            "update" when request.Name is not null => await _writer.ReplaceAsync(request).ConfigureAwait(false),
            "patch" when request.Name is not null => await _writer.PatchAsync(request).ConfigureAwait(false),
            "delete" => await _deleter.DeleteAsync(request).ConfigureAwait(false),
            "deletecollection" => await _deleter.DeleteCollectionAsync(request).ConfigureAwait(false),
            _ => throw ApiException.MethodNotAllowed(),
        };
    }

    private async Task<ApiReply> HandleSubresourceAsync(ApiRequest request, string name)
    {
        var subresource = request.Kind.Subresources.FirstOrDefault(each => each.Name == name)
            ?? throw new ApiException(404, "NotFound", "the server could not find the requested resource", []);
        if (!subresource.Verbs.Contains(request.Verb))
        {
            throw ApiException.MethodNotAllowed();
        }

        // A stream of a pod is its node's to answer, and to refuse.
        if (name is not ("portforward" or "exec" or "attach" or "proxy" or "log"))
        {
            CheckAccept(request);
        }

        return (name, request.Verb) switch
        {
            ("scale", _) => await _scale.HandleAsync(request).ConfigureAwait(false),
            ("eviction", _) => await _pods.EvictAsync(request).ConfigureAwait(false),
            ("portforward", _) => _forwarder.Open(request),
            ("log", _) => _pods.ReadLog(request),
            ("token", _) => await _pods.CreateTokenAsync(request).ConfigureAwait(false),
            ("status" or "finalize" or "approval", "get") => _reader.Get(request),
            ("status" or "finalize" or "approval", "update") => await _writer.ReplaceAsync(request).ConfigureAwait(false),
            ("status" or "approval", "patch") => await _writer.PatchAsync(request).ConfigureAwait(false),
            _ => throw ApiException.NotImplemented($"{request.Verb} of {request.Kind.Plural}/{name}"),
        };
    }

    private void CheckAccept(ApiRequest request)
    {
        if (request.Kind.Custom is null)
        {
            AcceptHeader.CheckRoute(request.Http.Request, _state.Minor, isCollection: request.Verb is "list" or "watch");
        }

        Representation.Of(request.Http.Request, request.Kind);
    }
}
