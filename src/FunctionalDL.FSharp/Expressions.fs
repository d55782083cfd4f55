namespace FunctionalDL.FSharp

open System
open FunctionalDL

/// Expressions as curried functions, data last. F#'s own operators, sin, exp, sqrt, abs, … and ** apply to expressions as they are.
[<AutoOpen>]
module Expressions =

    /// A float64 scalar variable.
    let variable (name: string) = Expr.Variable name

    /// A float32 variable of a shape.
    let tensorVariable (name: string) (shape: Shape) = Expr.Variable(name, shape)

    /// A shape of numbers; a named dimension is written with Dim.Symbol.
    let shape (sizes: int list) = Shape.Of [| for size in sizes -> Dim.Of(int64 size) |]

    /// The matrix product of x and y.
    let matmul (x: Expr) (y: Expr) = Functions.MatMul(x, y)

    /// x².
    let square (x: Expr) = Functions.Square x

    /// The sum of all elements.
    let sum (x: Expr) = Functions.Sum x

    /// The mean of all elements.
    let mean (x: Expr) = Functions.Mean x

    /// ∂y/∂x as an expression.
    let gradient (x: Expr) (y: Expr) = y.Gradient x

    /// The derivative of a function of expressions, again a function of expressions. What else the function uses is held fixed, even
    /// where that is x itself: the derivative of b ↦ x·b at x is x.
    let derivative (f: Expr -> Expr) = fun (x: Expr) -> Differentiation.Gradient(Func<Expr, Expr> f).Invoke x

    /// The value of an expression, given values by name.
    let evaluate (values: (string * Tensor) list) (expression: Expr) =
        expression.Evaluate [| for name, value in values -> struct (name, value) |]

    /// The value of a scalar expression, given numbers by name.
    let evaluateAt (values: (string * float) list) (expression: Expr) =
        (expression |> evaluate [ for name, value in values -> name, Tensor.op_Implicit value ]).ToScalar()
