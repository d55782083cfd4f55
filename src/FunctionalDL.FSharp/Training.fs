namespace FunctionalDL.FSharp

open FunctionalDL

/// How to train: what C# gives as arguments of Fit, as a record to copy and change.
type Fit =
    { Loss: Loss
      Optimizer: Optimizer
      Epochs: int
      Batch: Batching
      Seed: int64
      Progress: EpochResult -> unit }

/// Training and what comes after it, as curried functions, data last.
[<AutoOpen>]
module Training =

    /// Softmax cross-entropy, Adam at 0.001, 5 epochs of mini-batches of 64, seed 0.
    let training =
        { Loss = Loss.SoftmaxCrossEntropy
          Optimizer = Optimizer.Adam 1e-3
          Epochs = 5
          Batch = MiniBatchGradientDescent 64
          Seed = 0L
          Progress = ignore }

    /// The run that trains a model on data.
    let fit (settings: Fit) (data: Dataset) (model: Model) =
        let options = FitOptions(Progress = settings.Progress)
        model.Fit(data, settings.Loss, settings.Optimizer, settings.Epochs, settings.Batch, settings.Seed, options)

    /// The predictions of a model for a batch of inputs.
    let predict (inputs: Tensor) (model: Model) = model.Predict inputs

    /// The share of a data set that a classifier labels right.
    let accuracy (data: Dataset) (model: Model) =
        model.Evaluate(data, Loss.SoftmaxCrossEntropy, Metric.Accuracy).Metrics["accuracy"]
