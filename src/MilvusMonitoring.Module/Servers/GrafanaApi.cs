using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using MilvusMonitoring.Json;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Servers;

/// <summary>Reads the health, the data sources and the dashboards of Grafana, and writes dashboards.</summary>
internal sealed class GrafanaApi(JsonApi api)
{
    private const int FirstWithUid = 9;

    /// <summary>The most dashboards that one search returns.</summary>
    private const int MostFound = 5000;

    /// <summary>Reads the health, which needs nobody to sign in.</summary>
    /// <exception cref="MonitoringException">Grafana does not respond, or the response is not that of a Grafana.</exception>
    public async Task<GrafanaHealth> GetHealthAsync(CancellationToken cancellationToken)
    {
        var health = Parse(await api.GetAsync("api/health", null, cancellationToken).ConfigureAwait(false));
        return health.Text("database") is { } database
            ? new GrafanaHealth(health.Text("version"), database == "ok")
            : throw CreateNotGrafana(null);
    }

    /// <summary>Finds the default Prometheus data source, or else the first; null if there is none.</summary>
    /// <exception cref="MonitoringException"><see cref="ErrorId.NotAuthenticated"/>: Grafana does not show them to the user.</exception>
    public async Task<GrafanaDataSource?> FindDataSourceAsync(ServerLogin? login, CancellationToken cancellationToken)
    {
        var sources = Parse(await api.GetAsync("api/datasources", login, cancellationToken).ConfigureAwait(false));
        var all = sources.ValueKind == JsonValueKind.Array
            ? sources.EnumerateArray().Where(source => source.Text("type") == "prometheus").ToList()
            : [];
        var preferred = all.FindIndex(source => source.Member("isDefault").ValueKind == JsonValueKind.True);
        return all.Count == 0 ? null : Read(all[Math.Max(0, preferred)]);
    }

    /// <summary>Reads the state of Grafana and of its data source.</summary>
    /// <param name="credentials">Who signs in: one after the other until Grafana accepts one; null among them for nobody.</param>
    /// <param name="cancellationToken">Ends the requests.</param>
    /// <exception cref="MonitoringException">Grafana does not respond, or the response is not that of a Grafana.</exception>
    public async Task<GrafanaAnswer> GetStateAsync(IEnumerable<ServerLogin?> credentials, CancellationToken cancellationToken)
    {
        var health = await GetHealthAsync(cancellationToken).ConfigureAwait(false);
        var answer = new GrafanaAnswer(health.Version, health.IsHealthy);
        foreach (var credential in credentials)
        {
            try
            {
                answer = answer with { Dashboards = await ReadDashboardsAsync(credential, cancellationToken).ConfigureAwait(false) };
            }
            catch (MonitoringException exception) when (exception.ErrorId == ErrorId.NotAuthenticated)
            {
                answer = answer with { NotAsked = OneLine.TrimPunctuation(exception.Message) };
                continue;
            }

            answer = answer with { Login = credential, IsSignedIn = true, NotAsked = null };
            try
            {
                return await CheckDataSourceAsync(answer, credential, cancellationToken).ConfigureAwait(false);
            }
            catch (MonitoringException exception) when (exception.ErrorId == ErrorId.NotAuthenticated)
            {
                // Grafana shows its dashboards to everybody who is signed in, and its data sources to administrators.
                answer = answer with { NotAsked = OneLine.TrimPunctuation(exception.Message) };
            }
        }

        return answer;
    }

    /// <summary>Lists the dashboards; null if the response is that of another server, which the next request tells.</summary>
    private async Task<IReadOnlyList<FoundDashboard>?> ReadDashboardsAsync(ServerLogin? login, CancellationToken cancellationToken)
    {
        try
        {
            return await SearchAsync(string.Empty, login, cancellationToken).ConfigureAwait(false);
        }
        catch (MonitoringException exception) when (exception.ErrorId == ErrorId.ResponseInvalid)
        {
            return null;
        }
    }

