module FunctionalDL.FSharp.Tests.DerivativeTests

open System
open Xunit
open FunctionalDL
open FunctionalDL.FSharp

let x = variable "x"

let at (value: float) (expression: Expr) = expression |> evaluateAt [ "x", value ]

/// What is held fixed keeps apart from what is moved, also where both are x.
[<Fact>]
let ``The derivative of x·b with respect to b is x, also at x`` () =
    Assert.Equal(3.0, derivative (fun b -> x * b) x |> at 3.0)
    // b ↦ a·b has the slope a, whatever b is; and that has the slope 1 in a.
    Assert.Equal(1.0, derivative (fun a -> derivative (fun b -> a * b) x) x |> at 3.0)

/// d/dx (x · d/dy (x + y) at y = 1) = 1 (Siskind, Pearlmutter 2005), and relatives of it.
[<Fact>]
let ``Derivatives nest`` () =
    let d = derivative
    Assert.Equal(1.0, d (fun x -> x * d (fun y -> x + y) (FunctionalDL.Expr.Constant 1.0)) x |> at 1.0)
    // d/dx (x · d/dy (x·y) at y = x) = d/dx x² = 2x
    Assert.Equal(6.0, d (fun x -> x * d (fun y -> x * y) x) x |> at 3.0)
    // d/dy (x²·y²) at y = x is 2x³, and its derivative 6x².
    Assert.Equal(54.0, d (fun x -> d (fun y -> x * x * y * y) x) x |> at 3.0, 1e-12)

[<Fact>]
let ``Derivatives nest three deep`` () =
    let d = derivative
    // Innermost, d/dz (x·y·z²) at z = y is 2·x·y²; then d/dy of y·2·x·y² at y = x is 6·x³; then 18·x².
    let outer = d (fun x -> d (fun y -> y * d (fun z -> x * y * z * z) y) x) x
    Assert.Equal(18.0 * 4.0, outer |> at 2.0, 1e-12)

[<Fact>]
let ``Functions close over variables of the same name as those of a quotation`` () =
    let slope = grad <@ fun x -> x * x * x @>
    Assert.Equal(derivative (fun b -> slope * b) x |> at 2.0, 12.0)

[<Fact>]
let ``A derivative may be taken at an expression and of tensors`` () =
    Assert.Equal(cos 9.0, derivative sin (x * x) |> at 3.0, 1e-15)
    let v = tensorVariable "v" (shape [ 2 ])
    let gradient = derivative (fun u -> sum (u * v)) v |> evaluate [ "v", Tensor.op_Implicit [| 1.0f; 2.0f |] ]
    Assert.Equal<float32>([| 1.0f; 2.0f |], gradient.ToArray<float32>())

/// Two variables of a quotation may have one name, as those that code puts together do.
[<Fact>]
let ``Variables of a quotation are known apart`` () =
    let outer, inner = FSharp.Quotations.Var("x", typeof<float>), FSharp.Quotations.Var("x", typeof<float>)
    let multiply a b =
        match <@@ 1.0 * 2.0 @@> with
        | FSharp.Quotations.Patterns.Call(None, times, _) -> FSharp.Quotations.Expr.Call(times, [ a; b ])
        | other -> failwith $"{other}"
    let body = multiply (FSharp.Quotations.Expr.Var outer) (FSharp.Quotations.Expr.Var inner)
    let f = FSharp.Quotations.Expr.Lambda(outer, FSharp.Quotations.Expr.Let(inner, FSharp.Quotations.Expr.Value 2.0, body))
    Assert.Equal(10.0, quoted (FSharp.Quotations.Expr.Cast<float -> float> f) |> at 5.0)
