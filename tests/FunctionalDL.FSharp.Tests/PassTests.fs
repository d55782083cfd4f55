/// Passes over expressions as another assembly writes them: this one sees public members only.
module FunctionalDL.FSharp.Tests.PassTests

open System
open System.Collections.Generic
open Xunit
open FunctionalDL
open FunctionalDL.FSharp

/// How often an op occurs, in graphs inside of ops too.
let rec count (name: string) (outputs: Expr seq) : int =
    Graph.TopologicalOrder(Seq.toArray outputs)
    |> Seq.sumBy (fun node ->
        let inside = node.Op.Attributes.Values |> Seq.sumBy (function :? GraphAttribute as graph -> count name graph.Outputs | _ -> 0)
        inside + if node.Op.Name = name then 1 else 0)

/// Every tanh becomes the softsign x/(1 + |x|).
let quick (y: Expr) =
    y.Transform(fun node inputs ->
        match node.Op.Name with
        | "Tanh" -> let u = inputs[0] in u / (1.0 + abs u)
        | _ -> null)

/// One line for each node: its number, its op with the attributes, the numbers of its inputs, its type.
let listing (y: Expr) =
    let numbers = Dictionary<Expr, int>(HashIdentity.Reference)
    [ for node in Graph.TopologicalOrder [| y |] do
        let shown =
            [ for x in node.Inputs do
                $"%%{numbers[x]}"
              for KeyValue(name, value) in node.Op.Attributes do
                match value with
                | :? IntegerAttribute as n -> $"{name}={n.Value}"
                | :? IntegersAttribute as n ->
                    let axes = n.Values |> Seq.map string |> String.concat " "
                    $"{name}=[{axes}]"
                | other -> $"{name}={other}" ]
        numbers[node] <- numbers.Count
        let inside = String.concat "; " shown
        $"%%{numbers[node]} = {node.Op.Name}({inside}) : {node.Type}" ]

let x = tensorVariable "x" (shape [ 2; 3 ])

[<Fact>]
let ``A pass counts and replaces an op, in loops too`` () =
    let h, steps = tensorVariable "h" (shape [ 3 ]), tensorVariable "steps" (shape [ 4; 3 ])
    let loop = Functions.Scan([| h |], [| steps |], fun s e -> [| tanh (s[0] + e[0]) |]).Last[0]
    let y = sum (tanh loop * tanh h)
    let replaced = quick y
    Assert.Equal(3, count "Tanh" [ y ])
    Assert.Equal(0, count "Tanh" [ replaced ])
    Assert.Equal(3 + count "Abs" [ y ], count "Abs" [ replaced ])
    // From 1 the softsign goes to 1/2, and without further steps' inputs to 1/3, 1/4, 1/5; the other factor is 1/2, and the outer one 1/6.
    let values = [ "h", Tensor.Vector(1f, 1f, 1f) :> Tensor; "steps", Tensor.Zeros(DType.Float32, shape [ 4; 3 ]) ]
    Assert.Equal(3.0 / 12.0, (replaced |> evaluate values).ToScalar(), 1e-6)

[<Fact>]
let ``A printer shows all that a graph is`` () =
    let y = Functions.Sum(Functions.Slice(x, 1, 0, 3, 2) * Functions.Slice(x, 1, 0, 3, 2), 0)
    let expected =
        [ """%0 = Variable(symbol="x"; dtype=float32; shape=[2, 3]; isStatistic=false) : float32[2, 3]"""
          "%1 = Slice(%0; axis=1; start=0; size=2; step=2) : float32[2, 2]"
          "%2 = Slice(%0; axis=1; start=0; size=2; step=2) : float32[2, 2]"
          "%3 = Multiply(%1; %2) : float32[2, 2]"
          "%4 = Sum(%3; axes=[0]) : float32[2]" ]
    Assert.Equal<string list>(expected, listing y)

[<Fact>]
let ``A pass makes nodes again with other attributes and inputs`` () =
    let y = Functions.Slice(x, 1, 0, 2)
    let moved = Expr.Apply(y.Op.With("start", IntegerAttribute 1L), x)
    let value = moved |> evaluate [ ("x", Tensor.Of(shape [ 2; 3 ], [| 1f; 2f; 3f; 4f; 5f; 6f |])) ]
    Assert.Equal<float list>([ 2.0; 3.0; 5.0; 6.0 ], [ for i in 0..3 -> value.GetDouble i ])
    let order = IntegersAttribute [| 1; 0 |] :> OpAttribute
    let transpose = Op.Create("Transpose", readOnlyDict [ ("order", order) ])
    Assert.Equal("float32[3, 2]", Expr.Apply(transpose, x).Type.ToString())
    let wider = y.WithInputs(tensorVariable "wide" (shape [ 7; 9 ]))
    Assert.Equal("float32[7, 2]", wider.Type.ToString())
    let error = Assert.Throws<ShapeException>(Action(fun () -> Expr.Apply(y.Op.With("start", IntegerAttribute 2L), x) |> ignore))
    Assert.Contains("Slice: from 2 to 3 is outside axis 1 of [2, 3]", error.Message)

[<Fact>]
let ``A hundred thousand nodes are counted and replaced`` () =
    let chain = Seq.fold (fun (y: Expr) _ -> tanh y) (variable "u") (seq { 1..100_000 })
    Assert.Equal(100_000, count "Tanh" [ chain ])
    Assert.Equal(100_000, count "Divide" [ quick chain ])
