/** Keeps a sheet that is being filled in: a moment after its last change, and when the phone is put away. */
import { part, put, words } from "./page";
import { type Sheet, keep } from "./store";

const PAUSE = 250;

export class Keeper {
  left = false; // another page stands here: nothing is begun any more
  private readonly box: HTMLElement;
  private readonly sheet: Sheet;
  private readonly read: () => void;
  private timer = 0;
  private unkept = false; // the phone had no room for what stands here

  /** `read` brings the sheet in line with what stands in the box, before it is kept. */
  constructor(box: HTMLElement, sheet: Sheet, read: () => void = () => undefined) {
    this.box = box;
    this.sheet = sheet;
    this.read = read;
    document.addEventListener("visibilitychange", this.flush);
  }

  /** The phone was put away, or the camera opened: nothing waits for a timer. */
  private readonly flush = (): void => {
    if (!this.box.isConnected) document.removeEventListener("visibilitychange", this.flush);
    else if (this.timer && this.sheet.state !== "waiting") void this.store();
  };

  /** Before another page stands here: what was typed last is kept; where it cannot be, whoever typed it says whether to stay. */
  async leave(): Promise<boolean> {
    this.left = true;
    if (this.timer || this.unkept) await this.store();
    this.left = !this.unkept || window.confirm(words("leave-unkept"));
    return this.left;
  }

  save(): void {
    clearTimeout(this.timer);
    put(this.box, "kept", ""); // until it is
    this.timer = window.setTimeout(() => void this.store(), PAUSE);
  }

  /** Kept on the phone, or told plainly that it could not be. */
  async store(): Promise<boolean> {
    clearTimeout(this.timer);
    this.timer = 0;
    if (this.sheet.state !== "waiting") this.read();
    try {
      await keep(this.sheet);
      this.unkept = false;
    } catch {
      this.unkept = true;
    }
    put(this.box, "kept", words(this.unkept ? "full" : "kept"));
    part(this.box, "kept").classList.toggle("said", this.unkept);
    return !this.unkept;
  }
}
