using System.Management.Automation;
using System.Reflection;

namespace MilvusMonitoring.Tests;

/// <summary>What scripts and other modules can hold on to, as listed in src/PublicApi.txt: a change of it is a decision.</summary>
public sealed class PublicApiTests
{
    [Fact]
    public async Task The_public_types_and_members_are_those_of_the_list()
    {
        var listed = await File.ReadAllLinesAsync(
            Path.Combine(BuiltTree.Root, "src", "PublicApi.txt"),
            TestContext.Current.CancellationToken);
        var actual = new[] { typeof(ErrorId).Assembly, typeof(global::MilvusMonitoring.Commands.AsyncCommand).Assembly }
            .SelectMany(assembly => assembly.GetExportedTypes())
            .SelectMany(Lines)
            .Order(StringComparer.Ordinal)
            .ToList();

        var changes = actual.Except(listed).Select(line => "+ " + line).Concat(listed.Except(actual).Select(line => "- " + line)).ToList();
        Assert.True(changes.Count == 0, $"src/PublicApi.txt has to say what changed, if it is meant:\n{string.Join('\n', changes)}");
        Assert.Equal(actual, listed);
    }

    private static IEnumerable<string> Lines(Type type)
    {
        const BindingFlags Own = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        var kind =
            type.IsEnum ? "enum"
            : type.IsInterface ? "interface"
            : type.IsAbstract && type.IsSealed ? "static class"
            : type.IsAbstract ? "abstract class"
            : type.IsSealed ? "sealed class"
            : "class";
        var cmdlet = type.GetCustomAttribute<CmdletAttribute>();
        yield return $"{type.FullName}: {kind}{(cmdlet is null ? "" : $" {cmdlet.VerbName}-{cmdlet.NounName}")}";
        foreach (var member in type.GetMembers(Own).Where(IsOurs))
        {
            yield return $"{type.FullName}.{member switch
            {
                FieldInfo { IsLiteral: true } constant => $"{constant.Name} = {constant.GetRawConstantValue()}",
                PropertyInfo property => $"{property.Name} {{ "
                    + $"{(property.CanRead ? "get; " : "")}{(property.SetMethod?.IsPublic is true ? IsInit(property) ? "init; " : "set; " : "")}}}: {Name(property.PropertyType)}",
                MethodBase method => $"{method.Name}({string.Join(", ", method.GetParameters().Select(parameter => Name(parameter.ParameterType)))}){(method is MethodInfo returning ? ": " + Name(returning.ReturnType) : "")}",
                _ => member.Name,
            }}";
        }
    }

    /// <summary>Not what the compiler adds to records and properties.</summary>
    private static bool IsOurs(MemberInfo member) =>
        member switch
        {
            MethodInfo method => !method.IsSpecialName
                && !method.Name.Contains('<', StringComparison.Ordinal)
                && method.Name is not ("Equals" or "GetHashCode" or "ToString" or "PrintMembers" or "Deconstruct"),
            FieldInfo field => !field.IsSpecialName,
            ConstructorInfo constructor => constructor.GetParameters().Length > 0
                && constructor.GetParameters()[0].ParameterType != constructor.DeclaringType,
            _ => true,
        };

    private static bool IsInit(PropertyInfo property) =>
        property.SetMethod!.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(System.Runtime.CompilerServices.IsExternalInit));

    private static string Name(Type type) => type.IsGenericType
        ? $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>"
        : type.Name;
}
