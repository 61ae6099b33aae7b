/** Spots and the edges of their villages, north up. A tap asks for what is near it, and the map shows that larger. */
import { type Spot, clear, way } from "./page";

export interface OnMap extends Spot {
  state: "due" | "late" | "done";
}

const NEAR = 20; // spots that are shown about a tap
const LEAST = 0.004; // degrees across

export function drawMap(svg: SVGSVGElement, spots: OnMap[], edges: [number, number][][], here: Spot | undefined, tapped: Spot | undefined): void {
  const { middle, flat, span } = frame(spots, here, tapped);
  const at = ({ lon, lat }: Spot) => [Math.round(500 + ((lon - middle.lon) * flat * 1000) / span), Math.round(500 - ((lat - middle.lat) * 1000) / span)] as const;
  const draw = (name: string, attributes: { [name: string]: string | number }) => {
    const shape = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) shape.setAttribute(key, String(value));
    svg.append(shape);
  };
  const dot = (spot: Spot, name: string, r: number) => draw("circle", { class: name, cx: at(spot)[0], cy: at(spot)[1], r });
  clear(svg);
  for (const ring of edges) draw("path", { class: "edge", d: `M${ring.map(([lon, lat]) => at({ lon, lat }).join(" ")).join("L")}Z` });
  for (const state of ["done", "due", "late"] as const) {
    for (const spot of spots) if (spot.state === state) dot(spot, `spot ${state}`, state === "late" ? 13 : 10);
  }
  if (here) dot(here, "me", 16);
  if (tapped) dot(tapped, "tapped", 22);
  svg.onclick = (event) => {
    const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM()!.inverse());
    const spot = { lon: middle.lon + ((x - 500) * span) / 1000 / flat, lat: middle.lat - ((y - 500) * span) / 1000 };
    svg.dispatchEvent(new CustomEvent<Spot>("spot", { detail: spot }));
  };
}

/** All that is owed and where the phone is, or the nearest about a tap. */
function frame(spots: Spot[], here: Spot | undefined, tapped: Spot | undefined): { middle: Spot; flat: number; span: number } {
  const points = here ? [...spots, here] : spots;
  const [lons, lats] = [points.map(({ lon }) => lon), points.map(({ lat }) => lat)];
  const [west, east, south, north] = [Math.min(...lons), Math.max(...lons), Math.min(...lats), Math.max(...lats)];
  const flat = Math.cos((((south + north) / 2) * Math.PI) / 180);
  const span = Math.max((east - west) * flat, north - south, LEAST) * 1.1;
  if (!tapped) return { middle: { lon: (west + east) / 2, lat: (south + north) / 2 }, flat, span };
  const ways = spots.map((spot) => way(tapped, spot).metres).sort((a, b) => a - b);
  const reach = ways[Math.min(NEAR, ways.length) - 1] ?? 0;
  return { middle: tapped, flat, span: Math.min(span, Math.max((reach / 111_195) * 2.2, LEAST)) };
}