    /// <summary>Finds the way to the Prometheus behind a data source; null if none of the ways leads there.</summary>
    /// <param name="source">The data source.</param>
    /// <param name="version">The version of Grafana; null if Grafana hides it.</param>
    /// <param name="login">Who signs in; null for nobody.</param>
    /// <param name="cancellationToken">Ends the requests.</param>
    /// <returns>The way, and why the data source does not answer: one of the two is null.</returns>
    public async Task<(PrometheusApi? Prometheus, string? Error)> FindPrometheusAsync(
        GrafanaDataSource source,
        string? version,
        ServerLogin? login,
        CancellationToken cancellationToken)
    {
        string? error = null;
        foreach (var path in ListProxyPaths(source, version))
        {
            try
            {
                var below = api.CreateBelow($"api/datasources/proxy/{path}/");
                var body = await below.GetAsync("api/v1/query?query=vector(1)", login, cancellationToken).ConfigureAwait(false);
                EnsureNotFromGrafana(body);
                PrometheusAnswers.GetData(body, $"the data source '{source.Name}'");
                return (new PrometheusApi(below, login), null);
            }
            catch (MonitoringException exception) when (exception.ErrorId == ErrorId.ResponseInvalid)
            {
                error ??= OneLine.TrimPunctuation(exception.Message);
            }
            catch (MonitoringException exception) when (exception.ErrorId == ErrorId.TimedOut)
            {
                return (null, OneLine.TrimPunctuation(exception.Message));
            }
        }

        return (null, error ?? "Grafana gives it neither an id nor a uid");
    }

    /// <summary>Lists the dashboards that have a text in their title, whatever its letter case.</summary>
    public Task<IReadOnlyList<FoundDashboard>> ListTitledAsync(string title, ServerLogin? login, CancellationToken cancellationToken) =>
        SearchAsync($"query={Uri.EscapeDataString(title)}", login, cancellationToken);

    /// <summary>Lists the dashboards that have a tag.</summary>
    public Task<IReadOnlyList<FoundDashboard>> ListTaggedAsync(string tag, ServerLogin? login, CancellationToken cancellationToken) =>
        SearchAsync($"tag={Uri.EscapeDataString(tag)}", login, cancellationToken);

    private async Task<IReadOnlyList<FoundDashboard>> SearchAsync(string query, ServerLogin? login, CancellationToken cancellationToken)
    {
        var path = $"api/search?type=dash-db&limit={MostFound}{(query.Length > 0 ? "&" + query : string.Empty)}";
        var found = Parse(await api.GetAsync(path, login, cancellationToken).ConfigureAwait(false));
        if (found.ValueKind != JsonValueKind.Array)
        {
            throw CreateNotGrafana(null);
        }

        return
        [
            .. found.EnumerateArray()
                .Where(item => item.Text("uid") is { Length: > 0 })
                .Select(item => new FoundDashboard(item.Text("uid")!, item.Text("title") ?? string.Empty, [.. item.Texts("tags")])),
        ];
    }

    /// <summary>Finds a dashboard; null if Grafana has none with the uid.</summary>
    public async Task<GrafanaDashboard?> FindDashboardAsync(string uid, ServerLogin? login, CancellationToken cancellationToken)
    {
        var answer = await api
            .SendAsync(HttpMethod.Get, $"api/dashboards/uid/{Uri.EscapeDataString(uid)}", null, login, cancellationToken)
            .ConfigureAwait(false);
        if (answer.Status == 404)
        {
            return null;
        }

        var body = Parse(answer.Body);
        if (!answer.IsSuccess || body.Member("dashboard") is not { ValueKind: JsonValueKind.Object } dashboard)
        {
            throw CreateRefused(answer, $"show the dashboard {uid}");
        }

        var meta = body.Member("meta");
        return new GrafanaDashboard(dashboard.Clone(), meta.Member("provisioned").ValueKind == JsonValueKind.True)
        {
            Source = meta.Text("provisionedExternalId") is { Length: > 0 } source ? source : null,
            Url = meta.Text("url"),
            FolderUid = meta.Text("folderUid") is { Length: > 0 } folder ? folder : null,
            FolderId = meta.Number("folderId"),
        };
    }

