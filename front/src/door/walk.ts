/** The household's walk where there is no signal: as `hemei/field/walk.py` has it, from the answers so far. */
import { Day } from "../offline/evaluate";
import { type Fields, type Form, type Question, type Read, readForm } from "../offline/form";
import { dayNumber, today } from "../offline/page";

export interface Kit {
  form: Form;
  language: string;
  clear: string;
  most_photos: number;
  pictures: { [name: string]: string };
  signs: [string, string][];
  dangers: [string, string][][];
}

export class Walk {
  readonly kit: Kit;
  readonly fields: Fields;

  constructor(kit: Kit, fields: Fields) {
    this.kit = kit;
    this.fields = fields;
  }

  read(): Read {
    return readForm(this.kit.form, this.fields, new Day(dayNumber(today())), this.kit.language);
  }

  private asked(): Question[] {
    const { asked } = this.read();
    return this.kit.form.sections.filter((section) => !section.repeat).flatMap((section) => section.questions).filter((one) => asked.has(one.name));
  }

  get taps(): Question[] {
    return this.asked().filter((one) => one.kind === "select_one");
  }

  get rest(): Question[] {
    return this.asked().filter((one) => one.kind !== "select_one" && !one.calculation);
  }

  get upcoming(): Question | undefined {
    return this.taps.find((one) => !this.fields[one.name]);
  }

  /** The walk with that answer, without answers that are no longer asked for. */
  answered(name: string, choice: string): Walk {
    const fields = { ...this.fields, [name]: [choice] };
    const { asked } = new Walk(this.kit, fields).read();
    return new Walk(this.kit, Object.fromEntries(Object.entries(fields).filter(([field]) => asked.has(field))));
  }

  /** The walk before its last tap; undefined where there was none. */
  back(): Walk | undefined {
    const tapped = this.taps.filter((one) => this.fields[one.name]);
    const last = tapped[tapped.length - 1];
    if (!last) return undefined;
    return new Walk(this.kit, Object.fromEntries(Object.entries(this.fields).filter(([field]) => field !== last.name)));
  }

  allClear(): Walk {
    let walk = new Walk(this.kit, {});
    for (;;) {
      const next = walk.taps.find((one) => !walk.fields[one.name] && one.choices.some((choice) => choice.name === this.kit.clear));
      if (!next) return walk;
      walk = walk.answered(next.name, this.kit.clear);
    }
  }

  /** How many of the dangers these answers show. */
  get dangers(): number {
    return this.kit.dangers.filter((signs) => signs.every(([name, choice]) => this.fields[name]?.[0] === choice)).length;
  }
}
