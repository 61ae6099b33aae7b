/** Checks where there is no signal: the list, the forms and the map are on the phone, what is filled in waits to be sent. */
import "./offline.css";
import { type Column, Editing, type Values, standing } from "./offline/edit";
import { Filling, type Pictures } from "./offline/fill";
import type { Form } from "./offline/form";
import { drawMap } from "./offline/map";
import { send } from "./offline/outbox";
import { type Spot, clear, dayNumber, part, piece, put, tap, today, way, words } from "./offline/page";
import { type Sheet, forget, forgetKit, keepKit, kept, lost, sheet as sheetOf, sheets } from "./offline/store";

interface Place {
  id: number;
  label: string;
  more: string;
  lon: number | null;
  lat: number | null;
  kind: string;
  edit?: Values; // what this person may correct
  dues: { form: string; due_on: string | null }[]; // a household may be answered for on any day
  known: { [field: string]: string[] };
}

interface Kit {
  account: string;
  name: string;
  at: string;
  forms: Form[];
  pictures?: Pictures;
  places: Place[];
  columns?: { [kind: string]: Column[] };
  left_out: number;
  doors?: Place[]; // the households that a self-check may be answered for
  doors_left_out?: number;
  outlines: [number, number][][];
}

const page = document.querySelector<HTMLElement>("[data-offline]")!;
const main = document.querySelector<HTMLElement>("main")!;
const address = (name: string) => page.dataset[name] ?? "";
const language = document.documentElement.lang === "en" ? "en" : "zh";
const EVERY = 30_000;
const SHOWN = 60;
const WORTH_SEARCHING = 10; // fewer are seen at a glance
const SELF = "self";

interface Asked {
  most: number;
  wanted: string;
}

/** What was typed stays when somebody comes back from a form. */
const asking: { list: Asked; doors: Asked } = { list: { most: SHOWN, wanted: "" }, doors: { most: SHOWN, wanted: "" } };

let kit: Kit | undefined;
let here: Spot | undefined;
let tapped: Spot | undefined; // what was asked for on the map
let mapped = false; // the map is open
let again: (() => Promise<void>) | undefined; // draws the list that stands here anew
let filling: Filling | Editing | undefined;
let routed: string | undefined; // the hash whose page stands here, or is on its way
let routes = 0;

/** Tells afterwards whether no other page is on its way meanwhile. */
const turn = () => {
  const number = routes;
  return () => number === routes;
};

/** A browser that forgets, or keeps no page, promises nothing. */
const able = "serviceWorker" in navigator && "indexedDB" in window && !/MicroMessenger/i.test(navigator.userAgent);

async function start(): Promise<void> {
  if (!able) return show(piece("unable"));
  void navigator.serviceWorker.register(address("worker"), { scope: address("scope") });
  void navigator.storage?.persist?.();
  kit = await kept<Kit>().catch(() => undefined);
  await tellLost();
  await route();
  await fetchKit();
  await sendAll();
  window.addEventListener("online", () => void sendAll());
  window.setInterval(() => void sendAll(), EVERY);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && void sendAll());
}

/** The newest list, where there is a signal; the one on the phone stays where there is none. */
async function fetchKit(): Promise<void> {
  let response: Response;
  try {
    response = await fetch(address("kit"), { headers: { Accept: "application/json" }, redirect: "manual" });
  } catch {
    return tell("no-signal");
  }
  if (response.status === 401 || response.type === "opaqueredirect") return tell(kit ? "signed-out" : "sign-in");
  if (!response.ok) return tell("server-trouble");
  const fetched = (await response.json()) as Kit;
  const another = kit?.account !== fetched.account; // or the first
  if (kit && another) await forgetKit();
  else if (kit) await keepForms(fetched, kit.forms);
  kit = fetched;
  await tellLost();
  try {
    await keepKit(fetched);
  } catch {
    return tell("full");
  }
  void putBy(Object.values(fetched.pictures ?? {}));
  tell("");
  if (another || location.hash.length < 2) await route();
}

/** The pictures of the forms stay with the list, which says nothing of anybody; what the line breaks is fetched with the next list. */
async function putBy(addresses: string[]): Promise<void> {
  const cache = await caches.open("pictures");
  const needed = new Set(addresses.map((one) => new URL(one, location.href).href));
  for (const { url } of await cache.keys()) if (!needed.has(url)) await cache.delete(url);
  for (const url of needed) if (!(await cache.match(url))) await cache.add(url).catch(() => undefined);
}

