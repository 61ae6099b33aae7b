/**
 * The expressions of a form, evaluated from their trees: XPath 1.0 as ODK's clients have it, value by value what
 * `hemei/engines/forms/evaluating.py` gives; one table of cases holds both.
 */
export type Tree = readonly [string, ...unknown[]];
export type Answers = { readonly [name: string]: unknown };

/** A day, as the days since 1970-01-01. */
export class Day {
  readonly days: number;
  constructor(days: number) {
    this.days = days;
  }
}

export type Value = string | number | boolean | Day | Value[];

export interface Around {
  answers: Answers;
  day: Day | null;
  instance?: Answers;
  position?: number;
  itself?: unknown;
}

const LONGEST_TEXT = 5_000;
const NUMBER = /^[ \t\r\n]*-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)[ \t\r\n]*$/;
const DAY = /^([0-9]{4})-([0-9]{2})-([0-9]{2})(?:T.*)?$/;
const FIRST_DAY = -719_162; // 0001-01-01
const LAST_DAY = 2_932_896; // 9999-12-31
const DAY_MS = 86_400_000;

export function evaluate(tree: Tree, around: Around): Value {
  const [kind, first, second] = tree as [string, unknown, unknown];
  switch (kind) {
    case "lit":
      return first as Value;
    case "answer":
      return read(given(around, first as string));
    case "all":
      return instances(around, first as string).map((one) => read(one[second as string] ?? ""));
    case "instances":
      return instances(around, first as string).map(() => "");
    case "self":
      return read(around.itself ?? "");
    case "position":
      return around.position ?? 0;
    default:
      return called(first as string, tree.slice(2) as unknown as Tree[], around);
  }
}

export const holds = (tree: Tree | null, around: Around): boolean => tree === null || truth(evaluate(tree, around));

/** The value as an answer: yes is 1 and no 0, a day a text, NaN and "" nothing. */
export function stored(value: Value): string | number | null {
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value === "boolean") return Number(value);
  return text(value) || null;
}

function given(around: Around, name: string): unknown {
  const { instance, answers } = around;
  return instance && name in instance ? instance[name] : answers[name] ?? "";
}

function instances(around: Around, repeat: string): Answers[] {
  const found = around.answers[repeat];
  return Array.isArray(found) ? (found as Answers[]) : [];
}

/** What is only evaluated where it is asked for comes first. */
function called(name: string, parts: Tree[], around: Around): Value {
  const [left, right, third] = parts as [Tree, Tree, Tree];
  switch (name) {
    case "and":
      return truth(evaluate(left, around)) && truth(evaluate(right, around));
    case "or":
      return truth(evaluate(left, around)) || truth(evaluate(right, around));
    case "if":
      return evaluate(truth(evaluate(left, around)) ? right : third, around);
    case "coalesce": {
      const value = evaluate(left, around);
      return isNothing(value) ? evaluate(right, around) : value;
    }
    case "once": {
      const value = read(around.itself ?? "");
      return value === "" ? evaluate(left, around) : value;
    }
    case "today":
    case "now":
      return around.day ?? "";
  }
  const values = parts.map((part) => evaluate(part, around));
  const known = FUNCTIONS[name];
  if (!known) throw new Error(`no function: ${name}`);
  return known(...values);
}

function read(answer: unknown): Value {
  if (typeof answer === "boolean" || typeof answer === "number") return answer;
  if (answer === null || answer === undefined) return "";
  return Array.isArray(answer) ? answer.map(String).join(" ") : String(answer);
}

const isNothing = (value: Value): boolean => value === "" || (typeof value === "number" && Number.isNaN(value));

export function text(value: Value): string {
  if (typeof value === "string") return value;
  if (typeof value === "boolean") return value ? "true" : "false";
  if (typeof value === "number") return numberText(value);
  if (value instanceof Day) return iso(value);
  return value.length > 0 ? text(value[0] as Value) : "";
}

/** A number as XPath writes it: no exponent, no ".0". */
function numberText(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
  if (Number.isInteger(value)) return BigInt(value).toString();
  const [digits, exponent] = String(value).split("e") as [string, string | undefined];
  if (exponent === undefined) return digits;
  const [whole, fraction = ""] = digits.replace("-", "").split(".") as [string, string | undefined];
  return `${value < 0 ? "-" : ""}0.${"0".repeat(-Number(exponent) - 1)}${whole}${fraction}`;
}

export function iso(day: Day): string {
  const on = new Date(day.days * DAY_MS);
  const pad = (part: number, size: number) => String(part).padStart(size, "0");
  return `${pad(on.getUTCFullYear(), 4)}-${pad(on.getUTCMonth() + 1, 2)}-${pad(on.getUTCDate(), 2)}`;
}

function number(value: Value): number {
  if (typeof value === "number" || typeof value === "boolean") return Number(value);
  if (value instanceof Day) return value.days;
  const said = text(value);
  return NUMBER.test(said) ? Number(said) : NaN;
}

export function truth(value: Value): boolean {
  if (typeof value === "number") return value !== 0 && !Number.isNaN(value);
  if (Array.isArray(value)) return value.length > 0;
  return value instanceof Day || Boolean(value);
}

function equal(left: Value, right: Value): boolean {
  if (typeof left === "boolean" || typeof right === "boolean") return truth(left) === truth(right);
  if (typeof left === "number" || typeof right === "number") {
    const [one, other] = [number(left), number(right)];
    return one === other || Math.abs(one - other) < 1e-12;
  }
  return text(left) === text(right);
}