    /// <summary>Saves a dashboard.</summary>
    /// <param name="dashboard">The dashboard.</param>
    /// <param name="replaced">The dashboard that it replaces, as it was read; null for a dashboard that is new.</param>
    /// <param name="login">Who signs in; null for nobody.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <exception cref="MonitoringException"><see cref="ErrorId.ObjectChanged"/>: somebody has changed it since it was read; <see
    /// cref="ErrorId.ResponseInvalid"/>: Grafana refuses it.</exception>
    public async Task SaveAsync(JsonObject dashboard, GrafanaDashboard? replaced, ServerLogin? login, CancellationToken cancellationToken)
    {
        var model = (JsonObject)dashboard.DeepClone();

        // Without its number Grafana 7.5 overwrites also a dashboard that comes from a file.
        model["id"] = replaced?.Model.Number("id");
        model["version"] = replaced?.Model.Number("version") ?? 0;
        var body = new JsonObject { ["dashboard"] = model, ["overwrite"] = false, ["message"] = "Applied by MilvusMonitoring" };
        if (replaced?.FolderUid is { } folder)
        {
            body["folderUid"] = folder;
        }
        else if (replaced?.FolderId is > 0 and var number)
        {
            body["folderId"] = number;
        }

        var answer = await api
            .SendAsync(HttpMethod.Post, "api/dashboards/db", JsonSerializer.SerializeToUtf8Bytes(body), login, cancellationToken)
            .ConfigureAwait(false);
        var uid = (string?)dashboard["uid"] ?? string.Empty;
        if (answer.Status == 412)
        {
            throw new MonitoringException(
                ErrorId.ObjectChanged,
                $"{api.Who} has another version of the dashboard {uid}, or another dashboard of its title: {ReadMessage(answer)}",
                "run the command again, or rename the other dashboard",
                uid);
        }

        if (!answer.IsSuccess)
        {
            throw CreateRefused(answer, $"save the dashboard {uid}");
        }
    }

    /// <summary>Deletes a dashboard. A dashboard that does not exist counts as deleted.</summary>
    public async Task DeleteAsync(string uid, ServerLogin? login, CancellationToken cancellationToken)
    {
        var answer = await api
            .SendAsync(HttpMethod.Delete, $"api/dashboards/uid/{Uri.EscapeDataString(uid)}", null, login, cancellationToken)
            .ConfigureAwait(false);
        if (!answer.IsSuccess && answer.Status != 404)
        {
            throw CreateRefused(answer, $"delete the dashboard {uid}");
        }
    }

    private async Task<GrafanaAnswer> CheckDataSourceAsync(
        GrafanaAnswer health,
        ServerLogin? login,
        CancellationToken cancellationToken)
    {
        if (await FindDataSourceAsync(login, cancellationToken).ConfigureAwait(false) is not { } source)
        {
            return health;
        }

        var (_, error) = await FindPrometheusAsync(source, health.Version, login, cancellationToken).ConfigureAwait(false);
        return health with { DataSource = source.Name, DataSourceError = error };
    }

    private static GrafanaDataSource Read(JsonElement source) =>
        new(source.Text("name") ?? "prometheus", source.Text("uid") is { Length: > 0 } uid ? uid : null, source.Number("id"));

    /// <summary>
    /// Lists the paths of Grafana's proxy to a data source, the best first: by uid from Grafana 9.0 on, by number up to Grafana 12. Grafana
    /// 13 serves numbers only with a feature toggle.
    /// </summary>
    /// <remarks>
    /// A Grafana that hides its version gets both. So does every Grafana from 9.0 on: up to 9.3.2 it cut a uid at a hyphen
    /// (grafana/grafana#61722).
    /// </remarks>
    private static IEnumerable<string> ListProxyPaths(GrafanaDataSource source, string? version)
    {
        var isOld = int.TryParse(version?.Split('.')[0], CultureInfo.InvariantCulture, out var major) && major < FirstWithUid;
        if (!isOld && source.Uid is { } uid)
        {
            yield return $"uid/{Uri.EscapeDataString(uid)}";
        }

        if (source.Id is { } id)
        {
            yield return id.ToString(CultureInfo.InvariantCulture);
        }
    }

    /// <summary>
    /// Refuses an error of Grafana itself, which has a message and no status: Grafana has no such route or data source, which says nothing
    /// about Prometheus.
    /// </summary>
    private void EnsureNotFromGrafana(ReadOnlyMemory<byte> body)
    {
        if (ParseObject(body) is { } fields && fields.Text("status") is null && fields.Text("message") is { } message)
        {
            throw new MonitoringException(ErrorId.ResponseInvalid, $"Grafana says '{OneLine.Clean(message, 200)}'", api.Who);
        }
    }

