using Mono.Cecil;
using Mono.Cecil.Rocks;

namespace MilvusMonitoring.Tests;

/// <summary>A top-level type, and the folder that it lives in: null for the shared assembly, which everybody may use.</summary>
public sealed record TypePlace(string Name, string? Folder);

/// <summary>One type that uses another: as a base, in a signature, an attribute or a body.</summary>
public sealed record TypeReferencePair(TypePlace From, TypePlace To);

/// <summary>Reads from the built assemblies which types of the module use which others.</summary>
public sealed class ModuleReferences : IDisposable
{
    private const string Root = "MilvusMonitoring";
    private const string PowerShell = "System.Management.Automation";

    private readonly DefaultAssemblyResolver _resolver = new();
    private readonly List<ModuleDefinition> _modules;

    public ModuleReferences()
    {
        var bin = Path.Combine(BuiltTree.Module, "bin");
        _resolver.AddSearchDirectory(bin);
        _resolver.AddSearchDirectory(AppContext.BaseDirectory);
        _modules =
        [
            .. new[] { Root, Root + ".Module" }.Select(name =>
                ModuleDefinition.ReadModule(Path.Combine(bin, name + ".dll"), new ReaderParameters { AssemblyResolver = _resolver })),
        ];
        References =
        [
            .. _modules[1]
                .GetAllTypes()
                .Where(type => !IsGenerated(Top(type)))
                .SelectMany(type =>
                    Used(type).SelectMany(Parts).Select(Top).Distinct().Select(used => new TypeReferencePair(Place(Top(type)), Place(used)))
                )
                .Distinct(),
        ];
    }

    /// <summary>All pairs of types that use one another, among the module's own, PowerShell's and the runtime's.</summary>
    public IReadOnlyList<TypeReferencePair> References { get; }

    /// <summary>The types of the shared assembly that scripts do not see.</summary>
    public IEnumerable<string> InternalSharedTypes =>
        _modules[0].Types.Where(type => !type.IsPublic && !IsGenerated(type)).Select(type => type.Name).Order(StringComparer.Ordinal);

    public void Dispose()
    {
        _modules.ForEach(module => module.Dispose());
        _resolver.Dispose();
    }

    private static TypePlace Place(TypeReference type) => new(type.Name, type.Namespace switch
    {
        _ when type.Namespace.StartsWith(Root + ".", StringComparison.Ordinal) => type.Namespace[(Root.Length + 1)..],
        _ when type.Namespace.StartsWith(PowerShell, StringComparison.Ordinal) => PowerShell,
        _ => null,
    });

    private static IEnumerable<TypeReference?> Used(TypeDefinition type) =>
    [
        type.BaseType,
        .. type.Interfaces.Select(item => item.InterfaceType),
        .. type.Fields.Select(field => field.FieldType),
        .. type.Properties.SelectMany(property => Attributes(property.CustomAttributes)),
        .. Attributes(type.CustomAttributes),
        .. type.Methods.SelectMany(Used),
    ];

    private static IEnumerable<TypeReference?> Used(MethodDefinition method) =>
    [
        .. Signature(method),
        .. Attributes(method.CustomAttributes),
        .. method.HasBody ? method.Body.Variables.Select(variable => variable.VariableType) : [],
        .. method.HasBody ? method.Body.Instructions.SelectMany(instruction => Operand(instruction.Operand)) : [],
    ];

    private static IEnumerable<TypeReference?> Operand(object? operand) => operand switch
    {
        TypeReference type => [type],
        GenericInstanceMethod method => [method.DeclaringType, .. Signature(method), .. method.GenericArguments],
        MethodReference method => [method.DeclaringType, .. Signature(method)],
        FieldReference field => [field.DeclaringType, field.FieldType],
        _ => [],
    };

    private static IEnumerable<TypeReference> Signature(MethodReference method) =>
        [method.ReturnType, .. method.Parameters.Select(parameter => parameter.ParameterType)];

    private static IEnumerable<TypeReference?> Attributes(IEnumerable<CustomAttribute> attributes) => attributes.SelectMany(attribute =>
        attribute.ConstructorArguments.Select(argument => argument.Value as TypeReference).Append(attribute.AttributeType));

    /// <summary>A type as it stands in code, taken apart: <c>Task&lt;List&lt;A&gt;&gt;</c> uses Task, List and A.</summary>
    private static IEnumerable<TypeReference> Parts(TypeReference? type) => type switch
    {
        null or GenericParameter => [],
        GenericInstanceType generic => [.. Parts(generic.ElementType), .. generic.GenericArguments.SelectMany(Parts)],
        TypeSpecification specification => Parts(specification.ElementType),
        _ => [type],
    };

    private static TypeReference Top(TypeReference type)
    {
        while (type.DeclaringType is not null)
        {
            type = type.DeclaringType;
        }

        return type;
    }

    private static bool IsGenerated(TypeReference type) => type.Name.Contains('<', StringComparison.Ordinal) || type.Namespace.Length == 0;
}
