// Training with an exported step, in any OnnxRuntime: in Node and in browsers.

const next = "next.";

/** What the next step takes: each output "next.x" as "x". */
export function carriedOn(outputs) {
  const names = Object.keys(outputs).filter((name) => name.startsWith(next));
  return Object.fromEntries(names.map((name) => [name.slice(next.length), outputs[name]]));
}

/** Some values by their names, those that a session takes. */
export function only(names, values) {
  return Object.fromEntries(names.map((name) => [name, values[name]]));
}

/**
 * Steps on one batch.
 * @param step The session of the exported step.
 * @param carried What the session of its start gives, or the last step gave.
 * @param batch The batch's tensors by name.
 * @param times How many steps.
 * @param isDone Looks at what is carried, and says whether that is enough.
 */
export async function train(step, carried, batch, times, isDone = async () => false) {
  const losses = [];
  for (let i = 0; i < times; i++) {
    const outputs = await step.run({ ...carried, ...batch });
    losses.push(outputs.loss.data[0]);
    carried = carriedOn(outputs);
    if (await isDone(carried)) break;
  }
  return { carried, losses };
}
