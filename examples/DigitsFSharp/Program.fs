// The digits of examples/Digits in a dozen lines of F#. An argument names the file to write.
open FunctionalDL
open FunctionalDL.FSharp

[<EntryPoint>]
let main args =
    let train, test = Digits.Draw(20_000, 1L), Digits.Draw(4_000, 2L)
    let network = flatten >> dense 784 256 >> relu >> dense 256 128 >> relu >> dense 128 10

    let run =
        input [ 28; 28 ] |> network
        |> fit { training with Epochs = 3; Seed = 1L; Progress = fun e -> printfn $"epoch {e.Epoch}: loss {e.Loss}" } train

    printfn $"test accuracy {run.Model |> accuracy test:P2}"
    let file = args |> Array.tryHead |> Option.defaultValue "digits.onnx"
    printfn $"wrote {file}; {run.Model.ExportOnnx file}"
    0