/** A day from a text or a moment in ISO form, or from days since 1970-01-01; anything else is no answer. */
export function day(value: Value): Value {
  if (typeof value === "number") {
    const days = Math.floor(value);
    return days >= FIRST_DAY && days <= LAST_DAY ? new Day(days) : "";
  }
  if (value instanceof Day) return value;
  const said = DAY.exec(text(value));
  if (!said) return "";
  const [year, month, date] = [Number(said[1]), Number(said[2]), Number(said[3])];
  const on = new Date(0);
  on.setUTCFullYear(year, month - 1, date);
  const there = year > 0 && on.getUTCFullYear() === year && on.getUTCMonth() === month - 1 && on.getUTCDate() === date;
  return there ? new Day(on.getTime() / DAY_MS) : "";
}

/** Halves go up, to the next greater number; the digits are those that the number is written with. */
function roundTo(value: Value, places: Value = 0): number {
  const [exact, shift] = [number(value), number(places)];
  if (!Number.isFinite(exact) || !Number.isFinite(shift) || Math.abs(shift) > 15) {
    return Number.isFinite(shift) && shift > 15 ? exact : NaN;
  }
  const by = Math.trunc(shift);
  const [whole, fraction = ""] = numberText(exact).split(".") as [string, string | undefined];
  if (by >= fraction.length) return exact;
  const digits = BigInt(whole.replace("-", "") + fraction) * (whole.startsWith("-") ? -1n : 1n);
  const step = 10n ** BigInt(fraction.length - by);
  const rest = ((digits % step) + step) % step;
  const below = (digits - rest) / step;
  return Number(`${rest * 2n >= step ? below + 1n : below}e${-by}`);
}

function part(value: Value, start: Value, end: Value = Infinity): string {
  const letters = [...text(value)];
  const at = (bound: Value) => {
    const wanted = number(bound);
    if (!Number.isFinite(wanted)) return wanted > 0 ? letters.length : 0;
    return Math.max(0, Math.min(letters.length, Math.floor(wanted) + (wanted < 0 ? letters.length : 0)));
  };
  return letters.slice(at(start), at(end)).join("");
}

const names = (value: Value): string[] => text(value).split(/\s+/).filter(Boolean);

function nameAt(value: Value, at: Value): string {
  const [chosen, wanted] = [names(value), number(at)];
  return wanted >= 0 && wanted < chosen.length ? chosen[Math.trunc(wanted)] ?? "" : "";
}

function written(value: Value, pattern: Value): string {
  if (!(value instanceof Day)) return "";
  const [year, month, date] = iso(value).split("-") as [string, string, string];
  const parts: Record<string, string> = {
    Y: year, y: year.slice(-2), m: month, n: String(Number(month)), d: date, e: String(Number(date)), H: "00", M: "00",
  };
  return text(pattern).replace(/%([YymndeHM])/g, (_, letter: string) => parts[letter] ?? "");
}

const flat = (values: Value[]): number[] => values.flatMap((one) => (Array.isArray(one) ? one : [one])).map(number);

function farthest(pick: (...found: number[]) => number): (...values: Value[]) => number {
  return (...values) => {
    const found = flat(values);
    return found.length === 0 ? NaN : pick(...found);
  };
}

function matches(said: string, pattern: string): boolean {
  return [...said].length <= LONGEST_TEXT && new RegExp(pattern, "u").test(said);
}

const list = (value: Value): Value[] => (Array.isArray(value) ? value : []);

const FUNCTIONS: Record<string, (...values: any[]) => Value> = {
  "=": equal,
  "!=": (left, right) => !equal(left, right),
  "<": (left, right) => number(left) < number(right),
  "<=": (left, right) => number(left) <= number(right),
  ">": (left, right) => number(left) > number(right),
  ">=": (left, right) => number(left) >= number(right),
  "+": (left, right) => number(left) + number(right),
  "-": (left, right) => number(left) - number(right),
  "*": (left, right) => number(left) * number(right),
  div: (left, right) => number(left) / number(right),
  mod: (left, right) => number(left) % number(right),
  neg: (value) => -number(value),
  true: () => true,
  false: () => false,
  not: (value) => !truth(value),
  boolean: truth,
  number,
  int: (value) => Math.trunc(number(value)),
  round: roundTo,
  abs: (value) => Math.abs(number(value)),
  pow: (base, exponent) => number(base) ** number(exponent),
  string: text,
  "string-length": (value) => [...text(value)].length,
  concat: (...values) => [...values.map(text).join("")].slice(0, LONGEST_TEXT).join(""),
  contains: (value, piece) => text(value).includes(text(piece)),
  "starts-with": (value, piece) => text(value).startsWith(text(piece)),
  "ends-with": (value, piece) => text(value).endsWith(text(piece)),
  substr: part,
  "normalize-space": (value) => text(value).replace(/[ \t\r\n]+/g, " ").replace(/^ | $/g, ""),
  regex: (value, pattern) => matches(text(value), text(pattern)),
  selected: (value, name) => names(value).includes(text(name).trim()),
  "selected-at": nameAt,
  "count-selected": (value) => names(value).length,
  date: day,
  "format-date": written,
  count: (found) => list(found).length,
  "count-non-empty": (found) => list(found).filter((one) => text(one) !== "").length,
  sum: (found) => list(found).reduce<number>((total, one) => total + number(one), 0),
  min: farthest(Math.min),
  max: farthest(Math.max),
};