/** What was begun with a form is finished with it, also when there is a newer one. */
async function keepForms(fetched: Kit, former: Form[]): Promise<void> {
  const open = (await sheets()).filter((one) => one.state !== "sent");
  const needed = (form: Form) => open.some((one) => one.form === form.id && one.version === form.version);
  const known = new Set(fetched.forms.map((form) => `${form.id} ${form.version}`));
  fetched.forms.push(...former.filter((form) => needed(form) && !known.has(`${form.id} ${form.version}`)));
}

function tell(key: string): void {
  const box = document.querySelector<HTMLElement>("[data-part=status]")!;
  box.textContent = key && words(key);
  box.hidden = key === "";
  document.querySelector<HTMLElement>("[data-part=sign-in]")!.hidden = key !== "signed-out" && key !== "sign-in";
}

/** What the browser threw away to make room is named to whoever filled it in, and counted to anybody else. */
async function tellLost(): Promise<void> {
  const gone = await lost(kit?.account).catch(() => []);
  const named = [...new Set(gone.map((one) => `${one.label} · ${one.title}`))].join(words("comma"));
  put(document, "lost-said", gone.length ? words(kit ? "lost" : "lost-n", { n: gone.length, named }) : "");
  const seen = part<HTMLButtonElement>(document, "lost-seen");
  seen.hidden = !kit;
  seen.onclick = () => void Promise.all(gone.map((one) => forget(one.instance))).then(tellLost);
  part(document, "lost").hidden = gone.length === 0;
}

async function sendAll(): Promise<void> {
  if (!kit) return;
  const outcome = await send(kit.account, (one) => address(one.edit ? "edit" : "send"), () => void count().then(() => (location.hash === "#outbox" ? route() : undefined)));
  if (outcome === "signed-out") tell("signed-out");
  else if (outcome === "somebody-else") tell("somebody-else");
  else if (outcome === "later") tell(navigator.onLine ? "server-trouble" : "no-signal");
  else if (outcome) tell("");
  await count();
  if (outcome === "sent" && again) await again();
}

async function mine(): Promise<Sheet[]> {
  return (await sheets().catch(() => [])).filter((one) => one.account === kit?.account);
}

async function count(): Promise<void> {
  const all = await mine();
  const open = all.filter((one) => one.state === "waiting").length;
  const refused = all.filter((one) => one.state === "refused").length;
  const said = [open ? words("waiting-n", { n: open }) : "", refused ? words("refused-n", { n: refused }) : ""].filter(Boolean);
  put(document, "outbox", said.join(" · ") || words("nothing-waits"));
  document.querySelector("[data-part=outbox]")!.classList.toggle("some", said.length > 0);
}

function show(...boxes: HTMLElement[]): void {
  clear(main);
  main.append(...boxes);
}

/** The page of this hash. Of two that are on their way the later one stands: a form is not put there twice, under two numbers. */
async function route(): Promise<void> {
  const before = routed;
  routed = location.hash;
  routes += 1;
  again = undefined;
  const still = turn();
  if (filling && !(await filling.leave())) {
    routed = before;
    return history.replaceState(null, "", before);
  }
  await count();
  if (!still()) return;
  filling = undefined;
  const [what, first, second] = routed.slice(1).split("/");
  if (!kit) return show(piece("empty"));
  if (what === "look" && first && second) return look(Number(first), decodeURIComponent(second));
  if (what === "edit" && first) return edit(Number(first));
  if (what === "sheet" && first) return open(decodeURIComponent(first));
  if (what === "outbox") return outbox();
  if (what === "doors") return doors();
  return list();
}

/** What was filled in since the list was fetched, by place and form; what is still to be done before what is done. */
async function since(): Promise<Done> {
  const own = (await mine()).filter((one) => one.state !== "sent" || one.changed > Date.parse(kit!.at));
  own.sort((a, b) => Number(a.state !== "sent") - Number(b.state !== "sent"));
  return new Map(own.map((one) => [`${one.place} ${one.form}`, one]));
}

type Done = Map<string, Sheet>;

