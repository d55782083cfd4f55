namespace FunctionalDL.FSharp

open FSharp.Quotations
open FSharp.Quotations.Patterns
open FSharp.Quotations.DerivedPatterns
open FunctionalDL

/// Quoted functions of floats as expressions: what is written between <@ and @> is ordinary F#.
[<AutoOpen>]
module Quotations =

    type private Quoted = FSharp.Quotations.Expr

    let private number (value: float) = FunctionalDL.Expr.Constant(value, DType.Float64)

    /// Functions of one float: their name, how a quotation holds them, and what they are here.
    let private unary: (string * Quoted * (FunctionalDL.Expr -> FunctionalDL.Expr)) list =
        [ "-", <@@ (~-): float -> float @@>, (fun x -> -x)
          "sin", <@@ sin: float -> float @@>, Functions.Sin
          "cos", <@@ cos: float -> float @@>, Functions.Cos
          "tan", <@@ tan: float -> float @@>, Functions.Tan
          "asin", <@@ asin: float -> float @@>, Functions.Asin
          "acos", <@@ acos: float -> float @@>, Functions.Acos
          "atan", <@@ atan: float -> float @@>, Functions.Atan
          "sinh", <@@ sinh: float -> float @@>, Functions.Sinh
          "cosh", <@@ cosh: float -> float @@>, Functions.Cosh
          "tanh", <@@ tanh: float -> float @@>, Functions.Tanh
          "exp", <@@ exp: float -> float @@>, Functions.Exp
          "log", <@@ log: float -> float @@>, Functions.Log
          "sqrt", <@@ sqrt: float -> float @@>, Functions.Sqrt
          "abs", <@@ abs: float -> float @@>, Functions.Abs
          "floor", <@@ floor: float -> float @@>, Functions.Floor
          "ceil", <@@ ceil: float -> float @@>, Functions.Ceiling
          "round", <@@ round: float -> float @@>, Functions.Round
          "truncate", <@@ truncate: float -> float @@>, Functions.Truncate ]

    /// Functions of two floats.
    let private binary: (string * Quoted * (FunctionalDL.Expr -> FunctionalDL.Expr -> FunctionalDL.Expr)) list =
        [ "+", <@@ (+): float -> float -> float @@>, (fun a b -> a + b)
          "-", <@@ (-): float -> float -> float @@>, (fun a b -> a - b)
          "*", <@@ (*): float -> float -> float @@>, (fun a b -> a * b)
          "/", <@@ (/): float -> float -> float @@>, (fun a b -> a / b)
          "%", <@@ (%): float -> float -> float @@>, (fun a b -> Functions.Remainder(a, b))
          "atan2", <@@ atan2: float -> float -> float @@>, (fun a b -> Functions.Atan2(a, b))
          "**", <@@ ( ** ): float -> float -> float @@>, (fun a b -> Functions.Power(a, b))
          "max", <@@ max: float -> float -> float @@>, (fun a b -> Functions.Maximum(a, b))
          "min", <@@ min: float -> float -> float @@>, (fun a b -> Functions.Minimum(a, b)) ]

    let private known =
        [ for name, _, _ in binary -> name ] @ [ for name, _, _ in unary -> name ] |> List.distinct |> String.concat ", "

    // Variables are known by what they are, not by their names: two that a quotation was built with may have the same.
    let rec private translate (bound: Map<Var, FunctionalDL.Expr>) (quoted: Quoted) : FunctionalDL.Expr =
        let go = translate bound
        let ofOne (_, template, f) =
            match quoted with
            | SpecificCall template (_, _, [ a ]) -> Some(f (go a))
            | _ -> None
        let ofTwo (_, template, f) =
            match quoted with
            | SpecificCall template (_, _, [ a; b ]) -> Some(f (go a) (go b))
            | _ -> None
        match quoted with
        | Var v when bound.ContainsKey v -> bound[v]
        | Double value -> number value
        | ValueWithName(:? float as value, _, _) -> number value
        | PropertyGet(None, property, []) when property.PropertyType = typeof<float> -> number (property.GetValue null :?> float)
        | Let(v, value, body) -> translate (bound.Add(v, go value)) body
        | _ ->
            match List.tryPick ofOne unary |> Option.orElseWith (fun () -> List.tryPick ofTwo binary) with
            | Some expression -> expression
            | None ->
                let unknown = $"\"{quoted}\" is not a function of floats this library knows"
                raise (FunctionalException $"Quotation: {unknown}. Write it with {known}.")

    /// A quoted function of one float as an expression of a variable of its argument's name.
    let quoted (f: Expr<float -> float>) : FunctionalDL.Expr =
        match f with
        | Lambda(x, body) -> translate (Map [ x, variable x.Name ]) body
        | other -> raise (FunctionalException $"Quotation: \"{other}\" is not a function. Write it as <@ fun x -> … @>.")

    /// The derivative of a quoted function of one float, as an expression of a variable of its argument's name.
    let grad (f: Expr<float -> float>) : FunctionalDL.Expr =
        match f with
        | Lambda(x, _) -> (quoted f).Gradient(variable x.Name)
        | _ -> quoted f
