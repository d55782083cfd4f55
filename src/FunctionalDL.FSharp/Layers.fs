namespace FunctionalDL.FSharp

open FunctionalDL

/// Layers as functions from model to model, composed with >>.
[<AutoOpen>]
module Layers =

    /// A model that begins with inputs of the given sizes, each example one of them.
    let input (sizes: int list) = Model.Input [| for size in sizes -> Dim.Of(int64 size) |]

    /// Any layer, added to a model: layer Layer.Tanh.
    let layer (layer: Layer) (model: Model) = model.Then layer

    /// y = x W + b, from the given number of inputs to the given number of units.
    let dense (inputs: int) (units: int) (model: Model) =
        let actual = model.Output.Shape[model.Output.Rank - 1]
        if actual <> Dim.Of(int64 inputs) then
            raise (ShapeException $"dense {inputs} {units}: the layer before it gives {model.Output.Shape}. Write dense {actual} {units}.")
        model.Dense units

    /// The axes after the first made one.
    let flatten (model: Model) = model.Flatten()

/// Activations by name, for expressions and as layers alike.
[<AbstractClass; Sealed>]
type Activation =
    static member Relu(x: Expr) = Functions.Relu x
    static member Relu(model: Model) = model.Relu()
    static member Sigmoid(x: Expr) = Functions.Sigmoid x
    static member Sigmoid(model: Model) = model.Sigmoid()
    static member Softmax(x: Expr) = Functions.Softmax x
    static member Softmax(model: Model) = model.Softmax()
    static member Gelu(x: Expr) = Functions.Gelu x
    static member Gelu(model: Model) = model.Gelu()

[<AutoOpen>]
module Activations =

    /// max(x, 0), of an expression or as a layer.
    let inline relu (x: ^T) : ^T =
        let inline call (_: ^A) (x: ^X) = ((^A or ^X): (static member Relu: ^X -> ^X) x)
        call Unchecked.defaultof<Activation> x

    /// 1/(1 + e⁻ˣ), of an expression or as a layer.
    let inline sigmoid (x: ^T) : ^T =
        let inline call (_: ^A) (x: ^X) = ((^A or ^X): (static member Sigmoid: ^X -> ^X) x)
        call Unchecked.defaultof<Activation> x

    /// eˣⁱ/Σ eˣ over the last axis, of an expression or as a layer.
    let inline softmax (x: ^T) : ^T =
        let inline call (_: ^A) (x: ^X) = ((^A or ^X): (static member Softmax: ^X -> ^X) x)
        call Unchecked.defaultof<Activation> x

    /// x·Φ(x), of an expression or as a layer.
    let inline gelu (x: ^T) : ^T =
        let inline call (_: ^A) (x: ^X) = ((^A or ^X): (static member Gelu: ^X -> ^X) x)
        call Unchecked.defaultof<Activation> x
