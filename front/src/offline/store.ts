/**
 * What the phone keeps, in one IndexedDB: the list that was fetched (one account's at a time), drafts, and the outbox. Each
 * record of the last two carries its account: another person on the same phone sees none of it but a number.
 */
import { inBase } from "../database";
import type { Values } from "./edit";

export interface Photo {
  field: string;
  name: string;
  blob: Blob;
  source: string;
  time: string;
}

export interface Sheet {
  instance: string;
  account: string;
  place: number;
  label: string;
  form: string;
  version: string;
  title: string;
  fields: { [field: string]: string[] };
  photos: Photo[];
  at: string;
  position: { lon: number; lat: number; accuracy: number } | null;
  state: "draft" | "waiting" | "sent" | "refused" | "lost"; // the last: noted as kept, and no longer there
  said: string; // what the server answered
  wrong: { [field: string]: string };
  link: string;
  tries: number;
  changed: number;
  edit?: { values: Values; base: Values }; // a correction of the register instead of a filled-in form
}

const done = inBase("hemei-field", (made) => {
  made.createObjectStore("kit");
  made.createObjectStore("sheets", { keyPath: "instance" });
});

export const kept = <Kit>() => done<Kit | undefined>("kit", "readonly", (store) => store.get("now"));
export const keepKit = (kit: unknown) => done("kit", "readwrite", (store) => store.put(kit, "now"));
export const forgetKit = () => done("kit", "readwrite", (store) => store.delete("now"));
export const sheets = () => done<Sheet[]>("sheets", "readonly", (store) => store.getAll());
export const sheet = (instance: string) => done<Sheet | undefined>("sheets", "readonly", (store) => store.get(instance));
export const keep = (one: Sheet) => done("sheets", "readwrite", (store) => store.put({ ...one, changed: Date.now() })).then(() => note(one.instance, one));

/** Change a record that is still there, in one transaction: what was taken back meanwhile stays away. */
export const amend = (instance: string, change: Partial<Sheet>) => done("sheets", "readwrite", (store) => {
  const there: IDBRequest<Sheet | undefined> = store.get(instance);
  there.onsuccess = () => there.result && store.put({ ...there.result, ...change, changed: Date.now() });
  return there;
});
export const forget = (instance: string) => done("sheets", "readwrite", (store) => store.delete(instance)).then(() => note(instance));

/**
 * What was said to be kept and is not sent, noted beside the database: a browser that is short of room throws the database away
 * without a word, and leaves these notes.
 */
const NOTES = "hemei-unsent";

function notes(): { [instance: string]: Pick<Sheet, "account" | "label" | "title" | "at"> } {
  try {
    return JSON.parse(localStorage[NOTES]);
  } catch {
    return {};
  }
}

function note(instance: string, one?: Sheet): void {
  const all = notes();
  delete all[instance];
  // A household's draft is nowhere said to be kept.
  if (one && one.state !== "sent" && (one.place || one.state !== "draft")) {
    all[instance] = { account: one.account, label: one.label, title: one.title, at: one.at };
  }
  try {
    localStorage[NOTES] = JSON.stringify(all);
  } catch {
    // No room, or not allowed: nothing is known of it then.
  }
}

/** What somebody was told was kept, and what is neither sent nor there any more; of everybody where no account is named. */
export async function lost(account?: string): Promise<Sheet[]> {
  const noted = Object.entries(notes());
  const there = noted.length ? (await sheets()).map((one) => one.instance) : [];
  return noted
    .filter(([instance, one]) => (!account || one.account === account) && !there.includes(instance))
    .map(([instance, one]) => ({ ...one, instance, state: "lost" }) as Sheet);
}
