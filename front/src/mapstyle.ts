/** What is drawn from where. A tile has the layers `places` (near) or `counts` (far), and `truncated` when it had to leave some out. */
import type {
  DataDrivenPropertyValueSpecification,
  ExpressionSpecification,
  FilterSpecification,
  LayerSpecification,
  StyleSpecification,
} from "maplibre-gl";
import type { Legend } from "./legend";

const INK = "#1d2420";
const EDGE = "#8a958d";
const MANY = "#3b4942"; // a number over several states has none of their colours
// Without a glyph server the names are drawn with the reader's own fonts.
const FONT = ["PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "sans-serif"];

export const GROUND: LayerSpecification = { id: "ground", type: "background", paint: { "background-color": "#f3f5f1" } };

/** What is laid on the ground. */
export function styleOf(box: HTMLElement, legend: Legend): Pick<StyleSpecification, "sources" | "layers"> {
  const here = (path: string) => location.origin + path; // a template in braces must not be percent-encoded
  const layers: LayerSpecification[] = [];
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
  if (sources["regions"]) layers.push(regionNames("village-names", [12]), regionNames("region-names", [6, 9]));
  layers.push(...countLayers(legend), ...placeLayers());
  return { sources, layers };
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

/** What lies above is placed first: a name moves aside for the numbers, and a township's is drawn even where it cannot. */
function regionNames(id: string, levels: number[]): LayerSpecification {
  const wide = levels.includes(9);
  return {
    id, type: "symbol", source: "regions",
    filter: [
      "all",
      ["==", ["geometry-type"], "Point"],
      ["in", ["get", "level"], ["literal", levels]],
      [">=", ["zoom"], ["match", ["get", "level"], 6, 5, 9, 8, 11.5]],
      ["any", ["!=", ["get", "level"], 6], ["<", ["zoom"], 8]],
    ],
    layout: {
      "text-field": ["get", "name"], "text-font": FONT, "text-padding": 2, "text-max-width": 12,
      "text-variable-anchor": ["center", "top", "bottom", "left", "right"], "text-radial-offset": 1.1,
      "text-size": ["match", ["get", "level"], 6, 17, 9, 15, 13],
      "symbol-sort-key": ["get", "level"], "text-allow-overlap": wide,
    },
    paint: { "text-color": INK, "text-halo-color": "#fff", "text-halo-width": 2 },
  };
}

function countLayers(legend: Legend): LayerSpecification[] {
  const { number, filter, nothing, colour } = countsBy([...legend.keys()], legend);
  const radius: DataDrivenPropertyValueSpecification<number> = [
    "interpolate", ["linear"], ["sqrt", number], 1, 11, 5, 15, 10, 19, 40, 26, 100, 32,
  ];
  return [
    {
      id: "count-nothing", type: "circle", source: "tiles", "source-layer": "counts", filter: nothing,
      paint: { "circle-color": EDGE, "circle-radius": 3.5, "circle-opacity": 0.7 },
    },
    {
      id: "counts", type: "circle", source: "tiles", "source-layer": "counts", filter,
      paint: { "circle-color": colour, "circle-radius": radius, "circle-stroke-color": "#fff", "circle-stroke-width": 2, "circle-opacity": 0.92 },
    },
    {
      id: "count-numbers", type: "symbol", source: "tiles", "source-layer": "counts", filter,
      layout: { "text-field": ["to-string", number], "text-font": FONT, "text-size": 13, "text-allow-overlap": true, "text-padding": 7 },
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

/** A cell carries one number a state. Counted are those of the chosen ones that are not settled, or all of them where only
    settled ones are chosen. One colour says what is counted: a state's own where it is one, else none of theirs. */
export function countsBy(states: string[], legend: Legend): {
  counted: string[];
  number: ExpressionSpecification;
  filter: FilterSpecification;
  nothing: FilterSpecification;
  colour: string;
} {
  const open = states.filter((state) => !legend.get(state)!.settled);
  const counted = open.length ? open : states;
  const number: ExpressionSpecification = ["+", 0, ...counted.map((state): ExpressionSpecification => ["coalesce", ["get", state], 0])];
  const colour = counted.length === 1 ? legend.get(counted[0]!)!.colour : MANY;
  return { counted, number, filter: [">", number, 0], nothing: ["==", number, 0], colour };
}
