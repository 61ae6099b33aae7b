/**
 * Asks before an action that cannot be taken back: `<form data-confirm="确认撤销？" data-confirm-yes="撤销隐患">`,
 * or the same attributes on one of its buttons. The dialog itself, with its words, is in the page's frame.
 */
export function askBeforeSending(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    const button = event.submitter;
    const source = button?.dataset["confirm"] ? button : form;
    const question = source.dataset["confirm"];
    const dialog = document.querySelector<HTMLDialogElement>("dialog#confirm");
    if (!question || !dialog || form.dataset["confirmed"] === "yes") return;
    event.preventDefault();
    event.stopImmediatePropagation();
    ask(dialog, question, source.dataset["confirmYes"], () => {
      form.dataset["confirmed"] = "yes";
      form.requestSubmit(button);
      delete form.dataset["confirmed"];
    });
  }, { capture: true });
}

/** Put a question in the page's dialog; what follows where the answer is yes. */
export function ask(dialog: HTMLDialogElement, question: string, yes: string | undefined, proceed: () => void): void {
  const agree = dialog.querySelector<HTMLButtonElement>("button[value=yes]");
  const text = dialog.querySelector("[data-question]");
  if (!agree || !text) return;
  text.textContent = question;
  agree.dataset["plain"] ??= agree.textContent ?? "";
  agree.textContent = yes ?? agree.dataset["plain"];
  dialog.returnValue = "";
  dialog.addEventListener("close", () => { if (dialog.returnValue === "yes") proceed(); }, { once: true });
  dialog.showModal();
}
