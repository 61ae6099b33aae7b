/** What a household reported without a signal, by door: shown on its own page only, sent from any. */
import { send } from "../offline/outbox";
import { part, piece, put, tap, words } from "../offline/page";
import { type Sheet, forget, keep, lost, sheet, sheets } from "../offline/store";

export const home = /^.*?\/d\/[^/]+\//.exec(location.pathname)?.[0] ?? "";

/** A browser that forgets, or keeps no page, promises nothing. */
export const able = home !== "" && "serviceWorker" in navigator && "indexedDB" in window && !/MicroMessenger/i.test(navigator.userAgent);

/**
 * The visit that stands open on a page with a signal, for as long as this tab does. The next report here takes its number: what
 * was sent there, heard no answer, and is told again here is one report.
 */
export const begin = (visit = ""): void => void (sessionStorage["visit"] = visit);
export const begun = (): string => sessionStorage["visit"] && `${sessionStorage["visit"]}.0`;

let mend: ((one: Sheet) => void) | undefined;
export const mending = (then: (one: Sheet) => void): void => void (mend = then);

/** Send what waits, for whichever door: each goes to its own, and only its own page shows it. */
export async function sendAll(): Promise<void> {
  const doors = new Set((await sheets()).filter((one) => one.account.includes("/d/")).map((one) => one.account));
  for (const door of doors) await send(door, () => `${door}kept/send/`, () => void showOutbox());
  await showOutbox();
}

export async function showOutbox(): Promise<void> {
  const box = part(document, "outbox");
  if (!box) return;
  const kept = (await sheets()).filter((one) => one.account === home && one.state !== "draft");
  const own = [...kept, ...(await lost(home))].sort((a, b) => (a.at < b.at ? 1 : -1));
  const rows = own.map((one) => {
    const row = piece("wait");
    row.classList.add(one.state);
    row.dataset["state"] = one.state;
    put(row, "state", words(`state-${one.state}`));
    put(row, "what", `${words(one.title)} · ${moment(one.at)}`);
    put(row, "said", one.state === "waiting" ? words("waits") : one.state === "lost" ? words("lost") : [one.said, ...Object.values(one.wrong)].join(" "));
    part(row, "do").hidden = one.state === "waiting";
    part(row, "mend").hidden = one.state !== "refused" || !mend;
    tap(row, "mend", (event) => {
      event.preventDefault();
      mend?.(one);
    });
    part(row, "away").hidden = false;
    tap(row, "away", () => void forget(one.instance).then(showOutbox));
    return row;
  });
  box.textContent = "";
  box.append(...rows);
}

function moment(at: string): string {
  const language = document.documentElement.lang === "en" ? "en" : "zh-CN";
  return new Date(at).toLocaleString(language, { month: "long", day: "numeric", hour: "2-digit", minute: "2-digit", hour12: false });
}

/** The number after or before this one of the same walk. */
export function beside(instance: string, step: number): string {
  const [walk, n] = instance.split(".");
  return `${walk}.${Number(n ?? 0) + step}`;
}

/** Put into the outbox, in place of what was there of the same walk, and try at once. False where the phone has no room. */
export async function putIn(one: Sheet): Promise<boolean> {
  try {
    await keep(one);
  } catch {
    return false;
  }
  begin();
  await takeBack(beside(one.instance, -1)); // its answers are among these
  void navigator.storage?.persist?.();
  void sendAll();
  return true;
}

/** Take back what has hardly arrived anywhere; if an answer to it was lost after all, the village has it and will call. */
export async function takeBack(instance: string): Promise<boolean> {
  const one = await sheet(instance);
  if (!one || one.state !== "waiting" || navigator.onLine) return false;
  await forget(instance);
  return true;
}
