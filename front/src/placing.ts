/**
 * A house and its plot on the map: put down by a tap, dragged, turned; the plot drawn corner by corner, and so are a house with wings and
 * the courtyards that a house closes in.
 * What is drawn stands in the fields of the form, which can be typed as well; the answer to it is asked for a moment after each move.
 */
import type { GeoJSONSource, LngLat, Map, MapMouseEvent, MapTouchEvent } from "maplibre-gl";

type Point = [number, number];
interface Feature { type: "Feature"; properties: { role: string }; geometry: { type: string; coordinates: unknown } }

/** The ellipsoid of CGCS2000: half its width at the equator, and its eccentricity squared. */
const EQUATOR_M = 6_378_137;
const SQUASHED = 0.006_694_380_023;
const PAUSE = 120;
const NEAR = 15;
const CLOSE = 18;
const ASKED = ["lon", "lat", "width_m", "depth_m", "turn", "house_shape", "plot_shape", "work", "old_place", "old_fate", "storeys", "eaves_m", "height_m", "conversion", "forest_consent"];

/** Looked up each time: a form that comes back with errors brings new fields. */
const field = (name: string) => document.querySelector<HTMLInputElement | HTMLTextAreaElement>(`#id_${name}, #id_house_${name}`);
const number = (name: string) => (field(name)?.value.trim() ? Number(field(name)!.value) : NaN);

function put(name: string, value: string): void {
  const at = field(name);
  if (!at) return;
  at.value = value;
  at.dispatchEvent(new Event("change", { bubbles: true }));
}

/** As building/shapes.py has it: how long a degree is there, eastward and northward. */
function metresADegree(lat: number): [east: number, north: number] {
  const angle = (lat * Math.PI) / 180;
  const flat = 1 - SQUASHED * Math.sin(angle) ** 2;
  const east = ((Math.PI / 180) * EQUATOR_M * Math.cos(angle)) / Math.sqrt(flat);
  return [east, ((Math.PI / 180) * EQUATOR_M * (1 - SQUASHED)) / flat ** 1.5];
}

