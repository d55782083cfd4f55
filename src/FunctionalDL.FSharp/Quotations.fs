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

    let rec private translate (bound: Map<string, FunctionalDL.Expr>) (quoted: Quoted) : FunctionalDL.Expr =
        let go = translate bound
        match quoted with
        | Var v when bound.ContainsKey v.Name -> bound[v.Name]
        | Double value -> number value
        | ValueWithName(:? float as value, _, _) -> number value
        | Let(v, value, body) -> translate (bound.Add(v.Name, go value)) body
        | SpecificCall <@ (+) @> (_, _, [ a; b ]) -> go a + go b
        | SpecificCall <@ (-) @> (_, _, [ a; b ]) -> go a - go b
        | SpecificCall <@ (*) @> (_, _, [ a; b ]) -> go a * go b
        | SpecificCall <@ (/) @> (_, _, [ a; b ]) -> go a / go b
        | SpecificCall <@ ( ** ) @> (_, _, [ a; b ]) -> Functions.Power(go a, go b)
        | SpecificCall <@ (~-) @> (_, _, [ a ]) -> -(go a)
        | SpecificCall <@ sin @> (_, _, [ a ]) -> Functions.Sin(go a)
        | SpecificCall <@ cos @> (_, _, [ a ]) -> Functions.Cos(go a)
        | SpecificCall <@ tan @> (_, _, [ a ]) -> Functions.Tan(go a)
        | SpecificCall <@ atan @> (_, _, [ a ]) -> Functions.Atan(go a)
        | SpecificCall <@ tanh @> (_, _, [ a ]) -> Functions.Tanh(go a)
        | SpecificCall <@ exp @> (_, _, [ a ]) -> Functions.Exp(go a)
        | SpecificCall <@ log @> (_, _, [ a ]) -> Functions.Log(go a)
        | SpecificCall <@ sqrt @> (_, _, [ a ]) -> Functions.Sqrt(go a)
        | SpecificCall <@ abs @> (_, _, [ a ]) -> Functions.Abs(go a)
        | SpecificCall <@ max @> (_, _, [ a; b ]) -> Functions.Maximum(go a, go b)
        | SpecificCall <@ min @> (_, _, [ a; b ]) -> Functions.Minimum(go a, go b)
        | other ->
            raise (FunctionalException $"Quotation: \"{other}\" is not a function of floats this library knows. Write it with +, -, *, /, **, sin, cos, tan, atan, tanh, exp, log, sqrt, abs, max and min.")

    /// A quoted function of one float as an expression of a variable of its argument's name.
    let quoted (f: Expr<float -> float>) : FunctionalDL.Expr =
        match f with
        | Lambda(x, body) -> translate (Map [ x.Name, variable x.Name ]) body
        | other -> raise (FunctionalException $"Quotation: \"{other}\" is not a function. Write it as <@ fun x -> … @>.")

    /// The derivative of a quoted function of one float, as an expression of a variable of its argument's name.
    let grad (f: Expr<float -> float>) : FunctionalDL.Expr =
        match f with
        | Lambda(x, _) -> (quoted f).Gradient(variable x.Name)
        | _ -> quoted f
