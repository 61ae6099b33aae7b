type Tree = readonly [string, ...unknown[]];

/**
 * Hides the questions that the answers so far do not ask for. `data-relevant` holds the condition as a tree; what compares
 * single choices is followed at once, and any other condition leaves its question there to be seen. A hidden question counts
 * as unanswered for those after it. The server drops what was not asked, script or not.
 */
export function followRelevance(form: HTMLFormElement): void {
  const conditional = [...form.querySelectorAll<HTMLElement>("[data-relevant]")].map((element) => ({
    element,
    condition: JSON.parse(element.dataset["relevant"] ?? '["lit", 1]') as Tree,
  }));
  const answer = (question: string): string => {
    const box = form.querySelector<HTMLElement>(`[data-question="${CSS.escape(question)}"]`);
    if (!box || box.hidden) return "";
    return box.querySelector<HTMLInputElement | HTMLSelectElement>("input:checked, select")?.value ?? "";
  };
  const holds = ([kind, name, left, right]: Tree): boolean => {
    if (kind !== "call") return true;
    if (name === "and") return holds(left as Tree) && holds(right as Tree);
    const [asked, question] = left as Tree;
    const [said, value] = (right ?? []) as unknown as Tree;
    if (name !== "=" || asked !== "answer" || said !== "lit" || typeof value !== "string") return true;
    return answer(String(question)) === value;
  };
  const update = () => {
    for (const { element, condition } of conditional) element.hidden = !holds(condition);
  };
  form.addEventListener("change", update);
  update();
}
