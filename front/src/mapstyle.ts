/** What is drawn from where. A tile has the layers `places` (near) or `counts` (far), and `truncated` when it had to leave some out. */
import type {
  ColorSpecification,
  DataDrivenPropertyValueSpecification,
  ExpressionSpecification,
  FilterSpecification,
  LayerSpecification,
  StyleSpecification,
} from "maplibre-gl";
import type { Legend } from "./legend";

const INK = "#1d2420";
const EDGE = "#8a958d";
// Without a glyph server the names are drawn with the reader's own fonts.
const FONT = ["PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "sans-serif"];

export function styleOf(box: HTMLElement, legend: Legend): StyleSpecification {
  const here = (path: string) => location.origin + path; // a template in braces must not be percent-encoded
  const layers: LayerSpecification[] = [{ id: "ground", type: "background", paint: { "background-color": "#f3f5f1" } }];
  const sources: StyleSpecification["sources"] = {
    tiles: { type: "vector", tiles: [here(box.dataset["tiles"]!)], minzoom: 5, maxzoom: 17 },
  };
  const key = box.dataset["tiandituKey"];
  if (key) {
    sources["tianditu"] = tianditu("vec", key);
    sources["tianditu-names"] = tianditu("cva", key);
    layers.push({ id: "tianditu", type: "raster", source: "tianditu", paint: { "raster-saturation": -0.6, "raster-opacity": 0.75 } });
    layers.push({ id: "tianditu-names", type: "raster", source: "tianditu-names", paint: { "raster-opacity": 0.8 } });
  }
  if (box.dataset["boundaries"]) {
    sources["regions"] = { type: "geojson", data: here(box.dataset["boundaries"]) };
    layers.push(...regionLayers());
  }
  layers.push(...countLayers(legend), ...placeLayers());
  if (sources["regions"]) layers.push(regionNames());
  return { version: 8, sources, layers };
}

function tianditu(layer: "vec" | "cva", key: string): StyleSpecification["sources"][string] {
  const query = `SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER=${layer}&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles`;
  const tile = "TILEMATRIX={z}&TILEROW={y}&TILECOL={x}";
  const hosts = [0, 1, 2, 3].map((n) => `https://t${n}.tianditu.gov.cn/${layer}_w/wmts?${query}&${tile}&tk=${key}`);
  return { type: "raster", tiles: hosts, tileSize: 256, maxzoom: 18 };
}

/** Levels are the lengths of region codes: 6 district, 9 township, 12 village. */
function regionLayers(): LayerSpecification[] {
  const area: FilterSpecification = ["!=", ["geometry-type"], "Point"];
  return [
    { id: "regions", type: "fill", source: "regions", filter: area, paint: { "fill-color": "#fff", "fill-opacity": 0.35 } },
    {
      id: "region-edges", type: "line", source: "regions", filter: area,
      paint: {
        "line-color": EDGE,
        "line-width": ["match", ["get", "level"], 6, 2.5, 9, 1.5, 0.75],
        "line-opacity": ["interpolate", ["linear"], ["zoom"], 8, ["match", ["get", "level"], 12, 0, 1], 11, 1],
      },
    },
  ];
}

/** Above everything else, so that a reader always knows where he is. */
function regionNames(): LayerSpecification {
  return {
    id: "region-names", type: "symbol", source: "regions",
    filter: [
      "all",
      ["==", ["geometry-type"], "Point"],
      [">=", ["zoom"], ["match", ["get", "level"], 6, 5, 9, 8, 11.5]],
    ],
    layout: {
      "text-field": ["get", "name"], "text-font": FONT, "text-padding": 6, "text-max-width": 12,
      "text-size": ["match", ["get", "level"], 6, 17, 9, 15, 13],
      "symbol-sort-key": ["get", "level"],
    },
    paint: { "text-color": INK, "text-halo-color": "#fff", "text-halo-width": 2 },
  };
}

function countLayers(legend: Legend): LayerSpecification[] {
  const { number, filter, colour } = countsBy([...legend.keys()], legend);
  const radius: DataDrivenPropertyValueSpecification<number> = [
    "interpolate", ["linear"], ["sqrt", number], 1, 11, 5, 15, 10, 19, 40, 26, 100, 32,
  ];
  return [
    {
      id: "counts", type: "circle", source: "tiles", "source-layer": "counts", filter,
      paint: { "circle-color": colour, "circle-radius": radius, "circle-stroke-color": "#fff", "circle-stroke-width": 2, "circle-opacity": 0.92 },
    },
    {
      id: "count-numbers", type: "symbol", source: "tiles", "source-layer": "counts", filter,
      layout: { "text-field": ["to-string", number], "text-font": FONT, "text-size": 13, "text-allow-overlap": true },
      paint: { "text-color": "#fff" },
    },
  ];
}

function placeLayers(): LayerSpecification[] {
  return [
    {
      id: "places", type: "symbol", source: "tiles", "source-layer": "places",
      layout: {
        "icon-image": ["concat", "state-", ["get", "state"]],
        "icon-size": ["interpolate", ["linear"], ["zoom"], 12, 0.55, 15, 0.85, 18, 1.15],
        "icon-allow-overlap": true,
      },
    },
    {
      id: "place-names", type: "symbol", source: "tiles", "source-layer": "places", minzoom: 16,
      layout: { "text-field": ["get", "label"], "text-font": FONT, "text-size": 13, "text-offset": [0, 1.1], "text-anchor": "top", "text-optional": true },
      paint: { "text-color": INK, "text-halo-color": "#fff", "text-halo-width": 1.5 },
    },
  ];
}

export function filterOf(states: string[]): FilterSpecification {
  return ["in", ["get", "state"], ["literal", states]];
}

const SETTLED = new Set(["accepted", "imported", "withdrawn", "none"]);

/** A cell carries one number a state. Shown is how many of the chosen ones have something open, in the colour of the worst;
    where none has, how many there are. */
export function countsBy(states: string[], legend: Legend): {
  number: ExpressionSpecification;
  filter: FilterSpecification;
  colour: DataDrivenPropertyValueSpecification<ColorSpecification>;
} {
  const of = (state: string): ExpressionSpecification => ["coalesce", ["get", state], 0];
  const sum = (some: string[]): ExpressionSpecification => ["+", 0, ...some.map(of)];
  const open = sum(states.filter((state) => !SETTLED.has(state)));
  const number: ExpressionSpecification = ["case", [">", open, 0], open, sum(states)];
  const branches = states.flatMap((state) => [[">", of(state), 0], legend.get(state)!.colour]);
  const colour = (branches.length ? ["case", ...branches, EDGE] : EDGE) as DataDrivenPropertyValueSpecification<ColorSpecification>;
  return { number, filter: [">", number, 0], colour };
}
