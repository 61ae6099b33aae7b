/** A form as data, what was typed into it, and what follows: which questions are asked, what is calculated, what is wrong. */
import { type Answers, type Around, type Day, type Tree, evaluate, holds, stored } from "./evaluate";

export type Texts = { readonly [language: string]: string };

export interface Choice {
  name: string;
  labels: Texts;
  picture: string;
}

export interface Question {
  name: string;
  kind: string;
  labels: Texts;
  hints: Texts;
  required: boolean;
  picture: string;
  choices: Choice[];
  relevant: Tree | null;
  constraint: Tree | null;
  constraint_messages: Texts;
  calculation: Tree | null;
}

export interface Section {
  name: string;
  labels: Texts;
  relevant: Tree | null;
  repeat: boolean;
  questions: Question[];
}

export interface Form {
  id: string;
  version: string;
  title: string;
  tier: string;
  languages: string[];
  sections: Section[];
  dangers?: [string, string][][]; // answers that mean danger, alone or together
}

/** Field → what was typed or picked: a repeat's fields have the number of their instance behind them, `room.2`. */
export type Fields = { [field: string]: string[] };

export const fieldOf = (question: string, instance: number): string => (instance ? `${question}.${instance}` : question);

export interface Read {
  answers: Answers;
  asked: Set<string>; // fields
  headings: Set<string>; // sections that are shown
  wrong: Map<string, string>; // field → which sentence of the page, or a message of the form itself after "="
}

/** Whether that was picked, of a question in a repeat in any instance. */
export const picked = (answers: Answers, name: string, choice: string): boolean =>
  answers[name] === choice || Object.values(answers).some((told) => Array.isArray(told) && told.some((one) => one?.[name] === choice));

const INTEGER = /^[+-]?\d{1,10}$/;
const DECIMAL = /^[+-]?(?:\d{1,15}(?:\.\d{0,10})?|\.\d{1,10})$/;

/** Full-width digits and signs made plain, as the server reads them. */
export const plain = (text: string): string => text.normalize("NFKC").replace(/[ ,]/g, "").replace(/−/g, "-");

const empty = (value: unknown): boolean => value === undefined || value === "" || (Array.isArray(value) && value.length === 0);

function typed(question: Question, texts: string[]): { value?: unknown; wrong?: string } {
  if (question.kind === "select_multiple") return { value: texts.filter(Boolean) };
  const text = (texts[texts.length - 1] ?? "").trim();
  if (!text) return {};
  if (question.kind === "integer") return INTEGER.test(plain(text)) ? { value: Number(plain(text)) } : { wrong: "integer" };
  if (question.kind === "decimal") return DECIMAL.test(plain(text)) ? { value: Number(plain(text)) } : { wrong: "decimal" };
  return { value: text };
}

/** Read from the top down: an answer that is not asked for counts as empty for what comes after it. */
export function readForm(form: Form, fields: Fields, day: Day, language: string): Read {
  const answers: { [name: string]: unknown } = {};
  const read: Read = { answers, asked: new Set(), headings: new Set(), wrong: new Map() };
  for (const section of form.sections) {
    if (holds(section.relevant, { answers, day })) read.headings.add(section.name);
    if (!section.repeat) {
      readQuestions(section.questions, fields, read, answers, { answers, day }, 0, language);
    } else if (read.headings.has(section.name)) {
      const found: Answers[] = [];
      answers[section.name] = found;
      for (const number of instancesOf(section, fields)) {
        const instance: { [name: string]: unknown } = {};
        found.push(instance);
        readQuestions(section.questions, fields, read, instance, { answers, day, instance, position: found.length }, number, language);
      }
    }
  }
  return read;
}

/** The numbers of a repeat's instances that stand on the page. */
export function instancesOf(section: Section, fields: Fields): number[] {
  const names = new Set(section.questions.map((question) => question.name));
  const found = Object.keys(fields).map((field) => field.split(".")).filter(([name]) => names.has(name ?? ""));
  return [...new Set(found.map(([, number]) => Number(number)).filter((number) => number > 0))].sort((a, b) => a - b);
}

/** Fields with those of a repeat's instances that were opened and may still be empty: what is asked in them is known, too. */
export function withOpened(section: Section, opened: Iterable<number>, fields: Fields): Fields {
  const empty = [...opened].flatMap((number) => section.questions.map((question) => [fieldOf(question.name, number), []]));
  return { ...Object.fromEntries(empty), ...fields };
}

function readQuestions(
  questions: Question[], fields: Fields, read: Read, into: { [name: string]: unknown }, around: Around, number: number, language: string,
): void {
  for (const question of questions) {
    if (!holds(question.relevant, around)) continue;
    const field = fieldOf(question.name, number);
    read.asked.add(field);
    if (question.kind === "note") continue;
    const texts = fields[field] ?? [];
    if (question.calculation) {
      const value = stored(evaluate(question.calculation, { ...around, itself: texts[0] ?? "" }));
      if (value !== null) into[question.name] = value;
      continue;
    }
    const { value, wrong } = typed(question, texts);
    if (wrong) read.wrong.set(field, wrong);
    else if (empty(value)) {
      if (question.required) read.wrong.set(field, "required");
    } else {
      into[question.name] = value;
      if (!holds(question.constraint, { ...around, itself: value })) {
        read.wrong.set(field, `=${say(question.constraint_messages, language)}`);
      }
    }
  }
}

export const say = (texts: Texts, language: string): string => texts[language] ?? texts["zh"] ?? Object.values(texts)[0] ?? "";