    private MonitoringException CreateRefused(JsonAnswer answer, string what) =>
        new(
            ErrorId.ResponseInvalid,
            $"{api.Who} does not {what}: it answers {answer.Status}: {ReadMessage(answer)}",
            "see the log of Grafana",
            api.Who);

    private static string ReadMessage(JsonAnswer answer) =>
        OneLine.TrimPunctuation(OneLine.Clean(ParseObject(answer.Body)?.Text("message") ?? Encoding.UTF8.GetString(answer.Body.Span), 200));

    private static JsonElement? ParseObject(ReadOnlyMemory<byte> body)
    {
        if (!JsonTexts.AreReadable(body.Span))
        {
            return null;
        }

        try
        {
            return JsonSlice.Parse(body) is { ValueKind: JsonValueKind.Object } fields ? fields : null;
        }
        catch (JsonException)
        {
            // Grafana's own errors are JSON. The reader of the response reports what this one is.
            return null;
        }
    }

    private JsonElement Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            return JsonTexts.AreReadable(body.Span) ? JsonSlice.Parse(body) : throw new JsonException();
        }
        catch (JsonException exception)
        {
            throw CreateNotGrafana(exception);
        }
    }

    private MonitoringException CreateNotGrafana(Exception? cause) =>
        new(
            ErrorId.ResponseInvalid,
            $"what answers at {api.Who} is not Grafana",
            "give the address at which a browser opens Grafana, with its path",
            api.Who,
            cause);
}

/// <summary>The health of Grafana.</summary>
/// <param name="Version">The version; null if Grafana hides it.</param>
/// <param name="IsHealthy">Whether Grafana says that its database is healthy.</param>
internal sealed record GrafanaHealth(string? Version, bool IsHealthy);

/// <summary>A Prometheus data source of Grafana.</summary>
/// <param name="Name">The name.</param>
/// <param name="Uid">The uid; null if it has none.</param>
/// <param name="Id">The number; null if it has none.</param>
internal sealed record GrafanaDataSource(string Name, string? Uid, long? Id);

/// <summary>A dashboard that a search has found.</summary>
internal sealed record FoundDashboard(string Uid, string Title, IReadOnlyList<string> Tags);

/// <summary>A dashboard as Grafana has it.</summary>
/// <param name="Model">The dashboard.</param>
/// <param name="IsProvisioned">Whether it comes from a file.</param>
internal sealed record GrafanaDashboard(JsonElement Model, bool IsProvisioned)
{
    /// <summary>The file that it comes from; null if it comes from none, or if Grafana does not say.</summary>
    public string? Source { get; init; }

    /// <summary>The uid of its folder; null for none, or if Grafana does not say.</summary>
    public string? FolderUid { get; init; }

    /// <summary>The number of its folder, which Grafana before 8 has in the place of a uid; 0 for none.</summary>
    public long? FolderId { get; init; }

    /// <summary>Its path: <c>/d/milvus-overview/milvus-overview</c>; null if Grafana does not say.</summary>
    public string? Url { get; init; }
}

/// <summary>The state of Grafana and of its data source.</summary>
/// <param name="Version">The version; null if Grafana hides it.</param>
/// <param name="IsHealthy">Whether Grafana says that its database is healthy.</param>
/// <param name="DataSource">The name of its Prometheus data source; null if it has none, or does not show it.</param>
/// <param name="DataSourceError">Why the data source does not respond; null if it does.</param>
/// <param name="NotAsked">Why the data source could not be checked; null if it was.</param>
internal sealed record GrafanaAnswer(
    string? Version,
    bool IsHealthy,
    string? DataSource = null,
    string? DataSourceError = null,
    string? NotAsked = null)
{
    /// <summary>The dashboards; null if nobody is signed in, or if Grafana did not say.</summary>
    public IReadOnlyList<FoundDashboard>? Dashboards { get; init; }

    /// <summary>Whether Grafana shows its dashboards to <see cref="Login"/>.</summary>
    public bool IsSignedIn { get; init; }

    /// <summary>Who was accepted; null for nobody.</summary>
    public ServerLogin? Login { get; init; }
}