/** Whether nothing is left to do there, as far as this phone knows. */
function isDone(place: Place, done: Done): boolean {
  const states = place.dues.map((due) => done.get(`${place.id} ${due.form}`)?.state);
  return states.length > 0 && states.every((state) => state === "waiting" || state === "sent");
}

function found(places: Place[], wanted: string, from: Spot | undefined): Place[] {
  const words = wanted.toLowerCase().split(/\s+/).filter(Boolean);
  const called = places.filter(({ label, more }) => words.every((one) => `${label} ${more}`.toLowerCase().includes(one)));
  if (!from) return called;
  const ways = new Map(called.map((place) => [place, place.lon === null || place.lat === null ? Infinity : way(from, place as Spot).metres]));
  return called.sort((a, b) => (ways.get(a)! === ways.get(b)! ? 0 : ways.get(a)! - ways.get(b)!));
}

/** Lines of those places that are found by name and by way; the function draws them anew. */
function lister(box: HTMLElement, places: Place[], asked: Asked, from: () => Spot | undefined, done: () => Done): () => void {
  const wanted = part<HTMLInputElement>(box, "wanted");
  const draw = () => {
    const all = found(places, wanted.value, from());
    const over = new Set(asked === asking.list ? all.filter((place) => isDone(place, done())) : []);
    const rows = [...all.filter((place) => !over.has(place)), ...over];
    const lines = part(box, "lines");
    clear(lines);
    lines.append(...rows.slice(0, asked.most).map((place) => line(place, done())));
    part(box, "not-found").hidden = rows.length > 0 || places.length === 0;
    part(box, "more").hidden = rows.length <= asked.most;
  };
  wanted.value = asked.wanted;
  wanted.addEventListener("input", () => {
    asked.wanted = wanted.value;
    asked.most = SHOWN;
    draw();
  });
  tap(box, "more", () => {
    asked.most += SHOWN;
    draw();
  });
  return draw;
}

async function list(): Promise<void> {
  const { places, at } = kit!;
  const still = turn();
  const box = piece("list");
  let done = await since();
  const draw = lister(box, places, asking.list, () => tapped ?? here, () => done);
  const drawn = mapOf(box, () => done, draw);
  const all = () => {
    const over = places.filter((place) => isDone(place, done)).length;
    put(box, "over", over ? words("over", { n: over, left: places.length - over }) : "");
    drawn();
    draw();
  };
  part(box, "doors").hidden = !kit!.doors?.length;
  part(box, "search").hidden = places.length < WORTH_SEARCHING;
  const day = new Date(at).toLocaleString(language === "en" ? "en" : "zh-CN", { month: "long", day: "numeric", hour: "2-digit", minute: "2-digit", hour12: false });
  put(box, "fetched", words("fetched", { at: day, n: places.length }));
  put(box, "left-out", kit!.left_out ? words("left-out", { n: kit!.left_out }) : "");
  put(box, "none", places.length ? "" : words("none-due"));
  tap(box, "nearest", () => nearest(box, () => {
    tapped = undefined;
    all();
  }));
  tap(box, "renew", () => void fetchKit());
  all();
  if (!still()) return;
  const typing = document.activeElement?.id === "sought";
  show(box);
  if (typing) part(box, "wanted").focus();
  again = async () => {
    done = await since();
    all();
  };
}

/** 代报: whose door somebody stands at, found by name or by way. */
async function doors(): Promise<void> {
  const still = turn();
  const box = piece("doors-page");
  const done = await since();
  const draw = lister(box, kit!.doors ?? [], asking.doors, () => here, () => done);
  tap(box, "nearest", () => nearest(box, draw));
  put(box, "left-out", kit!.doors_left_out ? words("doors-left-out", { n: kit!.doors_left_out }) : "");
  draw();
  if (still()) show(box);
}

