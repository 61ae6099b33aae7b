/** The door's page as it stays on the phone: two buttons, one question a page, danger said at once, and into the outbox. */
import { type Question, type Texts, say } from "../offline/form";
import { clear, part, piece, put, tap, words } from "../offline/page";
import { scaled } from "../offline/photo";
import { type Photo, type Sheet, keep, sheets } from "../offline/store";
import { able, begun, beside, home, mending, putIn, showOutbox, takeBack } from "./outbox";
import { type Kit, Walk } from "./walk";

const WHILE = 2 * 3600 * 1000; // what was begun earlier than that is begun again

export function openKept(text: string): void {
  part(document, "unable").hidden = able;
  if (!able) return;
  // The worker shows this page in place of any other of this door that did not come: what was posted there is not known to have arrived.
  part(document, "lost").hidden = ![home, `${home}kept/`].every((path) => path !== location.pathname);
  const page = new KeptPage(JSON.parse(text) as Kit);
  mending((one) => page.mend(one));
  page.start();
  void page.resume();
}

export class KeptPage {
  readonly kit: Kit;
  walk: Walk;
  private photos: Photo[] = [];
  private instance = begun() || unique();
  private taken = 0;
  private moved = false;

  constructor(kit: Kit) {
    this.kit = kit;
    this.walk = new Walk(kit, {});
  }

  start(): void {
    const box = piece("start");
    tap(box, "fine", () => void this.putIn(this.walk.allClear(), "fine", box));
    tap(box, "trouble", () => {
      this.moved = true;
      this.next();
    });
    this.show(box, true);
    void showOutbox();
  }

  /** The page was thrown away in the middle, by the camera or the battery: on from there. */
  async resume(): Promise<void> {
    const drafts = (await sheets()).filter((one) => one.account === home && one.state === "draft" && Date.now() - one.changed < WHILE);
    const newest = drafts.sort((a, b) => b.changed - a.changed)[0];
    if (!newest || this.moved || newest.form !== this.kit.form.id || newest.version !== this.kit.form.version) return;
    this.take(newest);
    this.next();
  }

  /** What the server sent back, to be put right under its own number: nothing was stored under it. */
  mend(one: Sheet): void {
    this.take(one);
    this.last(one);
  }

  private take(one: Sheet): void {
    this.moved = true;
    this.walk = new Walk(this.kit, one.fields);
    this.photos = one.photos;
    this.taken = one.photos.length;
    this.instance = one.instance;
  }

  private anew(): void {
    this.walk = new Walk(this.kit, {});
    this.photos = [];
    this.instance = unique();
  }

  private sheet(walk: Walk, state: Sheet["state"], title: string): Sheet {
    const { form } = this.kit;
    const { asked } = walk.read();
    const photos = this.photos.filter((photo) => asked.has(photo.field));
    return {
      instance: this.instance, account: home, place: 0, label: "", form: form.id, version: form.version, title, fields: walk.fields, photos,
      at: new Date().toISOString(), position: null, state, said: "", wrong: {}, link: "", tries: 0, changed: 0,
    };
  }

  private async draft(): Promise<void> {
    await keep(this.sheet(this.walk, "draft", "trouble")).catch(() => undefined);
  }

  private async putIn(walk: Walk, title: string, box: HTMLElement): Promise<void> {
    if (!(await putIn(this.sheet(walk, "waiting", title)))) return void (part(box, "full").hidden = false);
    this.anew();
    this.start();
  }

  private show(box: HTMLElement, start = false, danger = false): void {
    const main = part(document, "page");
    part(document, "intro").hidden = !start;
    document.body.classList.toggle("danger", danger);
    clear(main);
    main.append(box);
    window.scrollTo(0, 0);
    if (!start) part(document, "lost").hidden = true;
  }

  private said = (texts: Texts): string => say(texts, this.kit.language);

  private next(): void {
    const question = this.walk.upcoming;
    if (question) this.ask(question);
    else this.last();
  }

  private ask(question: Question): void {
    const box = piece("question");
    const taps = this.walk.taps;
    part(box, "unsafe").hidden = !this.walk.dangers;
    put(box, "number", words("number", { n: taps.indexOf(question) + 1, total: taps.length }));
    put(box, "label", this.said(question.labels));
    put(box, "hint", this.said(question.hints));
    const picture = part<HTMLImageElement>(box, "picture");
    this.picture(picture, question.picture);
    for (const choice of question.choices) {
      const button = piece("tap");
      if (this.kit.pictures[choice.picture]) button.append(this.picture(new Image(120), choice.picture), document.createElement("br"));
      button.append(this.said(choice.labels));
      const worse = this.kit.signs.some(([name, value]) => name === question.name && value === choice.name);
      button.classList.toggle("yes", worse);
      button.addEventListener("click", () => void this.answer(question.name, choice.name));
      part(box, "choices").append(button);
    }
    this.back(box);
    this.show(box);
  }

  private picture(image: HTMLImageElement, name: string): HTMLImageElement {
    const address = this.kit.pictures[name];
    image.hidden = !address;
    image.onerror = () => (image.hidden = true);
    if (address) image.src = address;
    return image;
  }

  private back(box: HTMLElement): void {
    if (!this.walk.back()) put(box, "back", words("to-start"));
    tap(box, "back", (event) => {
      event.preventDefault();
      const before = this.walk.back();
      if (!before) return this.start();
      this.walk = before;
      void this.draft();
      this.next();
    });
  }

  private async answer(name: string, choice: string): Promise<void> {
    const before = this.walk;
    this.walk = before.answered(name, choice);
    if (this.walk.dangers > before.dangers) return this.leave(before);
    void this.draft();
    this.next();
  }

