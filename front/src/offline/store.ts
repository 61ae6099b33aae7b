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
  state: "draft" | "waiting" | "sent" | "refused";
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
export const keep = (one: Sheet) => done("sheets", "readwrite", (store) => store.put({ ...one, changed: Date.now() }));

/** Change a record that is still there, in one transaction: what was taken back meanwhile stays away. */
export const amend = (instance: string, change: Partial<Sheet>) => done("sheets", "readwrite", (store) => {
  const there: IDBRequest<Sheet | undefined> = store.get(instance);
  there.onsuccess = () => there.result && store.put({ ...there.result, ...change, changed: Date.now() });
  return there;
});
export const forget = (instance: string) => done("sheets", "readwrite", (store) => store.delete(instance));
