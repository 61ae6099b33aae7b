/** The small panel of one house: its name, its state in words, and the way to its page. */
import type { Legend } from "./legend";

export function openPanel(box: HTMLElement, place: { id?: unknown; properties: Record<string, unknown> }, legend: Legend): void {
  const panel = box.querySelector<HTMLElement>(".map-panel");
  if (!panel) return;
  const state = String(place.properties["state"]);
  const badge = panel.querySelector<HTMLElement>(".state")!;
  badge.className = `state is-${state}`;
  badge.textContent = legend.get(state)?.word ?? state;
  panel.querySelector("h3")!.textContent = String(place.properties["label"] ?? "");
  const link = panel.querySelector("a")!;
  link.href = (box.dataset["place"] ?? "/office/places/{id}/").replace("{id}", encodeURIComponent(String(place.id)));
  panel.querySelector<HTMLButtonElement>(".close")!.onclick = () => close(box, panel);
  panel.onkeydown = (event) => { if (event.key === "Escape") close(box, panel); };
  panel.hidden = false;
  link.focus({ preventScroll: true });
}

function close(box: HTMLElement, panel: HTMLElement): void {
  panel.hidden = true;
  box.querySelector("canvas")?.focus({ preventScroll: true });
}
