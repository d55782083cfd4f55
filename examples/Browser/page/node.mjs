// node node.mjs STEP.onnx BATCH.onnx [TIMES [SEED]]: trains in Node and prints the losses as JSON. It needs npm install onnxruntime-node.
import { InferenceSession, Tensor } from "onnxruntime-node";
import { train } from "./training.mjs";

const [stepFile, batchFile, times = "20", seed = "0"] = process.argv.slice(2);
const step = await InferenceSession.create(stepFile);
const start = await InferenceSession.create(stepFile.replace(/\.onnx$/, ".start.onnx"));
const batch = await InferenceSession.create(batchFile);

const first = { ...(await start.run({})) };
if ("seed" in first) first.seed = new Tensor("int64", [BigInt(seed)], []);
const { losses } = await train(step, first, await batch.run({}), Number(times));
console.log(JSON.stringify(losses));
