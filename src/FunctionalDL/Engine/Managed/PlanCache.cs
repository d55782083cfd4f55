namespace FunctionalDL.Engine;

/// <summary>The plans made so far, by actual sizes; when there are too many, the one longest unused is dropped.</summary>
sealed class PlanCache(Func<Sizes, Plan> make)
{
    readonly Lock access = new();
    readonly OrderedDictionary<Sizes, Plan> plans = [];

    public Plan this[Sizes sizes]
    {
        get
        {
            lock (access)
            {
                if (!plans.Remove(sizes, out var plan)) plan = make(sizes);
                if (plans.Count == Tuning.KeptPlans) plans.RemoveAt(0);
                plans.Add(sizes, plan);
                return plan;
            }
        }
    }
}
