/** The map page: houses and counts from our own tiles, in the colours and signs of the page's legend. */
import * as maplibregl from "maplibre-gl";
import "./map.css";
import { drawSigns, readLegend, type Legend } from "./legend";
import { openPanel } from "./mappanel";
import { countsBy, filterOf, GROUND, styleOf } from "./mapstyle";
import { addOverlay } from "./overlay";
import { letPick } from "./pick";
import { letPlace } from "./placing";
import { drawable } from "./webgl";

function showFallback(box: HTMLElement): void {
  box.hidden = true;
  for (const part of document.querySelectorAll<HTMLElement>(".map-tools")) part.hidden = true;
  document.querySelector(".map-fallback")?.removeAttribute("hidden");
}

function controls(map: maplibregl.Map): void {
  map.addControl(new maplibregl.NavigationControl({ showCompass: false }), "top-right");
  map.addControl(new maplibregl.GeolocateControl({ positionOptions: { enableHighAccuracy: true } }), "top-right");
  map.addControl(new maplibregl.ScaleControl({ unit: "metric" }), "bottom-left");
}

function wordsOf(box: HTMLElement): Record<string, string> {
  const word = (key: string) => box.dataset[key] ?? "";
  return {
    "NavigationControl.ZoomIn": word("zoomIn"),
    "NavigationControl.ZoomOut": word("zoomOut"),
    "GeolocateControl.FindMyLocation": word("locate"),
    "GeolocateControl.LocationNotAvailable": word("noLocation"),
    "ScaleControl.Meters": "m",
    "ScaleControl.Kilometers": "km",
    "Map.Title": word("title"),
  };
}

/** The chips are legend and filter at once: what is switched off leaves the map and the counts. */
function followChips(map: maplibregl.Map, legend: Legend): void {
  for (const [state, entry] of legend) {
    entry.chip.addEventListener("click", () => {
      entry.shown = !entry.shown;
      entry.chip.setAttribute("aria-pressed", String(entry.shown));
      apply(map, legend);
    });
    entry.chip.setAttribute("aria-pressed", String(entry.shown));
    entry.chip.dataset["state"] = state;
  }
}

function apply(map: maplibregl.Map, legend: Legend): void {
  const shown = [...legend].filter(([, entry]) => entry.shown).map(([state]) => state);
  map.setFilter("places", filterOf(shown));
  map.setFilter("place-names", filterOf(shown));
  const { counted, number, filter, nothing, colour } = countsBy(shown, legend);
  map.setFilter("counts", filter);
  map.setFilter("count-numbers", filter);
  map.setFilter("count-nothing", nothing);
  map.setPaintProperty("counts", "circle-color", colour);
  map.setLayoutProperty("count-numbers", "text-field", ["to-string", number]);
  const said = document.querySelector<HTMLElement>("[data-counted]");
  if (!said) return;
  const words = counted.map((state) => legend.get(state)!.word).join(said.dataset["joint"]);
  said.textContent = said.dataset["counted"]!.replace("{states}", words || "—");
}

function followPlaces(map: maplibregl.Map, box: HTMLElement, legend: Legend): void {
  const open = (point: maplibregl.PointLike, reach: number) => {
    const { x, y } = point as { x: number; y: number };
    const around: [maplibregl.PointLike, maplibregl.PointLike] = [[x - reach, y - reach], [x + reach, y + reach]];
    const [place] = map.queryRenderedFeatures(around, { layers: ["places"] });
    if (place) return openPanel(box, place, legend);
    const [count] = map.queryRenderedFeatures(around, { layers: ["counts"] });
    if (count) map.easeTo({ center: map.unproject(point), zoom: map.getZoom() + 2 });
  };
  map.on("click", (event) => open(event.point, 6));
  map.getCanvas().addEventListener("keydown", (event) => {
    if (event.key === "Enter") open(map.project(map.getCenter()), 24);
  });
  for (const layer of ["places", "counts"]) {
    map.on("mouseenter", layer, () => { map.getCanvas().style.cursor = "pointer"; });
    map.on("mouseleave", layer, () => { map.getCanvas().style.cursor = ""; });
  }
}

/** Says so when a tile holds more houses than it may carry. */
function followTruncation(map: maplibregl.Map, box: HTMLElement): void {
  const message = box.querySelector<HTMLElement>(".map-message");
  if (!message) return;
  map.on("idle", () => {
    message.hidden = map.querySourceFeatures("tiles", { sourceLayer: "truncated" }).length === 0;
  });
}

/** Over a point where one is given, else as far as the reader's regions reach. */
function viewOf(box: HTMLElement): Partial<maplibregl.MapOptions> {
  const numbers = (key: string) => (box.dataset[key] || "").split(",").filter(Boolean).map(Number);
  const center = numbers("center");
  if (center.length === 2) return { center: center as [number, number], zoom: Number(box.dataset["zoom"] ?? 16) };
  const bounds = numbers("bounds");
  if (bounds.length === 4) {
    return { bounds: bounds as [number, number, number, number], fitBoundsOptions: { padding: 24, maxZoom: 16 } };
  }
  return { center: [105, 35], zoom: 5 }; // nothing has a position yet: the country
}

async function start(box: HTMLElement): Promise<void> {
  maplibregl.setWorkerUrl(new URL(box.dataset["worker"]!, location.href).href);
  const legend = readLegend();
  const signs = await drawSigns(legend);
  const style = styleOf(box, legend);
  const map = new maplibregl.Map({
    container: box,
    style: { version: 8, sources: {}, layers: [GROUND] }, // the rest follows: drawn at once, all shaders would be compiled in one go
    ...viewOf(box),
    maxZoom: document.querySelector("[data-placing]") ? 21 : 19,
    minZoom: 5,
    dragRotate: false,
    pitchWithRotate: false,
    attributionControl: { compact: false, customAttribution: box.dataset["approval"] ?? "" },
    locale: wordsOf(box),
  });
  map.touchZoomRotate.disableRotation();
  controls(map);
  map.on("error", ({ error }) => console.warn(error.message));
  await map.once("load");
  for (const [name, picture] of signs) map.addImage(name, picture, { pixelRatio: 2 });
  for (const [name, source] of Object.entries(style.sources)) map.addSource(name, source);
  for (const layer of style.layers) map.addLayer(layer);
  addOverlay(map, box);
  apply(map, legend);
  followChips(map, legend);
  followTruncation(map, box);
  if (document.querySelector("[data-placing]")) letPlace(map);
  else if (box.dataset["pick"]) letPick(map, box, box.dataset["pick"]);
  else followPlaces(map, box, legend);
  box.dataset["drawn"] = "yes";
}

const box = document.querySelector<HTMLElement>("#map");
if (box) {
  drawable()
    .then((can) => (can ? start(box) : showFallback(box)))
    .catch((error) => { console.warn(error); showFallback(box); });
}
