namespace FunctionalDL;

/// <summary>Told of a training run as it goes, on the training thread. Override what is of interest.</summary>
public abstract class Callback
{
    /// <summary>Before the first step.</summary>
    public virtual void OnStart(TrainingStatus status) { }

    /// <summary>After each step.</summary>
    public virtual void OnStep(TrainingStatus status) { }

    /// <summary>After each epoch and its validation; the epoch is the last of the history.</summary>
    public virtual void OnEpoch(TrainingStatus status) { }

    /// <summary>When the run ends, whether it is complete, was stopped or has failed.</summary>
    public virtual void OnEnd(TrainingStatus status) { }

    /// <summary>A function that is told of each epoch.</summary>
    public static Callback EachEpoch(Action<TrainingStatus> action) => new Lambda(null, action);

    /// <summary>A function that is told of each step.</summary>
    public static Callback EachStep(Action<TrainingStatus> action) => new Lambda(action, null);

    /// <summary>Reports each epoch.</summary>
    public static Callback Report(IProgress<EpochResult> progress) => EachEpoch(status => progress.Report(status.History[^1]));

    /// <summary>
    /// Saves a checkpoint after each epoch, and within an epoch after every <paramref name="everySteps"/> steps where given. Where a save
    /// fails, as on a full disk, the checkpoint before stays, the run goes on, and its <see cref="TrainingRun.Warnings"/> say so; a
    /// folder that is not there is an error before the first step.
    /// </summary>
    /// <exception cref="FunctionalException">The number of steps is below 1.</exception>
    public static Callback SaveCheckpoint(string path, int? everySteps = null) => everySteps is < 1
        ? throw new FunctionalException($"SaveCheckpoint: every {everySteps} steps. Give 1 or more.")
        : new Saving(path, everySteps);

    sealed class Saving(string path, int? everySteps) : Callback
    {
        public override void OnStart(TrainingStatus status) => AtomicFile.RequireFolder(path);

        public override void OnStep(TrainingStatus status)
        {
            if (status.Position.Step % everySteps == 0) Save(status);
        }

        public override void OnEpoch(TrainingStatus status) => Save(status);

        void Save(TrainingStatus status) => status.Try(() => status.Checkpoint().Save(path));
    }

    sealed class Lambda(Action<TrainingStatus>? step, Action<TrainingStatus>? epoch) : Callback
    {
        public override void OnStep(TrainingStatus status) => step?.Invoke(status);

        public override void OnEpoch(TrainingStatus status) => epoch?.Invoke(status);
    }
}
