using System.Globalization;
using EmbeddedCluster.Objects;

namespace EmbeddedCluster.Serving;

/// <summary>Evictions of pods, and tokens of service accounts.</summary>
internal sealed class PodSubresources(ClusterState state, Deletions deletions)
{
    public async Task<ApiReply> EvictAsync(ApiRequest request)
    {
        await BodyReader.ReadObjectAsync(request.Http.Request, request.Aborted).ConfigureAwait(false);
        while (state.Store.Find(request.Kind.Id, request.StoredNamespace, request.Name!) is { } live)
        {
            if (deletions.TryDelete(request.Kind, live, null, request.IsDryRun).Done)
            {
                return ApiReply.Json(201, ApiException.Success(live.Name, request.Kind.Id, live.Uid));
            }
        }

        throw ApiException.NotFound(request.Kind.Id, request.Name!);
    }

    /// <summary>What a pod's containers have said; nothing of a pod whose programs are only pretended.</summary>
    public ApiReply ReadLog(ApiRequest request) => state.Store.Find(request.Kind.Id, request.StoredNamespace, request.Name!) is { } pod
        ? ApiReply.Text(200, state.Backends.ReadLog(pod.Namespace!, pod.Name))
        : throw ApiException.NotFound(request.Kind.Id, request.Name!);

    public async Task<ApiReply> CreateTokenAsync(ApiRequest request)
    {
        var body = await BodyReader.ReadObjectAsync(request.Http.Request, request.Aborted).ConfigureAwait(false);
        if (state.Store.Find(request.Kind.Id, request.StoredNamespace, request.Name!) is null)
        {
            throw ApiException.NotFound(request.Kind.Id, request.Name!);
        }

        var user = $"system:serviceaccount:{request.Namespace}:{request.Name}";
        body.Child("status")["token"] = state.Authenticator.CreateToken(
            user,
            ["system:serviceaccounts", $"system:serviceaccounts:{request.Namespace}"]);
        body.Child("status")["expirationTimestamp"] = ClusterState
            .Now.AddHours(1)
            .ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        return ApiReply.Json(201, body);
    }
}
