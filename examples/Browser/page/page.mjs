// A visitor draws a digit, sees what it is taken for and why, and corrects it: the exported step trains on the correction.
import * as ort from "./node_modules/onnxruntime-web/dist/ort.wasm.bundle.min.mjs";
import { only, train } from "./training.mjs";

const size = 28, cell = 10, mostSteps = 50, enough = 0.9;
const element = (id) => document.getElementById(id);
const [drawing, saliency] = [element("drawing"), element("saliency")];
const pen = drawing.getContext("2d", { willReadFrequently: true });

// Several threads need headers that a plain server does not send.
ort.env.wasm.numThreads = 1;
const load = (file) => ort.InferenceSession.create(file);
const [predict, step, start] = await Promise.all(["predict.onnx", "train.onnx", "train.start.onnx"].map(load));
let carried = await start.run({});

/** The drawing as the model takes it: ink from 0 to 1, each pixel the mean of a cell. */
function input() {
  const { data } = pen.getImageData(0, 0, size * cell, size * cell);
  const ink = new Float32Array(size * size);
  for (let y = 0; y < size * cell; y++)
    for (let x = 0; x < size * cell; x++)
      ink[Math.floor(y / cell) * size + Math.floor(x / cell)] += data[4 * (y * size * cell + x) + 3] / 255 / cell / cell;
  return new ort.Tensor("float32", ink, [1, size, size]);
}

/** What the drawing is taken for, with what is carried. */
async function guess(carried) {
  const outputs = await predict.run(only(predict.inputNames, { ...carried, input: input() }));
  const probabilities = [...outputs.probabilities.data];
  const digit = probabilities.indexOf(Math.max(...probabilities));
  return { digit, probabilities, slopes: outputs.saliency.data };
}

async function show() {
  const { digit, probabilities, slopes } = await guess(carried);
  element("prediction").textContent = digit;
  element("certainty").textContent = `${(100 * probabilities[digit]).toFixed(1)} %`;
  element("label").value = digit;
  element("learn").disabled = false;
  const largest = slopes.reduce((most, slope) => Math.max(most, Math.abs(slope)), Number.MIN_VALUE);
  const picture = new ImageData(size, size);
  slopes.forEach((slope, i) => picture.data.set([slope > 0 ? 255 : 0, 0, slope < 0 ? 255 : 0, 255 * Math.abs(slope) / largest], 4 * i));
  saliency.getContext("2d").putImageData(picture, 0, 0);
}

/** Steps on the corrected drawing until it is taken for what it is. */
async function learn() {
  const label = Number(element("label").value);
  element("learn").disabled = true;
  const batch = { input: input(), target: new ort.Tensor("int64", [BigInt(label)], [1]) };
  const isLearned = async (next) => (await guess(next)).probabilities[label] > enough;
  const trained = await train(step, carried, batch, mostSteps, isLearned);
  carried = trained.carried;
  await show();
  element("status").textContent = `Learned in ${trained.losses.length} steps.`;
}

function clear() {
  pen.clearRect(0, 0, drawing.width, drawing.height);
  saliency.getContext("2d").clearRect(0, 0, size, size);
  element("prediction").textContent = element("certainty").textContent = "";
  element("learn").disabled = true;
}

// One thing at a time: a session runs once at a time.
let last = Promise.resolve();
const inTurn = (action) => () => (last = last.then(action).catch((error) => (element("status").textContent = error)));

[pen.lineWidth, pen.lineCap, pen.lineJoin] = [22, "round", "round"];
drawing.onpointerdown = (e) => {
  drawing.setPointerCapture(e.pointerId);
  pen.beginPath();
  pen.moveTo(e.offsetX, e.offsetY);
};
drawing.onpointermove = (e) => {
  if (e.buttons === 0) return;
  pen.lineTo(e.offsetX, e.offsetY);
  pen.stroke();
};
drawing.onpointerup = inTurn(show);
element("clear").onclick = inTurn(clear);
element("learn").onclick = inTurn(learn);
element("status").textContent = "Ready.";