  /**
   * Into the outbox at once: whoever now runs out will not come back to press a button. The rest goes under the next number of
   * the same walk, by which the server knows that it stands for this one too.
   */
  private async leave(before: Walk): Promise<void> {
    const box = piece("leave");
    this.show(box, false, true);
    const instance = this.instance;
    const held = await putIn(this.sheet(this.walk, "waiting", "danger"));
    put(box, "said", words(held ? "held-danger" : "lost-danger"));
    if (held) {
      this.instance = beside(instance, 1);
      await this.draft();
      void this.tellArrival(box, instance);
    }
    const on = part(box, "on");
    on.hidden = !this.walk.upcoming;
    on.addEventListener("click", () => this.next());
    tap(box, "back", (event) => {
      event.preventDefault();
      void this.wrong(before, box, held ? instance : "");
    });
  }

  private async tellArrival(box: HTMLElement, instance: string): Promise<void> {
    for (let second = 0; second < 60 && box.isConnected; second += 1) {
      const one = (await sheets()).find((kept) => kept.instance === instance);
      if (one?.state === "sent") return put(box, "said", words("said-danger"));
      if (one?.state === "refused") return put(box, "said", one.said);
      await new Promise((later) => setTimeout(later, 1000));
    }
  }

  private async wrong(before: Walk, box: HTMLElement, danger: string): Promise<void> {
    if (danger && !(await takeBack(danger))) return put(box, "said", words("told"));
    this.walk = before;
    void this.draft();
    this.next();
  }

  private last(refused?: Sheet): void {
    const box = piece("last");
    part(box, "unsafe").hidden = !this.walk.dangers;
    put(box, "said", refused?.said ?? "");
    for (const question of this.walk.rest) this.field(part(box, "questions"), question, refused?.wrong[question.name] ?? "");
    window.ofRepeats?.(this, part(box, "questions"), refused?.wrong ?? {});
    box.querySelector("form")!.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.finish(box);
    });
    this.back(box);
    this.show(box);
  }

  private async finish(box: HTMLElement): Promise<void> {
    const { wrong } = this.walk.read();
    for (const one of box.querySelectorAll<HTMLElement>("[data-field]")) {
      const said = wrong.get(one.dataset["field"]!) ?? "";
      put(one, "wrong", said.startsWith("=") ? said.slice(1) || words("constraint") : said && words(said));
    }
    const many = this.photos.length > this.kit.most_photos;
    put(box, "said", many ? words("photos", { n: this.kit.most_photos }) : "");
    if (this.walk.upcoming) return this.next(); // what was typed here asks for it
    if (!many && !wrong.size) await this.putIn(this.walk, this.walk.dangers ? "danger" : "trouble", box);
  }

  field(into: HTMLElement, question: Question, wrong: string): void {
    const kind = question.kind === "select_multiple" ? "several" : ["note", "image", "text"].includes(question.kind) ? question.kind : "typed";
    const box = piece(kind);
    box.dataset["field"] = question.name;
    put(box, "label", this.said(question.labels));
    put(box, "hint", this.said(question.hints));
    put(box, "wrong", wrong);
    if (kind === "image") this.shots(box, question.name);
    else if (kind === "several") this.ticks(box, question);
    const typed = box.querySelector<HTMLInputElement | HTMLTextAreaElement>(".words");
    if (typed) {
      typed.name = question.name;
      typed.value = this.walk.fields[question.name]?.[0] ?? "";
      typed.addEventListener("change", () => this.set(question.name, typed.value ? [typed.value] : []));
    }
    into.append(box);
  }

  private ticks(box: HTMLElement, question: Question): void {
    const picked = this.walk.fields[question.name] ?? [];
    for (const choice of question.choices) {
      const row = piece("tick");
      const input = row.querySelector("input")!;
      input.checked = picked.includes(choice.name);
      input.value = choice.name;
      put(row, "label", this.said(choice.labels));
      input.addEventListener("change", () => {
        const ticked = [...box.querySelectorAll<HTMLInputElement>("input:checked")].map((one) => one.value);
        this.set(question.name, ticked);
      });
      part(box, "answers").append(row);
    }
  }

  set(name: string, texts: string[]): void {
    const { [name]: _, ...others } = this.walk.fields;
    this.walk = new Walk(this.kit, texts.length ? { ...others, [name]: texts } : others);
    void this.draft();
  }

  private shots(box: HTMLElement, name: string): void {
    const list = part(box, "shots");
    const draw = () => {
      clear(list);
      for (const photo of this.photos.filter((one) => one.field === name)) {
        const row = piece("shot");
        const picture = row.querySelector("img")!;
        picture.src = URL.createObjectURL(photo.blob);
        picture.addEventListener("load", () => URL.revokeObjectURL(picture.src), { once: true });
        row.querySelector("button")!.addEventListener("click", () => {
          this.photos = this.photos.filter((one) => one !== photo);
          changed();
        });
        list.append(row);
      }
    };
    const changed = () => {
      const first = this.photos.find((one) => one.field === name);
      this.set(name, first ? [first.name] : []);
      draw();
    };
    draw();
    for (const input of box.querySelectorAll<HTMLInputElement>("input[type=file]")) {
      input.addEventListener("change", async () => {
        const source = input.dataset["source"] ?? "";
        for (const file of [...(input.files ?? [])]) {
          const time = new Date(source === "album" ? file.lastModified : Date.now()).toISOString();
          const blob = await scaled(file);
          this.taken += 1;
          this.photos.push({ field: name, name: `${name}-${this.taken}.jpg`, blob, source, time });
        }
        input.value = "";
        changed();
      });
    }
  }
}

function unique(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("") + ".0";
}
