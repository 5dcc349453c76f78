using System.Text.Json;
using System.Xml.Linq;
using Mono.Cecil;
using Mono.Cecil.Rocks;

namespace MilvusMonitoring.Tests;

/// <summary>What nobody uses goes: members that only tests would call, and packages that no assembly needs.</summary>
public sealed class UnusedCodeTests
{
    private static readonly string[] Assemblies = ["MilvusMonitoring", "MilvusMonitoring.Module"];

    private static readonly string[] Folders = ["src", "tests", "docs"];

    private static readonly string Bin = Path.Combine(BuiltTree.Module, "bin");

    [Fact]
    public void Every_internal_member_is_used_by_the_module_itself()
    {
        using var resolver = new DefaultAssemblyResolver();
        resolver.AddSearchDirectory(Bin);
        var modules = Assemblies
            .Select(name =>
                ModuleDefinition.ReadModule(Path.Combine(Bin, name + ".dll"), new ReaderParameters { AssemblyResolver = resolver }))
            .ToList();
        var methods = modules.SelectMany(module => module.GetAllTypes()).SelectMany(type => type.Methods).ToList();
        var calls = methods.SelectMany(method => Callees(method).Select(callee => (Caller: method, Callee: callee))).ToList();
        var deconstructed = calls.Select(call => call.Callee).Where(callee => callee.Name == "Deconstruct").ToHashSet();
        var used = calls
            .Where(call => !IsGeneratedInRecord(call.Caller) || deconstructed.Contains(call.Caller))
            .Select(call => call.Callee.FullName)
            .ToHashSet(StringComparer.Ordinal);

        var unused = methods
            .Where(IsOwnBusiness)
            .Select(method => method.FullName)
            .Where(name => !used.Contains(name))
            .Order(StringComparer.Ordinal)
            .ToList();
        Assert.True(unused.Count == 0, $"Only tests call, if anybody:\n{string.Join('\n', unused)}");
    }

    [Theory]
    [InlineData("MilvusMonitoring")]
    [InlineData("MilvusMonitoring.Module")]
    public void Every_package_of_a_project_of_the_module_is_needed_by_its_assembly(string project)
    {
        using var module = ModuleDefinition.ReadModule(Path.Combine(Bin, project + ".dll"));
        var needed = module.AssemblyReferences.Select(reference => reference.Name).ToHashSet(StringComparer.Ordinal);
        using var assets = JsonDocument.Parse(
            File.ReadAllBytes(Path.Combine(BuiltTree.Root, "src", project, "obj", "project.assets.json")));
        var restored = assets.RootElement.GetProperty("targets").EnumerateObject().Single().Value.EnumerateObject();

        Assert.All(PackagesOf(Path.Combine(BuiltTree.Root, "src", project, project + ".csproj")), package =>
        {
            var files = restored
                .Single(library => library.Name.StartsWith(package + "/", StringComparison.OrdinalIgnoreCase))
                .Value.GetProperty("compile")
                .EnumerateObject();
            Assert.Contains(files, file => needed.Contains(Path.GetFileNameWithoutExtension(file.Name)));
        });
    }

    [Fact]
    public void Every_package_that_has_a_version_is_taken_by_a_project()
    {
        var taken = Folders
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(BuiltTree.Root, folder), "*.csproj", SearchOption.AllDirectories))
            .SelectMany(PackagesOf)
            .Distinct();

        Assert.Equal(
            Items(Path.Combine(BuiltTree.Root, "Directory.Packages.props"), "PackageVersion").Order(StringComparer.Ordinal),
            taken.Order(StringComparer.Ordinal));
    }

    private static IEnumerable<string> PackagesOf(string project) => Items(project, "PackageReference");

    private static IEnumerable<string> Items(string file, string name) =>
        XDocument.Load(file).Descendants(name).Select(item => (string)item.Attribute("Include")!);

    private static IEnumerable<MethodDefinition> Callees(MethodDefinition method) => !method.HasBody ? [] : method.Body.Instructions
        .Select(instruction => instruction.Operand)
        .OfType<MethodReference>()
        .Where(callee => Assemblies.Contains(callee.DeclaringType.Scope.Name.Replace(".dll", "", StringComparison.Ordinal)))
        .Select(callee => callee.Resolve())
        .Where(callee => callee is not null && callee != method);

    /// <summary>
    /// Whether the compiler gave the method to a record: ToString, Equals, GetHashCode and Deconstruct call every getter.
    /// </summary>
    private static bool IsGeneratedInRecord(MethodDefinition method) =>
        method.Name is "ToString" or "PrintMembers" or "Equals" or "GetHashCode" or "Deconstruct" && IsCompilerGenerated(method);

    /// <summary>
    /// Not what others call: the public API, the runtime (constructors, virtual methods), serializers (setters) and what the compiler adds.
    /// </summary>
    private static bool IsOwnBusiness(MethodDefinition method) =>
        !(IsVisible(method.DeclaringType) && (method.IsPublic || method.IsFamily))
        && !method.IsConstructor && !method.IsVirtual && !method.IsSetter && !method.Name.StartsWith("op_", StringComparison.Ordinal)
        && !IsGenerated(method.DeclaringType) && !method.Name.Contains('<', StringComparison.Ordinal)
        && method.Name != "get_EqualityContract"
        && (method.IsGetter || !IsCompilerGenerated(method));

    private static bool IsCompilerGenerated(MethodDefinition method) =>
        method.CustomAttributes.Any(attribute => attribute.AttributeType.Name == "CompilerGeneratedAttribute");

    private static bool IsVisible(TypeDefinition type) => type.IsPublic || (type.IsNestedPublic && IsVisible(type.DeclaringType));

    private static bool IsGenerated(TypeDefinition type) =>
        type.Name.Contains('<', StringComparison.Ordinal)
        || type.CustomAttributes.Any(attribute => attribute.AttributeType.Name is "CompilerGeneratedAttribute" or "GeneratedCodeAttribute")
        || (type.DeclaringType is not null && IsGenerated(type.DeclaringType));
}
