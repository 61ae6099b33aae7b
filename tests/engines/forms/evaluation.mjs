// Reads lines of {tree, around}, answers each with what the browser's evaluator gives: {value} or {fault}.
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const { Day, evaluate, stored } = await import(pathToFileURL(process.argv[2]).href);

for await (const line of createInterface({ input: process.stdin })) {
  const { tree, around } = JSON.parse(line);
  const day = around.day ? new Day(Date.parse(`${around.day}T00:00:00Z`) / 86_400_000) : null;
  let answer;
  try {
    const value = evaluate(tree, { ...around, day });
    answer = { value: typeof value === "boolean" ? value : stored(value) };
  } catch (fault) {
    answer = { fault: String(fault) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
