/** Small helps for the page: its pieces are `<template>`s, its sentences stand in `<template id="words">`. */
export function piece(name: string): HTMLElement {
  const pattern = document.querySelector<HTMLTemplateElement>(`template#${name}`)!;
  return pattern.content.firstElementChild!.cloneNode(true) as HTMLElement;
}

export function words(key: string, values: { [name: string]: string | number } = {}): string {
  const pattern = document.querySelector<HTMLTemplateElement>("template#words")!;
  const said = pattern.content.querySelector(`[data-say="${key}"]`)?.textContent ?? key;
  return said.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
}

export const part = <Kind extends HTMLElement = HTMLElement>(box: ParentNode, name: string): Kind =>
  box.querySelector<Kind>(`[data-part="${name}"]`)!;

export const tap = (box: ParentNode, name: string, then: (event: Event) => void): void => part(box, name).addEventListener("click", then);

export function put(box: ParentNode, name: string, text: string): void {
  const found = box.querySelector<HTMLElement>(`[data-part="${name}"]`);
  if (!found) return; // a note says nothing of what is wrong
  found.textContent = text;
  found.hidden = text === "";
}

export function clear(box: Node): void {
  while (box.lastChild) box.removeChild(box.lastChild);
}

/** The day in the district, whatever the phone's zone. */
export function today(): string {
  return new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10);
}

export const dayNumber = (day: string): number => Math.round(Date.parse(`${day}T00:00:00Z`) / 86_400_000);

const RADIUS = 6_371_008.8;

export interface Spot {
  lon: number;
  lat: number;
}

/** How far and whereto, in metres and in eighths of the compass from north. */
export function way(from: Spot, to: Spot): { metres: number; eighth: number } {
  const east = ((to.lon - from.lon) * Math.PI * Math.cos(((from.lat + to.lat) / 2) * (Math.PI / 180))) / 180;
  const north = ((to.lat - from.lat) * Math.PI) / 180;
  const eighth = (Math.round(Math.atan2(east, north) / (Math.PI / 4)) + 8) % 8;
  return { metres: RADIUS * Math.hypot(east, north), eighth };
}