/** Points in metres about a spot, turned clockwise, in degrees. */
function putDown([lon, lat]: Point, points: Point[], turn: number): Point[] {
  const [east, north] = metresADegree(lat);
  const angle = (-turn * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return points.map(([x, y]) => [lon + (x * cos - y * sin) / east, lat + (x * sin + y * cos) / north]);
}

/** A house turned clockwise about its middle, its courtyards with it. */
function turned(rings: Point[][], degrees: number): Point[][] {
  const spot = middle(rings[0]!);
  const [east, north] = metresADegree(spot[1]);
  return rings.map((corners) => putDown(spot, corners.map(([lon, lat]) => [(lon - spot[0]) * east, (lat - spot[1]) * north]), degrees));
}

/** The mean of the corners: turning moves it nowhere, as it does the middle of the box around them. */
function middle(corners: Point[]): Point {
  const mean = (at: 0 | 1) => corners.reduce((sum, corner) => sum + corner[at], 0) / corners.length;
  return [mean(0), mean(1)];
}

/** As building/shapes.py draws it. */
function rectangle(lon: number, lat: number, width: number, depth: number, turn: number): Point[] {
  const corners = [[-1, -1], [1, -1], [1, 1], [-1, 1], [-1, -1]] as Point[];
  return putDown([lon, lat], corners.map(([x, y]) => [(x * width) / 2, (y * depth) / 2]), turn);
}

function cornersOf(text: string): Point[] {
  const found = text.matchAll(/(-?\d{1,3}(?:\.\d+)?)\s*[,，]\s*(-?\d{1,2}(?:\.\d+)?)/g);
  return [...found].map(([, lon, lat]) => [Number(lon), Number(lat)]);
}

/** As building/shapes.py reads them: the outer walls, then each courtyard. */
const ringsOf = (text: string) => text.split("|").map(cornersOf);

const DIGITS = 8; // of degrees, as they are written: a millimetre. By a centimetre, a house drawn to the limit would be over it
const round = (degrees: number) => Number(degrees.toFixed(DIGITS));
const written = (rings: Point[][]) => rings.map((corners) => corners.map(([lon, lat]) => `${lon.toFixed(DIGITS)},${lat.toFixed(DIGITS)}`).join(" ")).join(" | ");
const closed = (rings: Point[][]) => rings.filter((corners) => corners.length > 2).map((corners) => [...corners, corners[0]]);

const WINGS = "house_shape";
const shape = (role: string, type: string, coordinates: unknown): Feature => ({ type: "Feature", properties: { role }, geometry: { type, coordinates } });

class Placing {
  private mode: string;
  private waiting = 0;
  private asking: AbortController | undefined;
  private permitted: Feature[] = [];
  private turnedTo: Point[][] = [[]];
  private readonly under: Feature[];
  private readonly map: Map;
  private readonly box: HTMLElement;

  constructor(map: Map, box: HTMLElement) {
    this.map = map;
    this.box = box;
    this.mode = "house" in box.dataset ? "house" : "ring";
    this.under = box.dataset["under"] ? (JSON.parse(box.dataset["under"]) as { features: Feature[] }).features : [];
    this.addLayers();
    this.follow();
    this.showAnswer();
    this.moved(); // what was filled in before the map was there
    this.lookThere();
  }

  private get ring(): string {
    return this.box.dataset["ring"]!;
  }

  /** The field that takes a house by its corners. */
  private get walls(): string {
    return "house" in this.box.dataset ? WINGS : this.ring;
  }

  /** The field whose corners are drawn now. */
  private get drawn(): string {
    return this.mode === "ring" ? this.ring : this.walls;
  }

  /** The house where it was drawn by its corners, as exactly as it was turned to while that is what the field says, so that no turn adds its rounding. */
  private get wings(): Point[][] {
    const said = ("house" in this.box.dataset && field(WINGS)?.value) || "";
    const rings = said === written(this.turnedTo) ? this.turnedTo : ringsOf(said);
    return rings[0]!.length > 2 ? rings : [];
  }

  /** Which ring of the field is drawn now: the outer one, or the last courtyard. */
  private at(rings: Point[][]): number {
    return this.mode === "court" ? Math.max(1, rings.length - 1) : 0;
  }

  private addLayers(): void {
    const { map } = this;
    const style = getComputedStyle(document.documentElement);
    const accent = style.getPropertyValue("--accent").trim() || "#17593a";
    const alarm = style.getPropertyValue("--alarm").trim() || "#b3261e";
    if (map.getSource("tiles")) {
      map.addLayer({
        id: "standing", type: "circle", source: "tiles", "source-layer": "places", minzoom: 13,
        paint: { "circle-radius": 4, "circle-color": "#fff", "circle-stroke-color": "#566058", "circle-stroke-width": 1.5 },
      });
    }
    map.addSource("placing", { type: "geojson", data: { type: "FeatureCollection", features: [] } });
    const of = (...roles: string[]) => ["in", ["get", "role"], ["literal", roles]] as never;
    map.addLayer({ id: "placing-permitted", type: "fill", source: "placing", filter: of("permitted"), paint: { "fill-color": "#2e7d32", "fill-opacity": 0.35 } });
    map.addLayer({ id: "placing-permitted-edge", type: "line", source: "placing", filter: of("permitted"), paint: { "line-color": "#1b5e20", "line-width": 2 } });
    map.addLayer({ id: "placing-plot", type: "line", source: "placing", filter: of("plot"), paint: { "line-color": "#1d2420", "line-width": 2.5, "line-dasharray": [3, 2] } });
    map.addLayer({ id: "placing-approved", type: "line", source: "placing", filter: of("approved"), paint: { "line-color": accent, "line-width": 3 } });
    map.addLayer({ id: "placing-house", type: "fill", source: "placing", filter: of("house", "fails"), paint: { "fill-color": ["match", ["get", "role"], "fails", alarm, accent], "fill-opacity": 0.5 } });
    map.addLayer({ id: "placing-edge", type: "line", source: "placing", filter: of("house", "fails"), paint: { "line-color": ["match", ["get", "role"], "fails", alarm, accent], "line-width": 3 } });
    map.addLayer({ id: "placing-front", type: "line", source: "placing", filter: of("front"), paint: { "line-color": "#fff", "line-width": 2 } });
    map.addLayer({ id: "placing-corners", type: "circle", source: "placing", filter: of("corner"), paint: { "circle-radius": 5, "circle-color": "#fff", "circle-stroke-color": "#1d2420", "circle-stroke-width": 2.5 } });
  }

  private follow(): void {
    const { map, box } = this;
    map.getContainer().classList.add("picking");
    map.on("click", (event) => this.tapped(event.lngLat));
    map.getCanvas().addEventListener("keydown", (event) => {
      if (event.key === "Enter") this.tapped(map.getCenter());
    });
    map.on("mousedown", "placing-house", (event) => this.drag(event, "mousemove", "mouseup"));
    map.on("touchstart", "placing-house", (event) => {
      if (event.points.length === 1) this.drag(event, "touchmove", "touchend");
    });
    map.on("mouseenter", "placing-house", () => { map.getCanvas().style.cursor = "move"; });
    map.on("mouseleave", "placing-house", () => { map.getCanvas().style.cursor = ""; });
    box.addEventListener("click", (event) => this.pressed(event.target as Element));
    box.querySelector<HTMLInputElement>("[data-turner]")?.addEventListener("input", (event) => {
      this.turn(Number((event.target as HTMLInputElement).value));
    });
    for (const kind of ["input", "change"]) {
      document.addEventListener(kind, (event) => {
        const changed = event.target as Element;
        const name = (changed as HTMLInputElement).name ?? "";
        const asked = [name, name.replace("house_", "")].some((one) => ASKED.includes(one)); // house_lon: beside where photos were taken
        if (changed instanceof HTMLFormElement || asked || name === this.ring) this.moved(); // a form: put back from a draft
      });
    }
    document.addEventListener("htmx:after:swap", () => this.draw());
  }

  private pressed(target: Element): void {
    const button = target.closest<HTMLButtonElement>("button");
    if (!button) return;
    if (button.dataset["mode"]) this.choose(button.dataset["mode"]);
    if (button.dataset["turn"]) this.turn(((number("turn") || 0) + Number(button.dataset["turn"]) + 360) % 360);
    if ("undo" in button.dataset) this.undo();
    if ("clear" in button.dataset) this.putRings(this.drawn, this.mode === "court" ? this.rings.slice(0, 1) : []);
    if ("another" in button.dataset && this.rings.at(-1)!.length > 2) this.putRings(this.drawn, [...this.rings, []]);
  }

  private get rings(): Point[][] {
    return ringsOf(field(this.drawn)?.value ?? "");
  }

  private undo(): void {
    const rings = this.rings;
    const at = this.at(rings);
    const rest = (rings[at] ?? []).slice(0, -1);
    this.putRings(this.drawn, at && !rest.length ? rings.slice(0, at) : [...rings.slice(0, at), rest, ...rings.slice(at + 1)]);
  }

  /** A house with wings has no angle of its own: its corners are turned by the difference. */
  private turn(degrees: number): void {
    const wings = this.wings;
    if (wings.length) this.putWings(turned(wings, degrees - (number("turn") || 0)));
    put("turn", String(degrees));
  }

  private choose(mode: string): void {
    if (mode === "court" && !this.haveWalls()) mode = "house" in this.box.dataset ? "wings" : "ring";
    this.mode = mode;
    for (const button of this.box.querySelectorAll<HTMLElement>("[data-mode]")) {
      button.setAttribute("aria-pressed", String(button.dataset["mode"] === mode));
    }
    for (const part of this.box.querySelectorAll<HTMLElement>("[data-said], [data-for]")) {
      part.hidden = !(part.dataset["said"] ?? part.dataset["for"])!.split(" ").includes(mode);
    }
  }

  /** A courtyard lies in a house that was drawn by its corners: one that was put down as a rectangle gets them now. */
  private haveWalls(): boolean {
    if (ringsOf(field(this.walls)?.value ?? "")[0]!.length > 2) return true;
    const corners = "house" in this.box.dataset ? this.rectangle().slice(0, -1) : [];
    if (corners.length) this.putWings([corners]);
    return corners.length > 0;
  }

  /** From far away a tap says about where; there one sees what one does. */
  private tapped(at: LngLat): void {
    if (this.map.getZoom() < NEAR) {
      this.map.jumpTo({ center: at, zoom: CLOSE });
      if (this.mode !== "house") return;
    }
    if (this.mode === "house") return this.putHouse(at.lng, at.lat);
    const rings = this.rings;
    const drawn = this.at(rings);
    rings[drawn] = [...(rings[drawn] ?? []), [at.lng, at.lat]];
    this.putRings(this.drawn, rings);
  }

  private putHouse(lon: number, lat: number): void {
    const wings = this.wings;
    if (wings.length) {
      const [x, y] = middle(wings[0]!);
      const [east, north] = [round(lon - x), round(lat - y)]; // not each corner for itself: it keeps its shape
      return this.putWings(wings.map((corners) => corners.map(([x, y]) => [x + east, y + north])));
    }
    const square = Math.sqrt(number("footprint_m2"));
    if (!number("width_m")) put("width_m", (square || 10).toFixed(1));
    if (!number("depth_m")) put("depth_m", (square || 8).toFixed(1));
    put("lon", lon.toFixed(7));
    put("lat", lat.toFixed(7));
  }

  private putWings(rings: Point[][]): void {
    this.turnedTo = rings;
    this.putRings(WINGS, rings);
  }

  private putRings(name: string, rings: Point[][]): void {
    put(name, written(rings));
  }

  private drag(event: MapMouseEvent | MapTouchEvent, move: "mousemove" | "touchmove", end: "mouseup" | "touchend"): void {
    if (this.mode !== "house") return;
    event.preventDefault();
    const [x, y] = this.wings.length ? middle(this.wings[0]!) : [number("lon"), number("lat")];
    const [lon, lat] = [x - event.lngLat.lng, y - event.lngLat.lat];
    const follow = (at: MapMouseEvent | MapTouchEvent) => this.putHouse(at.lngLat.lng + lon, at.lngLat.lat + lat);
    this.map.on(move as "mousemove", follow);
    this.map.once(end as "mouseup", () => this.map.off(move as "mousemove", follow));
  }

  private moved(): void {
    this.draw();
    if (!this.box.dataset["ask"]) return;
    clearTimeout(this.waiting);
    this.waiting = window.setTimeout(() => void this.ask(), PAUSE);
  }

  /** The newest question counts: an older one that is still under way is given up. */
  private async ask(): Promise<void> {
    const address = new URL(this.box.dataset["ask"]!, location.href);
    for (const name of ASKED) {
      const value = field(name)?.value.trim();
      if (value) address.searchParams.set(name, value);
    }
    const placed = address.searchParams.has("lon") && address.searchParams.has("lat");
    if (!placed && !this.wings.length) return;
    this.asking?.abort();
    const asking = (this.asking = new AbortController());
    const answer = document.querySelector("#answer");
    try {
      const response = await fetch(address, { headers: { "HX-Request": "true" }, signal: asking.signal });
      if (!response.ok) return this.say(response.status === 429 ? "busy" : "lost");
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const found = page.querySelector("#answer");
      if (!found || !answer || asking.signal.aborted) return;
      answer.replaceWith(document.adoptNode(found));
      this.showAnswer();
      this.draw();
    } catch (error) {
      if (!asking.signal.aborted) this.say("lost");
    }
  }

  private say(what: "busy" | "lost"): void {
    const answer = document.querySelector("#answer");
    const said = document.createElement("p");
    said.className = "said warning";
    said.textContent = this.box.dataset[what] ?? "";
    answer?.replaceChildren(said);
    answer?.removeAttribute("data-permitted");
    this.showAnswer();
  }

  private showAnswer(): void {
    const said = document.querySelector<HTMLElement>("#answer")?.dataset["permitted"];
    const found = said ? (JSON.parse(said) as Feature["geometry"]) : undefined;
    this.permitted = found ? [{ type: "Feature", properties: { role: "permitted" }, geometry: found }] : [];
  }

  private draw(): void {
    const features = [...this.under, ...this.permitted];
    const rings = ringsOf(field(this.ring)?.value ?? "");
    const role = this.ring === "plot_shape" ? "plot" : "house";
    if (rings[0]!.length > 2) features.push(shape(role, "Polygon", closed(rings)));
    if ("house" in this.box.dataset) features.push(...this.house());
    if (this.mode !== "house") {
      const corners = this.rings[this.at(this.rings)] ?? [];
      if (corners.length === 2) features.push(shape("plot", "LineString", corners));
      features.push(...corners.map((corner) => shape("corner", "Point", corner)));
    }
    (this.map.getSource("placing") as GeoJSONSource).setData({ type: "FeatureCollection", features } as never);
    const turn = number("turn") || 0;
    const turner = this.box.querySelector<HTMLInputElement>("[data-turner]");
    if (turner) turner.value = String(Math.round(turn));
    const told = this.box.querySelector("output");
    if (told) told.textContent = `${turn}°`;
  }

  /** The house, and a white line along its front, so that one sees which way it looks. */
  private house(): Feature[] {
    const fails = document.querySelector<HTMLElement>("#answer")?.dataset["outcome"] === "fail";
    const wings = this.wings;
    if (wings.length) return [shape(fails ? "fails" : "house", "Polygon", closed(wings))];
    const corners = this.rectangle();
    if (!corners.length) return [];
    return [shape(fails ? "fails" : "house", "Polygon", [corners]), shape("front", "LineString", corners.slice(0, 2))];
  }

  /** The corners of a house that was put down by its spot and sides, the first again at the end; none where they are not known. */
  private rectangle(): Point[] {
    const [lon, lat, width, depth] = [number("lon"), number("lat"), number("width_m"), number("depth_m")];
    return [lon, lat, width, depth].every(Number.isFinite) ? rectangle(lon, lat, width, depth, number("turn") || 0) : [];
  }

  private lookThere(): void {
    const drawn = this.under[0]?.geometry.coordinates as Point[][] | undefined;
    const [corner] = drawn?.[0] ?? [...this.wings.flat(), ...cornersOf(field(this.ring)?.value ?? "")];
    const spot: Point | undefined = Number.isFinite(number("lon") + number("lat")) ? [number("lon"), number("lat")] : corner;
    if (spot) this.map.jumpTo({ center: spot, zoom: CLOSE });
  }
}

export function letPlace(map: Map): void {
  const box = document.querySelector<HTMLElement>("[data-placing]");
  if (box) new Placing(map, box);
}
