/**
 * What a household tells several times, each room for one: one more and one less at once, on the page with a signal and on the one
 * that stays on the phone. Only forms that ask so load this: the door's own script has to be there within a second.
 */
import type { KeptPage } from "./door/page";
import { Walk } from "./door/walk";
import { type Section, fieldOf, instancesOf, picked, say, withOpened } from "./offline/form";
import { clear, part, piece, put, tap } from "./offline/page";
import { followRelevance } from "./relevance";

declare global {
  interface Window {
    // No element's id: those are the window's, too, and a template is no function.
    ofRepeats?: (page: KeptPage, into: HTMLElement, wrong: { [field: string]: string }) => void;
  }
}

const MOST = 200; // as the server has it

/** On the page that stays on the phone: each repeat stands where its section does. */
window.ofRepeats = (page, into, wrong) => {
  const { sections } = page.kit.form;
  sections.forEach((section, at) => {
    if (!section.repeat) return;
    const after = new Set(sections.slice(at + 1).flatMap((later) => later.questions.map((question) => question.name)));
    const next = ([...into.children] as HTMLElement[]).find((one) => after.has(one.dataset["field"] ?? ""));
    into.insertBefore(instances(page, section, into, wrong), next ?? null);
  });
};

function instances(page: KeptPage, section: Section, into: HTMLElement, wrong: { [field: string]: string }): HTMLElement {
  const box = piece("repeated");
  const list = part(box, "ones");
  const opened = new Set<number>(); // what stands there, filled in or not
  const follow = () => {
    const { answers, asked, headings } = new Walk(page.kit, withOpened(section, opened, page.walk.fields)).read();
    box.hidden = !headings.has(section.name);
    // One that goes by what is tapped alone was told there.
    const here = page.kit.dangers.filter((signs) => signs.some(([name]) => section.questions.some((one) => one.name === name)));
    part(box, "leave").hidden = !here.some((signs) => signs.every(([name, choice]) => picked(answers, name, choice)));
    for (const one of list.querySelectorAll<HTMLElement>("[data-field]")) one.hidden = !asked.has(one.dataset["field"]!);
  };
  const draw = () => {
    clear(list);
    for (const number of instancesOf(section, page.walk.fields)) opened.add(number);
    if (!opened.size) opened.add(1);
    [...opened].sort((a, b) => a - b).forEach((number, at) => {
      const one = piece("one");
      put(one, "title", `${say(section.labels, page.kit.language)} ${at + 1}`);
      for (const question of section.questions) {
        if (question.kind === "calculate") continue;
        const name = fieldOf(question.name, number);
        const single = question.kind === "select_one";
        page.field(part(one, "rows"), { ...question, name, kind: single ? "select_multiple" : question.kind }, wrong[name] ?? "");
        if (single) pickOne(part(one, "rows").lastElementChild!, name);
      }
      tap(one, "less", () => {
        for (const question of section.questions) page.set(fieldOf(question.name, number), []);
        opened.delete(number);
        draw();
      });
      list.append(one);
    });
    part(box, "more").hidden = opened.size >= MOST;
    follow();
  };
  tap(box, "more", () => {
    opened.add(Math.max(0, ...opened) + 1);
    draw();
    list.lastElementChild!.scrollIntoView();
  });
  into.addEventListener("change", follow); // what is typed elsewhere may be what the repeat goes by
  draw();
  return box;
}

function pickOne(box: Element, name: string): void {
  for (const input of box.querySelectorAll("input")) {
    input.type = "radio";
    input.name = name;
  }
}

/** With a signal: what the buttons ask the server for is done here, and what was chosen stays chosen. */
for (const form of document.querySelectorAll<HTMLFormElement>("form")) {
  if (form.querySelector("[data-repeat]")) beginAt(form);
}

function beginAt(form: HTMLFormElement): void {
  const of = (repeat: string) => [...form.querySelectorAll<HTMLElement>(`[data-repeat="${CSS.escape(repeat)}"]`)];
  const hide = () => {
    for (const one of form.querySelectorAll<HTMLElement>("[data-repeat]")) {
      one.hidden = [...one.querySelectorAll<HTMLElement>("[data-question]")].every((row) => row.hidden);
    }
    for (const button of form.querySelectorAll<HTMLButtonElement>("[name=more]")) button.hidden = of(button.value).every((one) => one.hidden);
  };
  const changed = () => {
    followRelevance(form);
    hide();
  };
  form.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLButtonElement>("button[name=more], button[name=less]");
    if (!button) return;
    const own = of(button.value.split(".")[0]!);
    const last = own[own.length - 1]!;
    const next = Number(last.dataset["number"]) + 1;
    if (button.name === "more" && next > MOST) return; // the server closes the gaps
    event.preventDefault();
    if (button.name === "more") last.parentNode!.insertBefore(another(last, next), last.nextSibling);
    else if (own.length > 1) button.closest("[data-repeat]")!.remove();
    else empty(last);
    of(last.dataset["repeat"]!).forEach((one, at) => (one.querySelector("legend")!.textContent = `${one.dataset["title"]} ${at + 1}`));
    changed();
  });
  changed();
  form.addEventListener("change", hide);
}

function another(last: HTMLElement, number: number): HTMLElement {
  const one = last.cloneNode(true) as HTMLElement;
  one.dataset["number"] = String(number);
  for (const element of one.querySelectorAll("*")) {
    for (const name of ["name", "data-question"]) renumber(element, name, /\.\d+$/, `.${number}`);
    for (const name of ["id", "for"]) renumber(element, name, /--\d+$/, `--${number}`);
    if (element.getAttribute("name") === "less") renumber(element, "value", /\.\d+$/, `.${number}`);
  }
  empty(one);
  return one;
}

function renumber(element: Element, name: string, old: RegExp, now: string): void {
  const said = element.getAttribute(name);
  if (said) element.setAttribute(name, said.replace(old, now));
}

function empty(one: HTMLElement): void {
  for (const error of one.querySelectorAll(".error")) error.remove();
  for (const field of one.querySelectorAll<HTMLInputElement>("input, textarea")) {
    if (field.type === "radio" || field.type === "checkbox") field.checked = false;
    else field.value = "";
  }
}
