/**
 * What was typed and photographed but not sent yet is kept in the browser, by account and page: a phone may throw a page away
 * while its camera is open. Put back when the page is opened again, forgotten once the form has arrived, or after three days.
 */
import { inBase } from "./database";
import { addPhoto } from "./photos";
import { say } from "./sending";

interface Draft {
  at: number;
  fields: [string, string][];
  photos: { question: string; file: File; source: string; time: string }[];
}

const inDrafts = inBase("hemei", (made) => made.createObjectStore("drafts"));
const KEPT = 3 * 24 * 3600 * 1000;
const PAUSE = 300;
const NOT_KEPT = new Set(["csrfmiddlewaretoken", "photo", "photo_question", "source", "device_time", "drop"]);

export function keepDrafts(): void {
  const form = document.querySelector<HTMLFormElement>("form[data-draft]");
  const account = document.body.dataset["account"];
  if (!form || !account || !("indexedDB" in window)) return;
  form.autocomplete = "off"; // else the browser's way back fills in what has arrived already, under another number
  const key = `${account} ${location.pathname}`;
  void restore(key, form).catch(() => undefined);
  let waiting = 0;
  let unsaved: HTMLFormElement | null = null;
  const save = () => {
    clearTimeout(waiting);
    waiting = 0;
    if (unsaved) void write(key, read(unsaved)).catch(() => undefined);
    unsaved = null;
  };
  const later = (event: Event) => {
    const swapped = event.type === "htmx:after:swap"; // drawn anew, with one more or one less
    const changed = swapped ? document.querySelector<HTMLFormElement>("form[data-draft]") : (event.target as Element).closest<HTMLFormElement>("form[data-draft]");
    if (!changed) return;
    unsaved = changed;
    waiting ||= window.setTimeout(save, PAUSE); // not put off by what is typed next: the page may be gone by then
  };
  document.addEventListener("input", later);
  document.addEventListener("change", later);
  document.addEventListener("htmx:after:swap", later);
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && save()); // no timer comes any more
  const forget = () => {
    unsaved = null;
    void write(key, undefined).catch(() => undefined);
  };
  document.addEventListener("click", (event) => {
    const button = (event.target as Element).closest("[data-forget]");
    if (!button) return;
    forget();
    if (button instanceof HTMLButtonElement) location.replace(location.href);
  });
  document.addEventListener("htmx:before:response", (event) => {
    const { ctx } = (event as CustomEvent<{ ctx: { sourceElement: Element; hx?: { redirect?: string } } }>).detail;
    if (ctx.hx?.redirect && ctx.sourceElement.matches("form[data-draft]")) forget();
  });
}

function read(form: HTMLFormElement): Draft {
  const fields = [...new FormData(form)].filter((pair): pair is [string, string] => typeof pair[1] === "string" && !NOT_KEPT.has(pair[0]));
  const photos = [...form.querySelectorAll<HTMLElement>("[data-photos] ul.photos > li")].flatMap((row) => {
    const value = (name: string) => row.querySelector<HTMLInputElement>(`input[name=${name}]`);
    const file = value("photo")?.files?.[0];
    const question = value("photo_question")?.value ?? "";
    return file ? [{ question, file, source: value("source")?.value ?? "", time: value("device_time")?.value ?? "" }] : [];
  });
  return { at: Date.now(), fields, photos };
}

async function restore(key: string, form: HTMLFormElement): Promise<void> {
  const draft = await inDrafts<Draft | undefined>("drafts", "readonly", (store) => store.get(key));
  if (!draft || form.querySelector(".wrong")) return; // what came back with errors is newer
  if (Date.now() - draft.at > KEPT) return void (await write(key, undefined));
  const values = new Map<string, string[]>();
  for (const [name, value] of draft.fields) values.set(name, [...(values.get(name) ?? []), value]);
  for (const control of form.elements) {
    if (control instanceof HTMLInputElement || control instanceof HTMLTextAreaElement || control instanceof HTMLSelectElement) {
      if (!NOT_KEPT.has(control.name) && control.name !== "held" && control.type !== "file") put(control, values.get(control.name) ?? []);
    }
  }
  const button = form.querySelector<HTMLButtonElement>("button[name=again]");
  let beyond = values.has("held"); // what the server holds, and instances of repeats that were asked for: it has to draw them
  for (const { question, file, source, time } of draft.photos) {
    const own = form.querySelector<HTMLElement>(question ? `[data-question="${CSS.escape(question)}"] [data-photos]` : "[data-photos]");
    const box = own ?? (button && form.querySelector<HTMLElement>("[data-photos]"));
    const row = box && addPhoto(box, file, source, time);
    if (own || !row) continue;
    row.querySelector<HTMLInputElement>("input[name=photo_question]")!.value = question;
    beyond = true;
  }
  form.dispatchEvent(new Event("change", { bubbles: true }));
  for (const [name, several] of button ? values : []) {
    if (name !== "held" && (!/\.\d+$/.test(name) || form.elements.namedItem(name))) continue;
    for (const value of several) form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
    beyond = true;
  }
  say(form, "found-again");
  if (!beyond || !button) return;
  const told = () => say(document.querySelector<HTMLFormElement>("form[data-draft]") ?? form, "found-again");
  document.addEventListener("htmx:after:swap", told, { once: true });
  button.click();
}

function put(control: HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement, values: string[]): void {
  if (control instanceof HTMLInputElement && (control.type === "radio" || control.type === "checkbox")) {
    control.checked = values.includes(control.value);
  } else if (values.length > 0) {
    control.value = values[0] ?? "";
  }
}

const write = (key: string, draft: Draft | undefined) =>
  inDrafts("drafts", "readwrite", (store) => (draft ? store.put(draft, key) : store.delete(key)));
