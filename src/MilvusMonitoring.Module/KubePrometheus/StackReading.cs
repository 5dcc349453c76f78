using MilvusMonitoring.IO;
using MilvusMonitoring.KubePrometheus.Inventories;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Manifests;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.KubePrometheus;

/// <summary>
/// Reads what a re-install needs to know of the objects of a stack: when the inventory has been read or, if an earlier command of the
/// session has seen the stack, at the same time.
/// </summary>
internal sealed class StackReading
{
    private readonly IReadOnlyList<Item> _items;

    private StackReading(
        ClusterClient client,
        IActivitySink sink,
        IReadOnlyList<Item> items,
        int throttleLimit,
        CancellationToken cancellationToken)
    {
        _items = items;
        var objects = items.Select(item => (item.Id, item.Type)).ToList();
        Metadata = MetadataSnapshot.ReadAsync(client, objects, throttleLimit, cancellationToken);
        Blind = FindBlindAsync(
            client,
            sink,
            [.. items.Where(item => item.IsOperator).Select(item => (item.Id, item.Type))],
            objects,
            throttleLimit,
            cancellationToken);
        Metadata.ObserveError();
        Blind.ObserveError();
    }

    /// <summary>The metadata of the objects that exist.</summary>
    public Task<IReadOnlyDictionary<ResourceId, ObjectMetadata>> Metadata { get; }

    /// <summary>The operator of the stack, if it does not see its resources.</summary>
    public Task<BlindOperator?> Blind { get; }

    /// <summary>Starts to read the objects of an inventory.</summary>
    public static StackReading Start(
        ClusterClient client,
        IActivitySink sink,
        Inventory inventory,
        int throttleLimit,
        CancellationToken cancellationToken) =>
        new(client, sink, List(inventory), throttleLimit, cancellationToken);

    /// <summary>
    /// Starts to read the objects of the stack that the last installation of this session has left; null if there was none.
    /// </summary>
    public static StackReading? StartEarly(
        ClusterClient client,
        IActivitySink sink,
        int throttleLimit,
        CancellationToken cancellationToken) =>
        client.Connection.FindNote<Note>() is { } note
            ? new StackReading(client, sink, note.Items, throttleLimit, cancellationToken)
            : null;

    /// <summary>Remembers the objects of a stack for <see cref="StartEarly"/>.</summary>
    public static void Expect(ClusterClient client, Inventory inventory) => client.Connection.KeepNote(new Note(List(inventory)));

    /// <summary>Whether these are the objects of an inventory.</summary>
    public bool IsOf(Inventory inventory) => _items.SequenceEqual(List(inventory));

    /// <summary>
    /// Finds an operator that does not see its resources. A user without permission to read pods can still install:
    /// Test-MilvusMonitoring reports what is not ready.
    /// </summary>
    public static Task<BlindOperator?> FindBlindAsync(
        ClusterClient client,
        IActivitySink sink,
        IReadOnlyList<(ResourceId Id, ResourceType Type)> operators,
        IEnumerable<(ResourceId Id, ResourceType Type)> objects,
        int throttleLimit,
        CancellationToken cancellationToken) =>
        new BlindOperatorFinder(client, throttleLimit).FindAsync(operators, objects, cancellationToken).IfPermittedAsync(sink);

    private static List<Item> List(Inventory inventory) =>
        [.. inventory.Entries.Select(entry => new Item(entry.Id, entry.Type, IsOperator(entry)))];

    /// <summary>
    /// Recognises the operator by its component. Its roles would tell as well, but they stand in manifests that a re-install does not read.
    /// </summary>
    private static bool IsOperator(InventoryEntry entry) =>
        entry is { Component: ComponentName.Operator, LeftAlone: null, Id.IsDeployment: true };

    private sealed record Note(IReadOnlyList<Item> Items);

    private sealed record Item(ResourceId Id, ResourceType Type, bool IsOperator);
}
