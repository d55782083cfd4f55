// The digits of examples/Digits in a dozen lines of F#. An argument names the file to write; --json ends with one line of JSON.
open FunctionalDL
open FunctionalDL.FSharp

[<EntryPoint>]
let main args =
    let train, test = Digits.Draw(20_000, 1L), Digits.Draw(4_000, 2L)
    let network = flatten >> dense 784 256 >> relu >> dense 256 128 >> relu >> dense 128 10

    let run =
        input [ 28; 28 ] |> network
        |> fit { training with Epochs = 3; Seed = 1L; Progress = fun e -> printfn $"epoch {e.Epoch}: loss {e.Loss}" } train

    let testAccuracy = run.Model |> accuracy test
    printfn $"test accuracy {testAccuracy:P2}"
    let json, files = args |> Array.partition ((=) "--json")
    let file = files |> Array.tryHead |> Option.defaultValue "digits.onnx"
    printfn $"wrote {file}; {run.Model.ExportOnnx file}"
    if json.Length > 0 then printfn $"{{\"testAccuracy\":{testAccuracy}}}"
    0
