module FunctionalDL.FSharp.Tests.TrainingTests

open FunctionalDL
open FunctionalDL.FSharp
open Xunit

let network = dense 2 16 >> layer Layer.Tanh >> dense 16 2

/// Two classes: inside and outside a circle.
let circle count =
    let points = Key.Of(1L).Uniform(shape [ count; 2 ], DType.Float32, 0L)
    let values = points.ToArray<float32>()
    let labels = [| for i in 0 .. count - 1 -> if values[2 * i] ** 2.0f + values[2 * i + 1] ** 2.0f < 0.6f then 1L else 0L |]
    Dataset(points, Tensor.op_Implicit labels)

[<Fact>]
let ``Layers compose with >>`` () =
    let model = input [ 2 ] |> network
    Assert.Equal("input [batch, 2] >> dense >> tanh >> dense", string model)

[<Fact>]
let ``relu and its like are layers and functions`` () =
    let model = input [ 4 ] |> (dense 4 3 >> relu >> dense 3 2 >> softmax)
    Assert.Equal(5, model.Layers.Length + 1)
    Assert.Equal(0.0, relu (variable "x") |> evaluateAt [ "x", -1.0 ])

[<Fact>]
let ``A layer that does not fit says how to write it`` () =
    let error = Assert.Throws<ShapeException>(fun () -> input [ 3 ] |> dense 2 4 |> ignore)
    Assert.Contains("Write dense 3 4", error.Message)

[<Fact>]
let ``A network learns a circle`` () =
    let data = circle 400
    let settings = { training with Epochs = 60; Batch = MiniBatchGradientDescent 32; Optimizer = Optimizer.Adam 0.02; Seed = 1L }
    let run = input [ 2 ] |> network |> fit settings data
    Assert.True((run.Model |> accuracy data) > 0.95)

/// What `fit` gives is what C# gives for the same settings, to the last bit.
let private sameAsInCSharp (settings: Fit) (expected: Dataset -> Model -> TrainingRun) =
    let data = circle 150
    let model = input [ 2 ] |> network
    Assert.True((model |> fit settings data).Model.Parameters.BitEquals((expected data model).Model.Parameters))

[<Fact>]
let ``Training is as its documentation says unless said otherwise`` () =
    sameAsInCSharp training (fun data model ->
        model.Fit(data, Loss.SoftmaxCrossEntropy, Optimizer.Adam 0.001, 5, MiniBatchGradientDescent 64, 0L, FitOptions()))

[<Fact>]
let ``Every setting reaches the run`` () =
    let epochs = ResizeArray<int>()
    let settings =
        { Loss = Loss.SoftmaxCrossEntropy
          Optimizer = Optimizer.Sgd 0.25
          Epochs = 3
          Batch = MiniBatchGradientDescent 40
          Seed = 7L
          Progress = fun epoch -> epochs.Add epoch.Epoch }
    sameAsInCSharp settings (fun data model ->
        model.Fit(data, Loss.SoftmaxCrossEntropy, Optimizer.Sgd 0.25, 3, MiniBatchGradientDescent 40, 7L, FitOptions()))
    Assert.Equal<int>([ 1; 2; 3 ], epochs)
