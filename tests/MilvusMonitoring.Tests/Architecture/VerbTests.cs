using System.Collections;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using MilvusMonitoring.Kubernetes;

namespace MilvusMonitoring.Tests;

/// <summary>Holds what the verbs of methods promise: List returns many, Find and Get return one.</summary>
public sealed class VerbTests
{
    private static readonly IReadOnlyList<MethodInfo> Methods =
    [
        .. typeof(ClusterClient).Assembly.GetTypes()
            .Where(type => !type.IsDefined(typeof(CompilerGeneratedAttribute)))
            .SelectMany(type => type.GetMethods(
                BindingFlags.DeclaredOnly | BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
            .Where(method => !method.IsSpecialName && !method.Name.Contains('<', StringComparison.Ordinal)),
    ];

    [Fact]
    public void A_method_that_lists_returns_many()
    {
        var listing = Methods.Where(method => Starts(method.Name, "List")).ToList();

        Assert.True(listing.Count > 20);
        Assert.Empty(listing.Where(method => !IsMany(Result(method.ReturnType))).Select(Describe));
    }

    [Fact]
    public void A_method_that_finds_or_gets_returns_one() =>
        Assert.Empty(Methods
            .Where(method => (Starts(method.Name, "Find") || Starts(method.Name, "Get")) && IsMany(Result(method.ReturnType)))
            .Select(Describe));

    [Fact]
    public void A_method_that_makes_an_error_says_so_by_a_verb()
    {
        string[] verbs = ["Combine", "Create", "Describe", "Find", "From", "Get", "Read", "Write"];
        var making = Methods.Where(method => method.ReturnType == typeof(MonitoringException)).ToList();

        Assert.True(making.Count > 20);
        Assert.Empty(making.Where(method => !verbs.Any(verb => Starts(method.Name, verb))).Select(Describe));
    }

    private static bool Starts(string name, string verb) =>
        name.StartsWith(verb, StringComparison.Ordinal) && (name.Length == verb.Length || char.IsUpper(name[verb.Length]));

    private static string Describe(MethodInfo method) => $"{method.DeclaringType!.Name}.{method.Name} returns {method.ReturnType}";

    private static Type Result(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() is var open && (open == typeof(Task<>) || open == typeof(ValueTask<>))
            ? type.GetGenericArguments()[0]
            : type;

    /// <summary>A sequence. A map, a JSON value and a text are one. Of a tuple the first part counts.</summary>
    private static bool IsMany(Type type)
    {
        if (type.IsGenericType && typeof(ITuple).IsAssignableFrom(type))
        {
            return IsMany(type.GetGenericArguments()[0]);
        }

        var open = type.IsGenericType ? type.GetGenericTypeDefinition() : null;
        return open == typeof(IAsyncEnumerable<>)
            || (typeof(IEnumerable).IsAssignableFrom(type)
                && type != typeof(string) && open != typeof(IReadOnlyDictionary<,>) && !typeof(JsonNode).IsAssignableFrom(type));
    }
}
