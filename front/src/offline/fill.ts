/** One form for one place, as it is filled in: what is asked appears, what is wrong is said beside it, all of it is kept. */
import { Day } from "./evaluate";
import { type Form, type Question, type Read, type Section, fieldOf, instancesOf, picked, readForm, say, withOpened } from "./form";
import { clear, dayNumber, part, piece, put, tap, today, way, words } from "./page";
import { scaled } from "./photo";
import { Keeper } from "./keeper";
import type { Sheet } from "./store";

/** File name → address, of what stands beside questions and choices. */
export interface Pictures {
  [name: string]: string;
}

interface Known {
  lon: number | null;
  lat: number | null;
  known: { [field: string]: string[] };
}

const MOST_PHOTOS = 60; // as the server has it
const MOST_BYTES = 80_000_000; // what it takes in one go, and some more

export class Filling {
  readonly box: HTMLElement;
  private readonly form: Form;
  private readonly sheet: Sheet;
  private readonly place: Known | undefined;
  private readonly language: string;
  private readonly pictures: Pictures;
  private readonly finished: (sheet: Sheet) => void;
  private readonly keeper: Keeper;
  private photoNumber = 0;
  private readonly added = new Map<string, Set<number>>(); // a repeat's instances that were opened and are still empty

  constructor(
    form: Form,
    sheet: Sheet,
    place: Known | undefined,
    language: string,
    pictures: Pictures,
    finished: (sheet: Sheet) => void,
  ) {
    this.form = form;
    this.sheet = sheet;
    this.place = place;
    this.language = language;
    this.pictures = pictures;
    this.finished = finished;
    this.box = piece("fill");
    this.keeper = new Keeper(this.box, sheet);
    this.photoNumber = Math.max(0, ...sheet.photos.map((photo) => Number(/-(\d+)\.\w+$/.exec(photo.name)?.[1] ?? 0)));
    put(this.box, "title", form.title);
    put(this.box, "place", sheet.label);
    put(this.box, "said", sheet.state === "refused" ? sheet.said : "");
    this.draw();
    this.box.addEventListener("input", (event) => this.changed(event));
    this.box.addEventListener("change", (event) => this.changed(event));
    this.box.querySelector("form")!.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.finish();
    });
    this.follow();
    for (const [field, said] of Object.entries(sheet.wrong)) this.mark(field, said);
    this.locate();
  }

  /** Before another page stands here: what was typed last is kept, and nothing is kept any more after that. */
  leave(): Promise<boolean> {
    return this.keeper.leave();
  }

  private draw(): void {
    const asked = part(this.box, "questions");
    clear(asked);
    for (const section of this.form.sections) {
      if (section.questions.every((question) => question.kind === "calculate")) continue;
      const box = piece("section");
      box.dataset["section"] = section.name;
      put(box, "heading", say(section.labels, this.language));
      if (section.repeat) this.drawRepeat(box, section);
      else for (const question of section.questions) this.drawQuestion(box, question, 0);
      asked.append(box);
    }
  }

  private drawRepeat(box: HTMLElement, section: Section): void {
    const numbers = new Set([...instancesOf(section, this.sheet.fields), ...(this.added.get(section.name) ?? [])]);
    [...numbers].sort((a, b) => a - b).forEach((number, at) => {
      const one = piece("instance");
      put(one, "title", `${say(section.labels, this.language)} ${at + 1}`);
      for (const question of section.questions) this.drawQuestion(part(one, "rows"), question, number);
      tap(one, "less", () => this.removeInstance(section, number)); // a photo in it has a "remove" of its own
      box.append(one);
    });
    const more = piece("more");
    more.addEventListener("click", () => {
      const opened = this.added.get(section.name) ?? new Set();
      this.added.set(section.name, opened.add(Math.max(0, ...numbers) + 1));
      this.draw();
      this.follow();
    });
    box.append(more);
  }

  private removeInstance(section: Section, number: number): void {
    for (const question of section.questions) {
      const field = fieldOf(question.name, number);
      delete this.sheet.fields[field];
      this.sheet.photos = this.sheet.photos.filter((photo) => photo.field !== field);
    }
    this.added.get(section.name)?.delete(number);
    this.draw();
    this.follow();
    this.keeper.save();
  }

  private drawQuestion(into: HTMLElement, question: Question, number: number): void {
    if (question.kind === "calculate") return;
    const field = fieldOf(question.name, number);
    const several = question.kind === "select_one" || question.kind === "select_multiple";
    const box = piece(question.kind === "note" ? "note" : several ? "choices" : question.kind === "image" ? "image" : "typed");
    box.dataset["field"] = field;
    put(box, "label", say(question.labels, this.language));
    if (question.kind !== "note") {
      put(box, "hint", say(question.hints, this.language));
      part(box, "optional").hidden = question.required;
      const known = this.place?.known[field];
      if (known && question.kind !== "image") part(box, "known").hidden = String(known) !== String(this.sheet.fields[field]);
    }
    this.drawPicture(box, "picture", question.picture);
    if (several) this.drawChoices(box, question, field);
    else if (question.kind === "image") this.drawPhotos(box, field);
    else if (question.kind !== "note") this.drawTyped(box, question, field);
    into.append(box);
  }

  private drawChoices(box: HTMLElement, question: Question, field: string): void {
    const picked = this.sheet.fields[field] ?? [];
    for (const choice of question.choices) {
      const row = piece("choice");
      const input = row.querySelector("input")!;
      input.type = question.kind === "select_one" ? "radio" : "checkbox";
      input.name = field;
      input.value = choice.name;
      input.checked = picked.includes(choice.name);
      put(row, "label", say(choice.labels, this.language));
      this.drawPicture(row, "picture", choice.picture);
      part(box, "answers").append(row);
    }
  }

  /** What is not on the phone and cannot be fetched leaves no broken frame. */
  private drawPicture(box: HTMLElement, into: string, name: string): void {
    const address = this.pictures[name];
    if (!address) return;
    const picture = document.createElement("img");
    picture.alt = "";
    picture.addEventListener("error", () => picture.remove(), { once: true });
    picture.src = address;
    part(box, into).append(picture);
  }

  private drawTyped(box: HTMLElement, question: Question, field: string): void {
    const input = document.createElement(question.kind === "text" ? "textarea" : "input");
    input.id = `in-${field}`;
    input.name = field;
    input.value = this.sheet.fields[field]?.[0] ?? "";
    box.querySelector("label")!.htmlFor = input.id;
    if (input instanceof HTMLInputElement) {
      input.type = question.kind === "date" ? "date" : "text";
      input.inputMode = question.kind === "integer" ? "numeric" : question.kind === "decimal" ? "decimal" : "text";
      input.autocomplete = "off";
    }
    part(box, "answer").append(input);
    if (question.kind !== "geopoint") return;
    const here = piece("here");
    here.addEventListener("click", () => this.findHere(input as HTMLInputElement));
    part(box, "answer").append(here);
  }

  private findHere(input: HTMLInputElement): void {
    navigator.geolocation?.getCurrentPosition(({ coords }) => {
      const numbers = [coords.latitude.toFixed(6), coords.longitude.toFixed(6), (coords.altitude ?? 0).toFixed(1)];
      input.value = [...numbers, coords.accuracy.toFixed(0)].join(" ");
      input.dispatchEvent(new Event("change", { bubbles: true }));
    }, () => put(this.box, "position", words("no-position")), { enableHighAccuracy: true, timeout: 30_000 });
  }

  private drawPhotos(box: HTMLElement, field: string): void {
    const list = part(box, "photos");
    clear(list);
    const taken = this.sheet.photos.filter((photo) => photo.field === field);
    for (const photo of taken) {
      const row = piece("photo");
      const picture = row.querySelector("img")!;
      picture.src = URL.createObjectURL(photo.blob);
      picture.addEventListener("load", () => URL.revokeObjectURL(picture.src), { once: true });
      picture.addEventListener("error", () => picture.remove(), { once: true });
      put(row, "size", `${Math.ceil(photo.blob.size / 1024)} KB`);
      part(row, "remove").addEventListener("click", () => {
        this.sheet.photos = this.sheet.photos.filter((other) => other !== photo);
        this.drawPhotos(box, field);
        this.keepPhotoName(field);
      });
      list.append(row);
    }
    for (const input of box.querySelectorAll<HTMLInputElement>("input[type=file]")) {
      input.onchange = () => void this.takePhotos(input, field);
    }
  }

  private async takePhotos(input: HTMLInputElement, field: string): Promise<void> {
    const source = input.dataset["source"] ?? "";
    let tooMany = false;
    for (const file of [...(input.files ?? [])]) {
      const blob = await scaled(file);
      if (!this.boxOf(field)) return; // its instance was taken away meanwhile
      tooMany = this.sheet.photos.length >= MOST_PHOTOS || this.sheet.photos.reduce((sum, photo) => sum + photo.blob.size, blob.size) > MOST_BYTES;
      if (tooMany) break;
      const time = new Date(source === "album" ? file.lastModified : Date.now()).toISOString();
      this.photoNumber += 1;
      this.sheet.photos.push({ field, name: `${field}-${this.photoNumber}.${blob === file ? endOf(file.name) : "jpg"}`, blob, source, time });
    }
    input.value = "";
    this.drawPhotos(this.boxOf(field)!, field); // drawn anew where another instance was asked for meanwhile
    this.mark(field, tooMany ? words("too-many-photos", { n: MOST_PHOTOS, mb: MOST_BYTES / 1_000_000 }) : "");
    this.keepPhotoName(field);
  }

  private keepPhotoName(field: string): void {
    const first = this.sheet.photos.find((photo) => photo.field === field);
    if (first) this.sheet.fields[field] = [first.name];
    else delete this.sheet.fields[field];
    this.follow();
    this.keeper.save();
  }

  private changed(event: Event): void {
    const input = event.target as HTMLInputElement;
    if (input.type === "file" || !input.name) return;
    const alike = [...this.box.querySelectorAll<HTMLInputElement>("input, textarea")].filter((one) => one.name === input.name);
    const boxes = alike.filter((one) => one.type === "radio" || one.type === "checkbox");
    this.sheet.fields[input.name] = boxes.length > 0 ? boxes.filter((one) => one.checked).map((one) => one.value) : [input.value];
    this.mark(input.name, "");
    input.closest("[data-field]")?.querySelector("[data-part=known]")?.setAttribute("hidden", "");
    this.follow();
    this.keeper.save();
  }

  private read(fields = this.sheet.fields): Read {
    return readForm(this.form, fields, new Day(dayNumber(today())), this.language);
  }

  private follow(): void {
    let fields = this.sheet.fields;
    for (const section of this.form.sections) fields = withOpened(section, this.added.get(section.name) ?? [], fields);
    const read = this.read(fields);
    for (const box of this.box.querySelectorAll<HTMLElement>("[data-field]")) box.hidden = !read.asked.has(box.dataset["field"]!);
    for (const box of this.box.querySelectorAll<HTMLElement>("[data-section]")) {
      box.hidden = !read.headings.has(box.dataset["section"]!);
    }
    const danger = this.form.dangers?.some((signs) => signs.every(([name, choice]) => picked(read.answers, name, choice)));
    put(this.box, "danger", danger ? words("danger") : "");
  }

  private boxOf(field: string): HTMLElement | undefined {
    return [...this.box.querySelectorAll<HTMLElement>("[data-field]")].find((one) => one.dataset["field"] === field);
  }

  private mark(field: string, said: string): void {
    const box = this.boxOf(field);
    if (!box) return;
    box.classList.toggle("wrong", said !== "");
    put(box, "wrong", said);
  }

  private async finish(): Promise<void> {
    const { wrong } = this.read();
    for (const box of this.box.querySelectorAll<HTMLElement>("[data-field]")) {
      const said = wrong.get(box.dataset["field"]!) ?? "";
      this.mark(box.dataset["field"]!, said.startsWith("=") ? said.slice(1) || words("constraint") : said && words(said));
    }
    put(this.box, "count", wrong.size ? words("mend", { n: wrong.size }) : "");
    if (wrong.size) {
      this.box.querySelector(".wrong")?.scrollIntoView({ block: "center" });
      return;
    }
    const before = this.sheet.state;
    Object.assign(this.sheet, { state: "waiting", said: "", wrong: {} });
    if (before !== "refused" || !this.sheet.at) this.sheet.at = new Date().toISOString();
    if (await this.keeper.store()) this.finished(this.sheet);
    else this.sheet.state = before;
  }

  private locate(): void {
    if (this.sheet.position) return this.tellPosition();
    if (!("geolocation" in navigator)) return put(this.box, "position", words("no-position"));
    navigator.geolocation.getCurrentPosition(({ coords }) => {
      const { longitude: lon, latitude: lat, accuracy } = coords;
      this.sheet.position = { lon, lat, accuracy };
      this.tellPosition();
      if (this.sheet.state === "draft" && !this.keeper.left) this.keeper.save();
    }, () => put(this.box, "position", words("no-position")), { enableHighAccuracy: true, timeout: 60_000, maximumAge: 30_000 });
  }

  private tellPosition(): void {
    const position = this.sheet.position!;
    const { lon, lat } = this.place ?? { lon: null, lat: null };
    const accuracy = Math.round(position.accuracy);
    const said = [words("position", { accuracy })];
    if (lon !== null && lat !== null) said.push(words("off", { off: Math.round(way({ lon, lat }, position).metres).toLocaleString("en") }));
    put(this.box, "position", said.join(""));
  }
}

const endOf = (name: string): string => /\.(\w{1,5})$/.exec(name)?.[1]?.toLowerCase() ?? "jpg";
