module FunctionalDL.FSharp.Tests.ValueTests

open System
open System.Reflection
open Xunit
open FSharp.Quotations
open FunctionalDL
open FunctionalDL.FSharp

let x = variable "x"

let near (expected: float) (actual: float) = abs (expected - actual) <= 1e-6 * (1.0 + abs expected)

/// What a quotation may hold: its name, a function of one float with it, and what System.Math says.
let quotations: (string * Expr<float -> float> * (float -> float)) list =
    [ "+", <@ fun x -> x + 2.0 @>, (fun x -> x + 2.0)
      "-", <@ fun x -> -(x - 3.0) @>, (fun x -> 3.0 - x)
      "*", <@ fun x -> x * 1.5 @>, (fun x -> 1.5 * x)
      "/", <@ fun x -> x / 4.0 @>, (fun x -> 0.25 * x)
      "**", <@ fun x -> x ** 3.0 @>, (fun x -> Math.Pow(x, 3.0))
      "max", <@ fun x -> max x 0.8 @>, (fun x -> Math.Max(x, 0.8))
      "min", <@ fun x -> min x 0.8 @>, (fun x -> Math.Min(x, 0.8))
      "sin", <@ fun x -> sin x @>, Math.Sin
      "cos", <@ fun x -> cos x @>, Math.Cos
      "tan", <@ fun x -> tan x @>, Math.Tan
      "atan", <@ fun x -> atan x @>, Math.Atan
      "tanh", <@ fun x -> tanh x @>, Math.Tanh
      "asin", <@ fun x -> asin (x / 2.0) @>, (fun x -> Math.Asin(x / 2.0))
      "acos", <@ fun x -> acos (x / 2.0) @>, (fun x -> Math.Acos(x / 2.0))
      "sinh", <@ fun x -> sinh x @>, Math.Sinh
      "cosh", <@ fun x -> cosh x @>, Math.Cosh
      "floor", <@ fun x -> floor (3.0 * x) @>, (fun x -> Math.Floor(3.0 * x))
      "ceil", <@ fun x -> ceil (3.0 * x) @>, (fun x -> Math.Ceiling(3.0 * x))
      "round", <@ fun x -> round (3.0 * x) @>, (fun x -> Math.Round(3.0 * x))
      "truncate", <@ fun x -> truncate (3.0 * x) @>, (fun x -> Math.Truncate(3.0 * x))
      "%", <@ fun x -> (3.0 * x) % 0.7 @>, (fun x -> (3.0 * x) % 0.7)
      "atan2", <@ fun x -> atan2 x 2.0 @>, (fun x -> Math.Atan2(x, 2.0))
      "exp", <@ fun x -> exp x @>, Math.Exp
      "log", <@ fun x -> log x @>, Math.Log
      "sqrt", <@ fun x -> sqrt x @>, Math.Sqrt
      "abs", <@ fun x -> abs (x - 1.0) @>, (fun x -> Math.Abs(x - 1.0)) ]

[<Fact>]
let ``What a quotation holds has the value that System.Math gives`` () =
    for name, f, expected in quotations do
        for at in [ 0.3; 0.8; 1.0; 1.4 ] do
            Assert.True(quoted f |> evaluateAt [ "x", at ] |> near (expected at), $"{name} at {at}")

/// The message for what is not known lists what is.
[<Fact>]
let ``Every function that quotations know has a row`` () =
    let error = Assert.Throws<FunctionalException>(fun () -> quoted <@ fun x -> Math.Floor x @> |> ignore)
    let message = error.Message
    let known = message[message.LastIndexOf("with ") + 5 ..].TrimEnd('.').Split(", ") |> Set
    Assert.Equal<Set<string>>(known, Set [ for name, _, _ in quotations -> name ])

let private constant (values: float list) = FunctionalDL.Expr.Constant(Tensor.op_Implicit [| for v in values -> float32 v |]: Tensor)

let private elements (e: FunctionalDL.Expr) =
    let value = e |> evaluate []
    [ for i in 0 .. value.Count - 1 -> value.GetDouble i ]

let private images = input [ 2; 2 ]

let private predicted (values: float32 list) (model: Model) =
    let batch = Tensor.Of(shape [ 1; values.Length ], List.toArray values)
    (model |> predict batch).ToArray<float32>() |> Array.map float |> List.ofArray

