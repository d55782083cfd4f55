using System.Collections.Immutable;

namespace FunctionalDL;

/// <summary>What all scopes of one model collect together.</summary>
sealed class LayerBuild(bool isTraining, DType dtype)
{
    ImmutableDictionary<string, Parameter> byName = ImmutableDictionary<string, Parameter>.Empty;
    ImmutableDictionary<Expr, string> statistics = ImmutableDictionary<Expr, string>.Empty;
    ImmutableDictionary<(int Within, object Copy), int> copies = ImmutableDictionary<(int, object), int>.Empty;
    ImmutableDictionary<(int Within, Layer Origin), string> prefixes = ImmutableDictionary<(int, Layer), string>.Empty;
    ImmutableDictionary<(Model Model, string Name), Layer> models = ImmutableDictionary<(Model, string), Layer>.Empty;

    public bool IsTraining => isTraining;
    public DType DType => dtype;
    public ImmutableList<Parameter> Parameters { get; private set; } = [];

    /// <summary>What statistics become, by name.</summary>
    public ImmutableDictionary<string, Expr> Updates { get; private set; } = ImmutableDictionary<string, Expr>.Empty;

    /// <summary>The layers that normalize by a batch's own values, and how many of these they take together.</summary>
    public ImmutableList<(string Layer, Dim Values)> Normalized { get; set; } = [];

    public long Streams { get; set; }

    /// <summary>The layers applied outside of others.</summary>
    public ImmutableList<ForwardStep> Steps { get; set; } = [];

    /// <summary>The layers whose parameters another use took, in the order of these uses.</summary>
    public ImmutableList<string> Shared { get; set; } = [];

    /// <summary>The same so far, to collect more in.</summary>
    public LayerBuild Copy() => (LayerBuild)MemberwiseClone();

    /// <summary>The number of a copy inside another; 0 is what is not copied.</summary>
    public int Copied(int within, LayerIdentity identity) => identity.Copies.Aggregate(within, (at, copy) =>
    {
        if (!copies.ContainsKey((at, copy))) copies = copies.Add((at, copy), copies.Count + 1);
        return copies[(at, copy)];
    });

    /// <summary>With what the names of a layer's parameters begin, where a use before this one said so.</summary>
    public string? Prefix(int within, LayerIdentity identity) => prefixes.GetValueOrDefault((within, identity.Origin));

    public void SetPrefix(int within, LayerIdentity identity, string prefix) => prefixes = prefixes.Add((within, identity.Origin), prefix);

    /// <summary>The layer that stands for a model under a name: the same for each use.</summary>
    public Layer LayerOf(Model model, string name)
    {
        if (!models.ContainsKey((model, name))) models = models.Add((model, name), Layer.Of(name, x => x));
        return models[(model, name)];
    }

    public Parameter? Find(string name) => byName.GetValueOrDefault(name);

    public void Add(Parameter parameter)
    {
        (byName, Parameters) = (byName.Add(parameter.Name, parameter), Parameters.Add(parameter));
        if (!parameter.IsTrainable) statistics = statistics.Add(parameter.Variable, parameter.Name);
    }

    /// <summary>The value of a parameter at this place: a statistic that an earlier use has moved is where it left it.</summary>
    public Expr ValueOf(Parameter parameter) => Updates.GetValueOrDefault(parameter.Name) ?? parameter.Variable;

    public void Update(Expr statistic, Expr next)
    {
        if (!statistics.TryGetValue(statistic, out var name))
            throw new FunctionalException($"Layer: an update of {statistic.Type}, which is not a statistic. "
                + "Update what scope.Statistic gave.");
        var after = Functions.StopGradient(next);
        (Updates, statistics) = (Updates.SetItem(name, after), statistics.SetItem(after, name));
    }
}
