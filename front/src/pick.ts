/** Placing a house by tapping: `data-pick="#id_lon,#id_lat"` names the two fields that take the point. */
import { Marker, type LngLat, type Map } from "maplibre-gl";

export function letPick(map: Map, box: HTMLElement, fields: string): void {
  const [lon, lat] = fields.split(",").map((name) => document.querySelector<HTMLInputElement>(name.trim()));
  if (!lon || !lat) return;
  const colour = getComputedStyle(document.documentElement).getPropertyValue("--accent").trim();
  const pin = new Marker({ color: colour, draggable: true });
  const put = (point: LngLat) => {
    pin.setLngLat(point).addTo(map);
    lon.value = point.lng.toFixed(6);
    lat.value = point.lat.toFixed(6);
    lon.dispatchEvent(new Event("change", { bubbles: true }));
  };
  box.classList.add("picking");
  pin.on("dragend", () => put(pin.getLngLat()));
  map.on("click", (event) => put(event.lngLat));
  map.getCanvas().addEventListener("keydown", (event) => {
    if (event.key === "Enter") put(map.getCenter());
  });
  const typed = () => {
    if (lon.value && lat.value) pin.setLngLat([Number(lon.value), Number(lat.value)]).addTo(map);
  };
  typed();
  if (lon.value && lat.value) map.jumpTo({ center: pin.getLngLat(), zoom: Math.max(map.getZoom(), 16) });
  lon.addEventListener("input", typed);
  lat.addEventListener("input", typed);
}
