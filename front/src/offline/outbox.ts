/**
 * Sends what waits, one sheet after another, as often as it takes. The same instance sent twice is stored once, so that a
 * broken line is no reason to ask anybody anything. What the server refuses stays, with its reason, to be mended.
 */
import { type Sheet, amend, forget, keep, sheets } from "./store";

export type Outcome = "sent" | "refused" | "later" | "signed-out" | "somebody-else";

interface Answer {
  outcome?: string;
  message?: string;
  wrong?: { [field: string]: string };
  link?: string;
}

const SHOWN_FOR = 7 * 24 * 3600 * 1000;
let busy = false;

/** What is to be sent next: the least tried, so that one that never gets through holds up none of the others. */
export async function next(account: string): Promise<Sheet | undefined> {
  const mine = (await sheets()).filter((one) => one.account === account && one.state === "waiting");
  mine.sort((a, b) => a.at.localeCompare(b.at));
  const behind = (one: Sheet) => one.edit && mine.find((other) => other.edit && other.place === one.place) !== one; // it may go on from that one
  return mine.filter((one) => !behind(one)).sort((a, b) => a.tries - b.tries)[0];
}

/** Send all that waits for this account; tells what ended it. */
export async function send(account: string, addressOf: (one: Sheet) => string, changed: () => void): Promise<Outcome | undefined> {
  if (busy) return undefined;
  busy = true;
  let last: Outcome | undefined;
  try {
    for (let one = await next(account); one; one = await next(account)) {
      last = await post(one, addressOf(one));
      changed();
      if (last !== "sent" && last !== "refused") break;
    }
    await tidy(account);
  } finally {
    busy = false;
  }
  return last;
}

async function post(one: Sheet, address: string): Promise<Outcome> {
  const body = new FormData();
  const { instance, place, form, version, fields, at, position, photos } = one;
  if (one.edit) body.append("edit", JSON.stringify({ instance, place, at, ...one.edit }));
  else body.append("check", JSON.stringify({ instance, place, form, version, fields, at, position }));
  for (const photo of photos) {
    body.append("photo", photo.blob, photo.name);
    body.append("photo_field", photo.field);
    body.append("source", photo.source);
    body.append("device_time", photo.time);
  }
  const patience = new AbortController();
  const alarm = setTimeout(() => patience.abort(), (6 + photos.length) * 10_000); // many get through a slow line all the same
  try {
    const token = /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? "";
    const headers = { "X-CSRFToken": token, "X-Account": one.account };
    const response = await fetch(address, { method: "POST", body, headers, signal: patience.signal, redirect: "manual" });
    return await settle(one, response);
  } catch {
    await amend(one.instance, { tries: one.tries + 1 });
    return "later";
  } finally {
    clearTimeout(alarm);
  }
}

async function settle(one: Sheet, response: Response): Promise<Outcome> {
  if (response.status === 401) return "signed-out";
  if (response.status === 409 && !isJson(response)) return "somebody-else";
  if (!isJson(response)) {
    await amend(one.instance, { tries: one.tries + 1 });
    return "later"; // a proxy, a page of trouble, a sign-in that was renewed meanwhile
  }
  const said = (await response.json()) as Answer;
  if (said.outcome === "stored" || said.outcome === "repeated") {
    await keep({ ...one, state: "sent", photos: [], fields: {}, said: said.message ?? "", wrong: {}, link: said.link ?? "" });
    return "sent";
  }
  if (said.outcome !== "refused") return "later";
  await keep({ ...one, state: "refused", said: said.message ?? "", wrong: said.wrong ?? {} });
  return "refused";
}

const isJson = (response: Response): boolean => (response.headers.get("Content-Type") ?? "").startsWith("application/json");

async function tidy(account: string): Promise<void> {
  for (const one of await sheets()) {
    if (one.account === account && one.state === "sent" && Date.now() - one.changed > SHOWN_FOR) await forget(one.instance);
  }
}
