using System.Reflection;

namespace MilvusMonitoring.Tests.Printing;

/// <summary>Whatever a command puts into an output object is safe to print as soon as it is in there.</summary>
public sealed class OutputPropertyTests
{
    /// <summary>What is kept as it is, with the reason.</summary>
    private static readonly Dictionary<string, string> Raw = new(StringComparer.Ordinal)
    {
        ["Kubeconfig"] = "a path of the caller's own machine, which binds to the next command",
        ["Server"] = "an address of the kubeconfig, which a Uri has parsed and escapes",
        ["Url"] = "an address of this machine, which the module makes",
        ["ErrorId"] = "a constant of the module, which scripts compare",
    };

    /// <summary>The texts of several lines.</summary>
    private static readonly HashSet<string> Lines = new(StringComparer.Ordinal) { nameof(MilvusServiceMonitor.Manifest) };

    private static readonly string Text = Hostile.Around("word");

    public static TheoryData<Type> Types { get; } =
    [
        .. typeof(ErrorId).Assembly
            .GetExportedTypes()
            .Where(type => type is { IsAbstract: false, IsEnum: false })
            .Except([typeof(ModuleLoadContext), typeof(MonitoringException)]),
    ];

    [Theory]
    [MemberData(nameof(Types))]
    public void Every_text_of_an_output_object_is_safe(Type type)
    {
        var meter = new PortForwardMeter { Pod = Text };
        meter.Failed(Text);
        var value = type == typeof(MonitoringPortForward)
            ? Activator.CreateInstance(type, BindingFlags.Instance | BindingFlags.NonPublic, null, [meter], null)!
            : Activator.CreateInstance(type, nonPublic: true)!;
        foreach (var property in type.GetProperties().Where(property => property.CanWrite && !IsRaw(property)))
        {
            property.SetValue(value, CreateValue(property));
        }

        foreach (var name in Raw.Keys.Intersect(["Server", "Url"]))
        {
            if (type.GetProperty(name) is { } property && property.PropertyType == typeof(Uri))
            {
                property.SetValue(value, new Uri("https://host:6443"));
            }
        }

        var texts = type.GetProperties()
            .Where(property => !IsRaw(property))
            .SelectMany(property => ListTexts(property.GetValue(value)).Select(text => (property.Name, Text: text)))
            .Append((Name: "ToString", Text: value.ToString()!))
            .ToList();
        Assert.Contains(texts, text => text.Text.Contains("word", StringComparison.Ordinal));
        Assert.All(texts, text => Assert.Null(Hostile.Find(text.Text, areLines: Lines.Contains(text.Name))));
    }

    [Fact]
    public void Every_text_of_an_error_is_safe()
    {
        foreach (var error in (MonitoringException[])
            [
                new("Id", Text, Text, new IOException(Text)),
                new("Id", Text, Text, Text, new IOException(Text)),
            ])
        {
            foreach (var text in (string?[])[error.Message, error.Target, error.Reason, error.Remedy])
            {
                Assert.Null(text is null ? null : Hostile.Find(text));
            }

            Assert.Null(Hostile.Find(error.InnerException!.Message, areLines: true));
        }
    }

    /// <summary>Whether a property is as it was given; the address of a dashboard is a text of Grafana.</summary>
    private static bool IsRaw(PropertyInfo property) =>
        Raw.ContainsKey(property.Name) && (property.DeclaringType, property.Name) != (typeof(MilvusDashboard), nameof(MilvusDashboard.Url));

    private static object? CreateValue(PropertyInfo property) => property.PropertyType switch
    {
        var type when type == typeof(string) => Text,
        var type when type == typeof(IReadOnlyList<string>) => (string[])[Text, Text],
        var type when type == typeof(IReadOnlyDictionary<string, string>) => new Dictionary<string, string> { [Text] = Text },
        var type when type == typeof(IReadOnlyList<StackResource>) => Array.Empty<StackResource>(),
        var type when type == typeof(IReadOnlyList<StackPrometheus>) => Array.Empty<StackPrometheus>(),
        var type when type == typeof(IReadOnlyList<AlertRuleReplica>) => Array.Empty<AlertRuleReplica>(),
        var type when type == typeof(IReadOnlyList<EmptyPanel>) => Array.Empty<EmptyPanel>(),
        var type when type == typeof(Uri) => new Uri("http://grafana/"),
        var type when (Nullable.GetUnderlyingType(type) ?? type) is { IsValueType: true } plain => Activator.CreateInstance(plain),
        _ => throw new InvalidOperationException($"Decide how {property.DeclaringType!.Name}.{property.Name} is printed."),
    };

    private static IEnumerable<string> ListTexts(object? value) => value switch
    {
        string text => [text],
        IEnumerable<string> texts => texts,
        IReadOnlyDictionary<string, string> texts => texts.SelectMany(text => (string[])[text.Key, text.Value]),
        _ => [],
    };
}