function line(place: Place, done: Done): HTMLElement {
  const off = here && place.lon !== null && place.lat !== null ? way(here, place as Spot) : undefined;
  const row = piece("line");
  put(row, "label", place.label);
  put(row, "about", place.more);
  put(row, "off", off ? words(off.metres < 1000 ? "metres" : "kilometres", {
    n: off.metres < 1000 ? Math.round(off.metres / 10) * 10 : (off.metres / 1000).toFixed(1),
    to: words("directions").split("|")[off.eighth] ?? "",
  }) : place.lon === null ? words("no-spot") : "");
  for (const due of place.dues) {
    const form = kit!.forms.find((one) => one.id === due.form);
    if (!form) continue;
    const one = done.get(`${place.id} ${form.id}`);
    const way = piece("due");
    const days = due.due_on === null ? undefined : dayNumber(due.due_on) - dayNumber(today());
    put(way, "due", one ? words(`state-${one.state}`) : days === undefined ? "" : days < 0 ? words("late", { n: -days }) : words("left", { n: days }));
    way.classList.toggle("late", !one && days !== undefined && days < 0);
    const link = part<HTMLAnchorElement>(way, "look");
    link.textContent = form.title;
    link.href = one && one.state !== "sent" ? `#sheet/${one.instance}` : `#look/${place.id}/${encodeURIComponent(form.id)}`;
    link.hidden = one?.state === "waiting" || (one?.state === "sent" && form.tier !== SELF);
    row.append(way);
  }
  if (place.edit) row.append(editLine(place, done.get(`${place.id} `)));
  return row;
}

function editLine(place: Place, one: Sheet | undefined): HTMLElement {
  const way = piece("due");
  put(way, "due", one && one.state !== "sent" ? words(`state-${one.state}`) : "");
  const link = part<HTMLAnchorElement>(way, "look");
  link.textContent = words("edit");
  link.classList.add("plain");
  link.href = one && (one.state === "draft" || one.state === "refused") ? `#sheet/${one.instance}` : `#edit/${place.id}`;
  return way;
}

function nearest(box: HTMLElement, then: () => unknown): void {
  if (!("geolocation" in navigator)) return put(box, "no-position", words("no-position"));
  navigator.geolocation.getCurrentPosition(({ coords }) => {
    here = { lon: coords.longitude, lat: coords.latitude };
    void then();
  }, () => put(box, "no-position", words("no-position")), { enableHighAccuracy: true, timeout: 30_000, maximumAge: 60_000 });
}

/** Opened and closed by hand; a tap on it rings the nearest spot, which then stands first in the list, and those near it next. */
function mapOf(box: HTMLElement, done: () => Done, then: () => void): () => void {
  const found = kit!.places.filter((place) => place.lon !== null && place.lat !== null);
  const toggle = part<HTMLButtonElement>(box, "on-map");
  const svg = box.querySelector<SVGSVGElement>("svg.map")!;
  const state = (place: Place) => (isDone(place, done()) ? "done" : place.dues.some((due) => due.due_on !== null && due.due_on < today()) ? "late" : "due");
  const draw = () => {
    toggle.hidden = found.length === 0;
    toggle.setAttribute("aria-expanded", String(mapped));
    part(box, "map").hidden = !mapped || toggle.hidden;
    part(box, "tapped").hidden = part(box, "whole").hidden = !tapped;
    part(box, "to-tap").hidden = !!tapped;
    if (!part(box, "map").hidden) drawMap(svg, found.map((place) => ({ lon: place.lon!, lat: place.lat!, state: state(place) })), kit!.outlines, here, tapped);
  };
  const from = (spot: Spot | undefined) => {
    const reordered = spot !== tapped;
    tapped = spot;
    draw();
    if (!reordered) return;
    asking.list.most = SHOWN;
    then();
  };
  toggle.addEventListener("click", () => {
    mapped = !mapped;
    from(undefined);
  });
  tap(box, "whole", () => from(undefined));
  svg.addEventListener("spot", (event) => {
    const metres = (place: Place) => way((event as CustomEvent<Spot>).detail, place as Spot).metres;
    from(found.reduce((best, place) => (metres(place) < metres(best) ? place : best)) as Spot);
    part(box, "map").scrollIntoView();
  });
  return draw;
}

async function look(id: number, formId: string): Promise<void> {
  const form = kit!.forms.find((one) => one.id === formId);
  const place = placeOf(id, form);
  if (!place || !form) return show(piece("gone"));
  const still = turn();
  const begun = (await mine()).find((one) => one.place === id && one.form === formId && one.state === "draft");
  if (still()) fill(form, begun ?? begin(place, form), place);
}

