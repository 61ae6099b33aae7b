/** Corrections of the register on the phone: each field keeps what stood there when it was begun, so that nothing is overwritten unseen. */
import { Keeper } from "./keeper";
import { type Spot, part, piece, put, words } from "./page";
import type { Sheet } from "./store";

export type Value = string | number | boolean | null | [number, number];
export interface Values {
  [field: string]: Value;
}

export interface Column {
  name: string;
  label: string;
  sort: "text" | "number" | "choice" | "yes_no";
  choices?: [string, string][];
  unit?: string;
}

const SPOT = "spot";

/** What stands in the register as far as this phone knows: what was fetched, and its own corrections that were not sent yet. */
export function standing(fetched: Values, own: Sheet[]): Values {
  const known = { ...fetched };
  const later = own.filter((one) => one.state === "waiting" || one.state === "sent").sort((a, b) => a.at.localeCompare(b.at));
  for (const one of later) Object.assign(known, one.edit!.values);
  return known;
}

export class Editing {
  readonly box: HTMLElement;
  private readonly sheet: Sheet;
  private readonly columns: Column[];
  private readonly known: Values;
  private readonly finished: () => void;
  private readonly keeper: Keeper;

  constructor(sheet: Sheet, columns: Column[], known: Values, finished: () => void) {
    this.sheet = sheet;
    this.columns = columns;
    this.known = known;
    this.finished = finished;
    this.box = piece("edit");
    this.keeper = new Keeper(this.box, sheet, () => this.read());
    put(this.box, "place", sheet.label);
    put(this.box, "said", sheet.state === "refused" ? sheet.said : "");
    for (const column of columns) part(this.box, "fields").append(this.field(column));
    this.tellSpot();
    part(this.box, "here").addEventListener("click", () => this.locate());
    this.box.querySelector("form")!.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.finish();
    });
    this.box.addEventListener("change", () => this.save());
    this.box.addEventListener("input", () => this.save());
  }

  /** Before another page stands here: what was typed last is kept. */
  leave(): Promise<boolean> {
    return this.keeper.leave();
  }

  private field(column: Column): HTMLElement {
    const row = piece("edit-field");
    const asked = column.choices ? document.createElement("select") : document.createElement("input");
    const label = row.querySelector("label")!;
    asked.id = label.htmlFor = `edit-${column.name}`;
    asked.name = column.name;
    label.textContent = column.unit ? `${column.label}（${column.unit}）` : column.label;
    for (const [value, said] of column.choices ?? []) asked.append(new Option(said, value));
    if (column.sort === "number") (asked as HTMLInputElement).inputMode = "decimal";
    const changed = this.sheet.edit!.values[column.name];
    asked.value = typed(column, changed === undefined ? this.known[column.name] ?? null : changed);
    part(row, "answer").append(asked);
    const wrong = this.sheet.wrong[column.name] ?? "";
    put(row, "wrong", wrong);
    row.classList.toggle("wrong", wrong !== "");
    return row;
  }

  /** The fields that differ from what stood there. A field keeps the value it was begun from, also after a day. */
  private read(): void {
    const edit = this.sheet.edit!;
    for (const column of this.columns) {
      const { value } = this.box.querySelector<HTMLInputElement | HTMLSelectElement>(`#edit-${column.name}`)!;
      const base = column.name in edit.base ? edit.base[column.name]! : this.known[column.name] ?? null;
      if (value.trim() === typed(column, base)) {
        delete edit.values[column.name];
        delete edit.base[column.name];
      } else {
        edit.base[column.name] = base;
        edit.values[column.name] = meant(column, value.trim());
      }
    }
  }

  private locate(): void {
    if (!("geolocation" in navigator)) return put(this.box, "spot-said", words("no-position"));
    navigator.geolocation.getCurrentPosition(({ coords }) => {
      if (this.keeper.left || this.sheet.state === "waiting") return; // found too late: it is on its way as it was
      const { edit } = this.sheet;
      if (!(SPOT in edit!.base)) edit!.base[SPOT] = this.known[SPOT] ?? null;
      edit!.values[SPOT] = [coords.longitude, coords.latitude];
      this.tellSpot(Math.round(coords.accuracy));
      this.save();
    }, () => put(this.box, "spot-said", words("no-position")), { enableHighAccuracy: true, timeout: 60_000, maximumAge: 0 });
  }

  private tellSpot(accuracy?: number): void {
    const spot = (this.sheet.edit!.values[SPOT] ?? this.known[SPOT] ?? null) as [number, number] | null;
    const at: Spot | null = spot && { lon: spot[0], lat: spot[1] };
    put(this.box, "spot", at ? `${at.lon.toFixed(5)}, ${at.lat.toFixed(5)}` : words("no-spot"));
    put(this.box, "spot-said", accuracy === undefined ? "" : words("position", { accuracy }));
    put(this.box, "spot-wrong", this.sheet.wrong[SPOT] ?? this.sheet.wrong["lon"] ?? "");
  }

  private save(): void {
    put(this.box, "count", "");
    this.keeper.save();
  }

  private async finish(): Promise<void> {
    this.read();
    if (Object.keys(this.sheet.edit!.values).length === 0) return put(this.box, "count", words("nothing-changed"));
    const before = this.sheet.state;
    Object.assign(this.sheet, { state: "waiting", said: "", wrong: {}, at: this.sheet.at || new Date().toISOString() });
    if (await this.keeper.store()) this.finished();
    else this.sheet.state = before;
  }
}

function typed(column: Column, value: Value): string {
  if (column.sort === "yes_no") return String(value);
  return value === null ? "" : String(value);
}

function meant(column: Column, text: string): Value {
  if (column.sort === "yes_no") return text === "true" ? true : text === "false" ? false : null;
  return column.sort === "number" && text === "" ? null : text;
}
