/** The pages of whoever goes out: questions that appear when asked for, the device's position where it is wanted. */
import "./field.css";
import { followRelevance } from "./relevance";

const follow = () => {
  for (const form of document.querySelectorAll<HTMLFormElement>("form.check")) followRelevance(form);
};
follow();
document.addEventListener("htmx:after:swap", follow);

// What is answered anew is no longer wrong as far as this page can tell.
document.addEventListener("change", (event) => {
  const box = (event.target as Element).closest(".field.wrong");
  box?.classList.remove("wrong");
  for (const error of box?.querySelectorAll<HTMLElement>(".errors") ?? []) error.hidden = true;
});

function locate(button: HTMLElement, found: (coords: GeolocationCoordinates) => void): void {
  const missing = () => button.parentElement?.querySelector("[data-no-position]")?.removeAttribute("hidden");
  if (!("geolocation" in navigator)) return missing();
  navigator.geolocation.getCurrentPosition(({ coords }) => found(coords), missing, {
    enableHighAccuracy: true,
    timeout: 20_000,
    maximumAge: 60_000,
  });
}

document.addEventListener("click", (event) => {
  const button = (event.target as Element).closest<HTMLElement>("[data-locate]");
  if (!button) return;
  locate(button, ({ latitude, longitude, altitude, accuracy }) => {
    const field = document.querySelector<HTMLInputElement>(button.dataset["locate"] ?? "");
    if (!field) return;
    field.value = [latitude.toFixed(6), longitude.toFixed(6), (altitude ?? 0).toFixed(1), accuracy.toFixed(0)].join(" ");
    field.dispatchEvent(new Event("change", { bubbles: true }));
  });
});

// A list is sorted by the server: it only has to be told where one stands.
for (const button of document.querySelectorAll<HTMLElement>("[data-nearest]")) {
  button.addEventListener("click", () => {
    locate(button, ({ latitude, longitude }) => {
      const address = new URL(location.href);
      address.searchParams.delete("cursor");
      address.searchParams.delete("from");
      address.searchParams.set("lon", longitude.toFixed(6));
      address.searchParams.set("lat", latitude.toFixed(6));
      location.assign(address);
    });
  });
}
