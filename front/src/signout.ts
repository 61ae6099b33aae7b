/**
 * Signing out on a phone that holds checks which are not sent yet: it asks first. The list goes from the phone either way;
 * what waits stays, out of sight, until its own person signs in again.
 */
import { ask } from "./confirm";
import { forgetKit, sheets } from "./offline/store";

export function leaveNothingOpen(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (!form.matches("[data-signs-out]") || form.dataset["asked"] === "yes" || !("indexedDB" in window)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const leave = () => {
      form.dataset["asked"] = "yes";
      void forgetKit().catch(() => undefined).then(() => form.requestSubmit());
    };
    void unsent(document.body.dataset["account"] ?? "").then((count) => {
      const dialog = document.querySelector<HTMLDialogElement>("dialog#confirm");
      if (!count || !dialog) return leave();
      ask(dialog, (form.dataset["unsent"] ?? "").replace("{n}", String(count)), form.dataset["leave"], leave);
    });
  }, { capture: true });
}

async function unsent(account: string): Promise<number> {
  const all = await sheets().catch(() => []);
  return all.filter((one) => one.account === account && one.state !== "sent").length;
}
