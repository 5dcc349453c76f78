using System.Buffers;
using System.Globalization;
using System.Text;
using EmbeddedCluster.Objects;
using EmbeddedCluster.Storage;

namespace EmbeddedCluster.Serving;

/// <summary>Watches: what is there, then every write, with bookmarks for those who ask.</summary>
internal sealed class ObjectWatcher(ClusterState state, CancellationToken stopping)
{
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(30);

    public ApiReply Watch(ApiRequest request)
    {
        var session = new Session(state, request, Representation.Of(request.Http.Request, request.Kind), stopping);
        return new(200, "application/json", default) { Stream = session.RunAsync };
    }

    private sealed class Session
    {
        private readonly ClusterState _state;
        private readonly ApiRequest _request;
        private readonly Representation _form;
        private readonly CancellationToken _stopping;
        private readonly Func<StoredObject, bool> _selects;
        private readonly ArrayBufferWriter<byte> _buffer = new();
        private readonly bool _wantsBookmarks;
        private bool _columnsSent;

        public Session(ClusterState state, ApiRequest request, Representation form, CancellationToken stopping)
        {
            (_state, _request, _form, _stopping) = (state, request, form, stopping);
            var labels = Selectors.Labels(request.Query["labelSelector"].ToString());
            var fields = Selectors.Fields(request.Query["fieldSelector"].ToString());
            var ns = request.Kind.Namespaced ? request.Namespace : null;
            _selects = value =>
                (ns is null || value.Namespace == ns)
                && (request.Name is null || value.Name == request.Name)
                && (labels?.Invoke(value) ?? true)
                && (fields?.Invoke(value) ?? true);
            _wantsBookmarks = request.Flag("allowWatchBookmarks");
        }

        public async Task RunAsync(Stream output, CancellationToken cancellationToken)
        {
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stopping);
            var timeout = int.TryParse(_request.Query["timeoutSeconds"], CultureInfo.InvariantCulture, out var seconds)
                ? TimeSpan.FromSeconds(seconds)
                : s_longest;
            ended.CancelAfter(timeout);
            try
            {
                await output.FlushAsync(ended.Token).ConfigureAwait(false);
                await FollowAsync(output, DateTime.UtcNow + timeout, ended.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (ended.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                // The time is up: the answer ends here, as a whole.
            }
        }

        private async Task FollowAsync(Stream output, DateTime end, CancellationToken cancellationToken)
        {
            var asked = _request.Query["resourceVersion"].ToString();
            var sendsInitial =
                _request.Query["sendInitialEvents"] is var initial && (initial == "true" || (initial != "false" && asked is "" or "0"));
            var seen = sendsInitial ? WriteInitial() : long.Parse(asked, CultureInfo.InvariantCulture);
            var events = new List<StoreEvent>();

            // A last bookmark comes about two seconds before the end.
            var bookmarkAt = Earlier(DateTime.UtcNow + _state.Options.BookmarkInterval, end - TimeSpan.FromSeconds(2));
            while (
                _request.Kind.Custom is null
                || _state.Kinds.Find(_request.Kind.Group, _request.Kind.Version, _request.Kind.Plural) is not null)
            {
                events.Clear();
                if (!_state.Store.TryReadSince(seen, _request.Kind.Id, events, out var upTo))
                {
                    WriteExpired(seen);
                    await FlushAsync(output, cancellationToken).ConfigureAwait(false);
                    return;
                }

                events.ForEach(WriteChange);
                seen = upTo;
                if (_wantsBookmarks && DateTime.UtcNow >= bookmarkAt)
                {
                    WriteBookmark(seen, false);
                    bookmarkAt = DateTime.UtcNow + _state.Options.BookmarkInterval;
                }

                await FlushAsync(output, cancellationToken).ConfigureAwait(false);
                var changed = _state.Store.Changed(seen);
                if (_wantsBookmarks)
                {
                    var wait = bookmarkAt - DateTime.UtcNow;
                    await Task.WhenAny(changed, Task.Delay(wait > TimeSpan.Zero ? wait : TimeSpan.FromMilliseconds(1), cancellationToken))
                        .ConfigureAwait(false);
                    cancellationToken.ThrowIfCancellationRequested();
                }
                else
                {
                    await changed.WaitAsync(cancellationToken).ConfigureAwait(false);
                }
            }
        }

        private static DateTime Earlier(DateTime one, DateTime other) => other > DateTime.UtcNow && other < one ? other : one;

        private long WriteInitial()
        {
            var (items, revision) = _state.Store.List(_request.Kind.Id, _request.Kind.Namespaced ? _request.Namespace : null);
            foreach (var item in items.Where(_selects))
            {
                WriteEvent("ADDED", item);
            }

            if (_wantsBookmarks && _state.Minor >= 27)
            {
                WriteBookmark(revision, _request.Flag("sendInitialEvents"));
            }

            return revision;
        }

        private void WriteChange(StoreEvent change)
        {
            var was = change.Previous is { } previous && _selects(previous);
            var isNow = change.Type != StoreEventType.Deleted && _selects(change.Object);
            switch (was, isNow)
            {
                case (false, true):
                    WriteEvent("ADDED", change.Object);
                    break;
                case (true, true):
                    WriteEvent("MODIFIED", change.Object);
                    break;
                case (true, false):
                    WriteEvent("DELETED", change.Object);
                    break;
                default:
                    break;
            }
        }

        private void WriteEvent(string type, StoredObject value)
        {
            Write($"{{\"type\":\"{type}\",\"object\":");
            _form.WriteOne(_buffer, value, withColumns: !_columnsSent);
            _columnsSent = true;
            Write("}\n");
        }

        private void WriteBookmark(long revision, bool endsInitial)
        {
            var (apiVersion, kind) =
                _form.Form == ObjectForm.Metadata
                    ? ("meta.k8s.io/v1", "PartialObjectMetadata")
                    : (_request.Kind.ApiVersion, _request.Kind.Kind);
            var annotations = endsInitial ? ",\"annotations\":{\"k8s.io/initial-events-end\":\"true\"}" : "";
            var time = _state.Minor < 30 ? ",\"creationTimestamp\":null" : "";
            Write(
                $"{{\"type\":\"BOOKMARK\",\"object\":{{\"kind\":\"{kind}\",\"apiVersion\":\"{apiVersion}\",\"metadata\":{{\"resourceVersion\":\"{revision}\"{time}{annotations}}}}}}}\n"
            );
        }

        private void WriteExpired(long seen)
        {
            var status = ApiException.Expired($"too old resource version: {seen} ({_state.Store.Revision})").ToStatus();
            Write($"{{\"type\":\"ERROR\",\"object\":{status.ToJsonString()}}}\n");
        }

        private void Write(string text) => _buffer.Write(Encoding.UTF8.GetBytes(text));

        private async Task FlushAsync(Stream output, CancellationToken cancellationToken)
        {
            if (_buffer.WrittenCount > 0)
            {
                await output.WriteAsync(_buffer.WrittenMemory, cancellationToken).ConfigureAwait(false);
                await output.FlushAsync(cancellationToken).ConfigureAwait(false);
                _buffer.ResetWrittenCount();
            }
        }
    }
}