async function edit(id: number): Promise<void> {
  const place = kit!.places.find((one) => one.id === id);
  if (!place?.edit) return show(piece("gone"));
  const still = turn();
  const begun = (await mine()).find((one) => one.edit && one.place === id && one.state === "draft");
  if (still()) await change(begun ?? { ...blank(place), title: words("edit"), edit: { values: {}, base: {} } });
}

/** What was sent since the list was fetched stands in the register as far as this phone knows. */
async function change(one: Sheet): Promise<void> {
  const place = kit!.places.find((known) => known.id === one.place);
  const columns = place && kit!.columns?.[place.kind];
  if (!place?.edit || !columns) return show(piece("gone"));
  const still = turn();
  const own = (await mine()).filter((other) => other.edit && other.place === place.id && other.instance !== one.instance);
  const since = own.filter((other) => other.state !== "sent" || other.changed > Date.parse(kit!.at));
  if (still()) opened(new Editing(one, columns, standing(place.edit, since), () => {
    location.hash = "";
    void sendAll();
  }), one);
}

/** A household is answered for from its own words: what the register knows is not put before it. */
function placeOf(id: number, form: Form | undefined): Place | undefined {
  return (form?.tier === SELF ? kit!.doors ?? [] : kit!.places).find((one) => one.id === id);
}

function begin(place: Place, form: Form): Sheet {
  const names = new Set(form.sections.flatMap((section) => section.questions.map((question) => question.name)));
  const fields = Object.fromEntries(Object.entries(place.known).filter(([name]) => names.has(name)));
  return { ...blank(place), form: form.id, version: form.version, title: form.title, fields };
}

function blank(place: Place): Sheet {
  return {
    instance: `uuid:${unique()}`, account: kit!.account, place: place.id, label: place.label, form: "", version: "", title: "",
    fields: {}, photos: [], at: "", position: null, state: "draft", said: "", wrong: {}, link: "", tries: 0, changed: 0,
  };
}

function unique(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function open(instance: string): Promise<void> {
  const still = turn();
  const one = await sheetOf(instance);
  if (!still()) return;
  if (one?.edit && one.account === kit!.account && (one.state === "draft" || one.state === "refused")) return change(one);
  const form = one && kit!.forms.find((known) => known.id === one.form && known.version === one.version);
  if (!one || one.account !== kit!.account || !form || one.state === "sent") return show(piece("gone"));
  fill(form, one, placeOf(one.place, form));
}

function fill(form: Form, one: Sheet, place: Place | undefined): void {
  opened(new Filling(form, one, place, language, kit!.pictures ?? {}, () => {
    location.hash = form.tier === SELF ? "#doors" : "";
    void sendAll();
  }), one);
}

function opened(page: Filling | Editing, one: Sheet): void {
  part(page.box, "throw-away").addEventListener("click", async () => {
    if (!window.confirm(words("throw-away"))) return;
    filling = undefined;
    await forget(one.instance);
    location.hash = "";
  });
  filling = page;
  show(page.box);
  window.scrollTo(0, 0);
}

async function outbox(): Promise<void> {
  const still = turn();
  const box = piece("outbox-page");
  const all = (await mine()).sort((a, b) => b.changed - a.changed);
  const others = (await sheets()).filter((one) => one.account !== kit!.account && one.state !== "sent").length;
  put(box, "others", others ? words("others", { n: others }) : "");
  put(box, "none", all.length ? "" : words("nothing-kept"));
  const promised = await navigator.storage?.persisted?.().catch(() => false);
  put(box, "not-promised", promised ? "" : words("not-promised"));
  for (const one of all) {
    const row = piece("kept-sheet");
    put(row, "label", `${one.label} · ${one.title}`);
    put(row, "state", words(`state-${one.state}`));
    row.dataset["state"] = one.state;
    put(row, "said", one.said || (one.state === "waiting" && one.tries ? words("tried", { n: one.tries }) : ""));
    const link = part<HTMLAnchorElement>(row, "open");
    link.hidden = one.state === "waiting" || (one.state === "sent" && !one.link);
    link.href = one.state === "sent" ? one.link : `#sheet/${one.instance}`;
    link.textContent = words(one.state === "sent" ? "see" : "mend-it");
    part(box, "lines").append(row);
  }
  part(box, "send-now").addEventListener("click", () => void sendAll().then(route));
  if (still()) show(box);
}

window.addEventListener("hashchange", () => location.hash !== routed && void route());
void start();
