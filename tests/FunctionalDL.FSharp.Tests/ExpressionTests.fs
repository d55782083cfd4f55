module FunctionalDL.FSharp.Tests.ExpressionTests

open System
open Xunit
open FsCheck
open FsCheck.Xunit
open FunctionalDL
open FunctionalDL.FSharp

let x = variable "x"

let near (expected: float) (actual: float) = abs (expected - actual) <= 1e-12 * (1.0 + abs expected)

[<Property>]
let ``The operators and functions of F# build expressions`` (NormalFloat a) =
    let a = a % 10.0
    let expression = sin (x ** 2.0) + exp (-(abs x)) / (1.0 + x * x) - 2.0 * sqrt (square x + 1.0)
    let expected = sin (a * a) + exp (-(abs a)) / (1.0 + a * a) - 2.0 * sqrt (a * a + 1.0)
    expression |> evaluateAt [ "x", a ] |> near expected

[<Property>]
let ``The derivative of sin x² is 2x cos x², quoted or as a function`` (NormalFloat a) =
    let a = a % 10.0
    let expected = 2.0 * a * cos (a * a)
    let asQuotation = grad <@ fun x -> sin (x * x) @>
    let asFunction = derivative (fun x -> sin (x * x)) x
    (asQuotation |> evaluateAt [ "x", a ] |> near expected) && (asFunction |> evaluateAt [ "x", a ] |> near expected)

[<Fact>]
let ``Derivatives of derivatives are functions too`` () =
    let third = (derivative >> derivative >> derivative) (fun x -> x ** 4.0)
    Assert.Equal(24.0 * 1.5, third x |> evaluateAt [ "x", 1.5 ], 1e-12)

[<Fact>]
let ``A quotation keeps names, lets and values from outside`` () =
    let k = 3.0
    let f = quoted <@ fun t -> let s = k * t in max s 1.0 + s ** 2.0 @>
    Assert.Equal(6.0 + 36.0, f |> evaluateAt [ "t", 2.0 ])

[<Fact>]
let ``A quotation of something else says what it can hold`` () =
    let error = Assert.Throws<FunctionalException>(fun () -> quoted <@ fun x -> Math.Floor x @> |> ignore)
    Assert.Contains("Floor", error.Message)

[<Fact>]
let ``Matrices multiply`` () =
    let a = tensorVariable "a" (shape [ 2; 3 ])
    let b = tensorVariable "b" (shape [ 3; 2 ])
    let product = matmul a b
    Assert.Equal<Shape>(shape [ 2; 2 ], product.Shape)
    let ones sizes = Tensor.Full(DType.Float32, shape sizes, 1.0)
    Assert.Equal<float32>([| 3f; 3f; 3f; 3f |], (product |> evaluate [ "a", ones [ 2; 3 ]; "b", ones [ 3; 2 ] ]).ToArray<float32>())