/// Every exported function with what it gives and what it should.
let exported () : (string * float list * float list) list =
    let four = input [ 4 ]
    let asLayer (activation: Model -> Model) = four |> activation |> predicted [ -1f; 0f; 0.5f; 2f ]
    let sigma z = 1.0 / (1.0 + Math.Exp(-z))
    let z = [ -1.0; 0.0; 0.5; 2.0 ]
    let exponentials = z |> List.map Math.Exp
    let shares = exponentials |> List.map (fun e -> e / List.sum exponentials)
    // Φ at −1, 0, ½ and 2.
    let gelus = List.map2 (*) z [ 0.15865525393145707; 0.5; 0.6914624612740131; 0.9772498680518208 ]
    [ "variable", [ x |> evaluateAt [ "x", 1.5 ] ], [ 1.5 ]
      "tensorVariable",
      (let v = tensorVariable "v" (shape [ 2 ])
       [ for e in (v |> evaluate [ "v", Tensor.op_Implicit [| 1f; 2f |] ]).ToArray<float32>() -> float e ]),
      [ 1.0; 2.0 ]
      "shape", [ for dim in shape [ 2; 3; 5 ] -> float dim.Size ], [ 2.0; 3.0; 5.0 ]
      "matmul",
      (let row = FunctionalDL.Expr.Constant(Tensor.Of(shape [ 1; 2 ], [| 1f; 2f |]))
       elements (matmul row (FunctionalDL.Expr.Constant(Tensor.Of(shape [ 2; 2 ], [| 3f; 4f; 5f; 6f |]))))),
      [ 13.0; 16.0 ]
      "square", elements (square (constant [ -3.0; 0.5 ])), [ 9.0; 0.25 ]
      "sum", elements (sum (constant [ 1.0; 2.0; 6.0 ])), [ 9.0 ]
      "mean", elements (mean (constant [ 1.0; 2.0; 6.0 ])), [ 3.0 ]
      "gradient", [ gradient x (x * x * variable "y") |> evaluateAt [ "x", 3.0; "y", 5.0 ] ], [ 30.0 ]
      "derivative", [ derivative (fun x -> x * x * x) x |> evaluateAt [ "x", 2.0 ] ], [ 12.0 ]
      "evaluate", elements (constant [ 7.0 ]), [ 7.0 ]
      "evaluateAt", [ x - variable "y" |> evaluateAt [ "x", 3.0; "y", 5.0 ] ], [ -2.0 ]
      "quoted", [ quoted <@ fun t -> 2.0 * t @> |> evaluateAt [ "t", 3.0 ] ], [ 6.0 ]
      "grad", [ grad <@ fun t -> t * t * t @> |> evaluateAt [ "t", 3.0 ] ], [ 27.0 ]
      "relu", elements (relu (constant z)) @ asLayer relu, [ 0.0; 0.0; 0.5; 2.0; 0.0; 0.0; 0.5; 2.0 ]
      "sigmoid", elements (sigmoid (constant z)) @ asLayer sigmoid, (let s = List.map sigma z in s @ s)
      "softmax", elements (softmax (constant z)) @ asLayer softmax, shares @ shares
      "gelu", elements (gelu (constant z)) @ asLayer gelu, gelus @ gelus
      "input", [ for dim in (input [ 3; 5 ]).Output.Shape.Slice(1, 3) -> float dim.Size ], [ 3.0; 5.0 ]
      "layer", (four |> layer Layer.Tanh |> predicted [ -1f; 0f; 0.5f; 2f ]), List.map Math.Tanh z
      "flatten", [ for dim in (images |> flatten).Output.Shape.Slice(1, 2) -> float dim.Size ], [ 4.0 ]
      "dense", [ for dim in (four |> dense 4 3).Output.Shape.Slice(1, 2) -> float dim.Size ], [ 3.0 ]
      "predict", (four |> predicted [ 1f; 2f; 3f; 4f ]), [ 1.0; 2.0; 3.0; 4.0 ]
      // The right labels of three examples are 0, 1 and 1.
      "accuracy",
      [ input [ 2 ] |> accuracy (Dataset(Tensor.Of(shape [ 3; 2 ], [| 1f; 0f; 0f; 1f; 1f; 0f |]), Tensor.op_Implicit [| 0L; 1L; 1L |])) ],
      [ 2.0 / 3.0 ]
      "training", [ float training.Epochs; float training.Seed ], [ 5.0; 0.0 ]
      "fit",
      (let data = Dataset(Tensor.Of(shape [ 2; 2 ], [| 1f; 0f; 0f; 1f |]), Tensor.op_Implicit [| 0L; 1L |])
       let run = input [ 2 ] |> dense 2 2 |> fit { training with Epochs = 3; Batch = MiniBatchGradientDescent 2 } data
       [ float run.History.Count ]),
      [ 3.0 ] ]

[<Fact>]
let ``Exported functions give what they should`` () =
    for name, actual, expected in exported () do
        Assert.True(actual.Length = expected.Length && List.forall2 near expected actual, $"{name}: {actual} for {expected}")

[<Fact>]
let ``Every exported function has a row`` () =
    let modules = typeof<Fit>.Assembly.GetExportedTypes() |> Array.filter (fun t -> t.IsAbstract && t.IsSealed && t <> typeof<Activation>)
    let names =
        [ for t in modules do
              for m in t.GetMethods(BindingFlags.Public ||| BindingFlags.Static ||| BindingFlags.DeclaredOnly) do
                  if not (m.Name.Contains '$') then m.Name.Replace("get_", "") ]
    Assert.Equal<Set<string>>(Set names, Set [ for name, _, _ in exported () -> name ])

/// A value of a module, which quotations hold as a property.
let shift = 0.1

[<Fact>]
let ``Numbers of a quotation keep their digits`` () =
    Assert.Equal(0.1, quoted <@ fun x -> 0.1 * x @> |> evaluateAt [ "x", 1.0 ])
    Assert.Equal(0.1 + 0.2, quoted <@ fun x -> x + shift @> |> evaluateAt [ "x", 0.2 ])

/// Of each row of a matrix, not of each column.
[<Fact>]
let ``softmax is over the last axis`` () =
    let rows = FunctionalDL.Expr.Constant(Tensor.Of(shape [ 2; 2 ], [| 0f; float32 (log 3.0); 0f; 0f |]))
    let actual, expected = elements (softmax rows), [ 0.25; 0.75; 0.5; 0.5 ]
    Assert.True(List.forall2 near expected actual, $"{actual}")
