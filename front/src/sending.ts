/**
 * Forms on bad lines. A form is sent once, however often its button is tapped. One that htmx sends in place stays as it was
 * filled in when it does not arrive, and says why: no network, the sign-in has run out, somebody else is signed in now. The
 * words are in the page's `<template id="not-sent">`, by `data-when`.
 */
const BUSY_AT_MOST = 10_000; // a form whose answer is a download never leaves its page

interface Sent {
  sourceElement: Element;
  request: { headers: Record<string, string> };
  response?: { status: number };
  hx?: { redirect?: string };
}

const sending = new WeakSet<HTMLFormElement>();
const sentOf = (event: Event) => (event as CustomEvent<{ ctx?: Sent }>).detail?.ctx;
const formOf = (event: Event) => {
  const source = sentOf(event)?.sourceElement;
  return source instanceof HTMLFormElement && source.method === "post" ? source : undefined;
};

export function sendOnce(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (form.method !== "post") return;
    if (sending.has(form)) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    renewToken(form);
    sending.add(form);
    form.setAttribute("aria-busy", "true");
    if (!form.hasAttribute("hx-post")) setTimeout(() => release(form), BUSY_AT_MOST);
  }, { capture: true });
  // Back to a page that the browser kept: its forms may be sent again.
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll<HTMLFormElement>("form[aria-busy]")) release(form);
  });
  document.addEventListener("htmx:config:request", (event) => {
    const account = document.body.dataset["account"];
    const sent = sentOf(event);
    if (sent && account && formOf(event)) sent.request.headers["X-Account"] = account;
  });
  document.addEventListener("htmx:before:response", (event) => {
    const status = sentOf(event)?.response?.status ?? 200;
    const form = formOf(event);
    if (!form || status < 400 || status === 422) return;
    event.preventDefault();
    say(form, { 401: "signed-out", 409: "somebody-else", 413: "too-large" }[status] ?? (status < 500 ? "refused" : "broken"));
  });
  document.addEventListener("htmx:error", (event) => {
    const form = formOf(event);
    if (form) say(form, "offline");
  });
  document.addEventListener("htmx:finally:request", (event) => {
    const form = formOf(event);
    if (form && !sentOf(event)?.hx?.redirect) release(form);
  });
}

/** Signing in anew gives the browser another token; the one in a page that stood open since before is no longer good. */
function renewToken(form: HTMLFormElement): void {
  const token = /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie)?.[1];
  const field = form.querySelector<HTMLInputElement>("input[name=csrfmiddlewaretoken]");
  if (token && field) field.value = token;
}

function release(form: HTMLFormElement): void {
  sending.delete(form);
  form.removeAttribute("aria-busy");
}

/** Put one of the page's sentences above the form's buttons, instead of what stood there. */
export function say(form: HTMLFormElement, when: string): HTMLElement | undefined {
  for (const earlier of form.querySelectorAll("[data-when]")) earlier.remove();
  const words = document.querySelector<HTMLTemplateElement>("template#not-sent");
  const found = words?.content.querySelector<HTMLElement>(`[data-when="${when}"]`);
  if (!found) return undefined;
  const said = found.cloneNode(true) as HTMLElement;
  if (said.getAttribute("role") === "alert") {
    form.querySelector(":scope > .actions")?.before(said);
    said.scrollIntoView({ block: "center", behavior: "instant" });
  } else {
    form.prepend(said);
  }
  return said;
}
