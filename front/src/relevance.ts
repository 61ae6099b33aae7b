import { type Answers, Day, type Tree, evaluate, truth } from "./offline/evaluate";
import { plain } from "./offline/form";
import { dayNumber, today } from "./offline/page";

/**
 * Hides the questions that the answers so far do not ask for. `data-relevant` holds the condition as a tree. A question whose
 * condition asks for what does not stand on the page (a calculation, a repeat) stays there to be seen. A hidden question counts
 * as unanswered for those after it. The server drops what was not asked, script or not.
 */
export function followRelevance(form: HTMLFormElement): void {
  const conditional = [...form.querySelectorAll<HTMLElement>("[data-relevant]")].map((element) => ({
    element,
    condition: JSON.parse(element.dataset["relevant"] ?? '["lit", 1]') as Tree,
  }));
  const update = () => {
    for (const { element, condition } of conditional) {
      const answers = answersTo(form, condition, instanceOf(element));
      element.hidden = answers !== undefined && !truth(evaluate(condition, { answers, day: dayOf(form) }));
    }
  };
  form.addEventListener("change", update);
  update();
}

/** What stands behind the name of a field in an instance of a repeat: ".2", or "". */
function instanceOf(element: HTMLElement): string {
  return /\.\d+$/.exec(element.dataset["question"] ?? "")?.[0] ?? "";
}

/** The form's day: when somebody looked, as it stands on the page. */
function dayOf(form: HTMLFormElement): Day {
  const at = form.querySelector<HTMLInputElement>("input[name=at]")?.value.slice(0, 10);
  return new Day(dayNumber(at || today()));
}

/** The answers that a condition speaks of; undefined where one of them, or anything else of it, is not on the page. */
function answersTo(form: HTMLFormElement, [kind, name, ...parts]: Tree, instance: string): Answers | undefined {
  if (kind === "lit") return {};
  if (kind === "answer") {
    const box = boxOf(form, String(name), instance);
    return box ? { [String(name)]: box.hidden ? "" : valueOf(box) } : undefined;
  }
  if (kind !== "call") return undefined;
  const found = (parts as Tree[]).map((part) => answersTo(form, part, instance));
  return found.includes(undefined) ? undefined : Object.assign({}, ...found);
}

function boxOf(form: HTMLFormElement, question: string, instance: string): HTMLElement | null {
  const named = (name: string) => form.querySelector<HTMLElement>(`[data-question="${CSS.escape(name)}"]`);
  return ((instance && named(question + instance)) || named(question)) as HTMLElement | null;
}

function valueOf(box: HTMLElement): unknown {
  const fields = [...box.querySelectorAll<HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement>(
    "input:checked, select, textarea, input.form-control, input.words",
  )];
  const texts = fields.map((field) => field.value.trim()).filter((text) => text !== "");
  const typed = /^(numeric|decimal)$/.test(fields[0]?.inputMode ?? "");
  return typed && texts[0] !== undefined ? Number(plain(texts[0])) : texts;
}
