type Tree = readonly [string, ...unknown[]];

/**
 * Hides the questions that the answers so far do not ask for. `data-relevant` holds the condition as a tree; what compares
 * answers is followed at once, and a question whose condition asks for more stays there to be seen. A hidden question counts
 * as unanswered for those after it. The server drops what was not asked, script or not.
 */
export function followRelevance(form: HTMLFormElement): void {
  const conditional = [...form.querySelectorAll<HTMLElement>("[data-relevant]")].map((element) => ({
    element,
    condition: JSON.parse(element.dataset["relevant"] ?? '["lit", 1]') as Tree,
  }));
  const update = () => {
    for (const { element, condition } of conditional) element.hidden = holds(form, condition, instanceOf(element)) === false;
  };
  form.addEventListener("change", update);
  update();
}

/** What stands behind the name of a field in an instance of a repeat: ".2", or "". */
function instanceOf(element: HTMLElement): string {
  return /\.\d+$/.exec(element.dataset["question"] ?? "")?.[0] ?? "";
}

/** Whether a condition holds; undefined where it asks for more than answers beside what they are compared with. */
function holds(form: HTMLFormElement, [kind, name, left, right]: Tree, instance: string): boolean | undefined {
  if (kind !== "call") return undefined;
  if (name === "and" || name === "or") {
    const sides = [holds(form, left as Tree, instance), holds(form, right as Tree, instance)];
    const decisive = name === "or";
    return sides.includes(decisive) ? decisive : sides.includes(undefined) ? undefined : !decisive;
  }
  if (name === "not") {
    const inner = holds(form, left as Tree, instance);
    return inner === undefined ? undefined : !inner;
  }
  const [asked, question] = left as Tree;
  const [said, value] = (right ?? []) as unknown as Tree;
  if (asked !== "answer" || said !== "lit") return undefined;
  return compared(String(name), answers(form, String(question), instance), value);
}

function compared(operator: string, given: string[], value: unknown): boolean | undefined {
  if (operator === "selected") return given.includes(String(value));
  const one = given.join(" ");
  if (typeof value === "string") {
    return operator === "=" ? one === value : operator === "!=" ? one !== value : undefined;
  }
  const number = one.trim() === "" ? NaN : Number(one.normalize("NFKC"));
  const wanted = Number(value);
  switch (operator) {
    case "=": return number === wanted;
    case "!=": return number !== wanted;
    case "<": return number < wanted;
    case "<=": return number <= wanted;
    case ">": return number > wanted;
    case ">=": return number >= wanted;
    default: return undefined;
  }
}

/** What is picked or typed for a question that is shown. */
function answers(form: HTMLFormElement, question: string, instance: string): string[] {
  const named = (name: string) => form.querySelector<HTMLElement>(`[data-question="${CSS.escape(name)}"]`);
  const box = (instance && named(question + instance)) || named(question);
  if (!box || box.hidden) return [];
  const picked = box.querySelectorAll<HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement>(
    "input:checked, select, textarea, input.form-control",
  );
  return [...picked].map((field) => field.value.trim()).filter((text) => text !== "");
}
