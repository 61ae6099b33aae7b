/** Control layers over the map: their chips are legend and switch at once, and name the colours. */
import type { ExpressionSpecification, FilterSpecification, Map } from "maplibre-gl";

export function addOverlay(map: Map, box: HTMLElement): void {
  const tiles = box.dataset["overlay"];
  const chips = [...document.querySelectorAll<HTMLElement>("[data-overlay-legend] [data-layer]")];
  if (!tiles || !chips.length) return;
  map.addSource("overlay", { type: "vector", tiles: [location.origin + tiles], minzoom: 5, maxzoom: 17 });
  const pairs = chips.flatMap((chip) => [chip.dataset["layer"]!, getComputedStyle(chip).getPropertyValue("--state").trim()]);
  const colour = ["match", ["get", "layer"], ...pairs, "#555555"] as unknown as ExpressionSpecification;
  const source = { source: "overlay", "source-layer": "areas" } as const;
  const zones: ExpressionSpecification = ["match", ["get", "layer"], "zones", 0.1, 0.3];
  const below = map.getLayer("village-names") ? "village-names" : "counts";
  map.addLayer({ id: "overlay-areas", type: "fill", ...source, paint: { "fill-color": colour, "fill-opacity": zones } }, below);
  map.addLayer({ id: "overlay-edges", type: "line", ...source, paint: { "line-color": colour, "line-width": 1.25 } }, below);
  const show = () => {
    const shown = chips.filter((chip) => chip.getAttribute("aria-pressed") === "true").map((chip) => chip.dataset["layer"]!);
    const filter: FilterSpecification = ["in", ["get", "layer"], ["literal", shown]];
    for (const layer of ["overlay-areas", "overlay-edges"]) map.setFilter(layer, filter);
  };
  show();
  for (const chip of chips) {
    chip.addEventListener("click", () => {
      chip.setAttribute("aria-pressed", String(chip.getAttribute("aria-pressed") !== "true"));
      show();
    });
  }
}
