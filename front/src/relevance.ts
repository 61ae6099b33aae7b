/**
 * Hides the questions that the answers so far do not ask for. `data-relevant` holds [[question, value], …], all of which must
 * hold; a hidden question counts as unanswered for those after it. The server drops what was not asked, script or not.
 */
export function followRelevance(form: HTMLFormElement): void {
  const conditional = [...form.querySelectorAll<HTMLElement>("[data-relevant]")].map((element) => ({
    element,
    conditions: JSON.parse(element.dataset["relevant"] ?? "[]") as [string, string][],
  }));
  const answer = (question: string): string => {
    const box = form.querySelector<HTMLElement>(`[data-question="${CSS.escape(question)}"]`);
    if (!box || box.hidden) return "";
    return box.querySelector<HTMLInputElement | HTMLSelectElement>("input:checked, select")?.value ?? "";
  };
  const update = () => {
    for (const { element, conditions } of conditional) {
      element.hidden = !conditions.every(([question, value]) => answer(question) === value);
    }
  };
  form.addEventListener("change", update);
  update();
}
