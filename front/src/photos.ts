/**
 * Photos with their origin. Inside `<div data-photos>` the camera button and the album button are file inputs with
 * `data-source`; each photo chosen becomes a row of its own that sends `photo`, `source` (camera or album) and
 * `device_time`, in the same order. The position goes once into the form's `lon`, `lat` and `accuracy`, and is never
 * waited for: a form without one is sent as it is. `data-photos` may say how many its form takes in all.
 */
export function followPhotos(): void {
  document.addEventListener("change", (event) => {
    const input = event.target as HTMLInputElement;
    const box = input.closest<HTMLElement>("[data-photos]");
    if (!box || !input.matches("input[type=file][data-source]")) return;
    const source = input.dataset["source"] ?? "";
    const most = Number(box.dataset["photos"]) || Infinity;
    for (const file of input.files ?? []) {
      const there = box.closest("form")?.querySelectorAll("ul.held > li, ul.photos > li").length ?? 0;
      box.querySelector("[data-too-many]")?.toggleAttribute("hidden", there < most);
      if (there >= most) break;
      // A photo from the album was taken when its file was written, at the latest.
      addPhoto(box, file, source, new Date(source === "album" ? file.lastModified : Date.now()).toISOString());
    }
    input.value = "";
    notePosition(box);
  });
}

/** One photo as a row of its box, taken or chosen at that time by the device's clock. */
export function addPhoto(box: HTMLElement, file: File, source: string, time: string): HTMLElement | undefined {
  const list = box.querySelector("ul");
  const pattern = box.querySelector("template");
  if (!list || !pattern) return undefined;
  const row = pattern.content.firstElementChild!.cloneNode(true) as HTMLElement;
  const held = new DataTransfer();
  held.items.add(file);
  row.querySelector<HTMLInputElement>("input[name=photo]")!.files = held.files;
  row.querySelector<HTMLInputElement>("input[name=source]")!.value = source;
  row.querySelector<HTMLInputElement>("input[name=device_time]")!.value = time;
  const picture = row.querySelector("img")!;
  picture.src = URL.createObjectURL(file);
  picture.addEventListener("load", () => URL.revokeObjectURL(picture.src), { once: true });
  picture.addEventListener("error", () => picture.remove(), { once: true }); // HEIC, or a PDF: the name has to do
  row.querySelector("[data-size]")!.textContent = `${file.name} · ${Math.ceil(file.size / 1024).toLocaleString("en")} KB`;
  row.querySelector(`[data-said="${source}"]`)?.removeAttribute("hidden");
  row.querySelector("button")!.addEventListener("click", () => {
    row.remove();
    box.dispatchEvent(new Event("change", { bubbles: true }));
  });
  list.append(row);
  return row;
}

function notePosition(box: HTMLElement): void {
  const form = box.closest("form");
  const field = (name: string) => form?.querySelector<HTMLInputElement>(`input[type=hidden][name=${name}]`);
  const lon = field("lon");
  if (!lon || lon.value || !("geolocation" in navigator)) return;
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      lon.value = coords.longitude.toFixed(6);
      field("lat")?.setAttribute("value", coords.latitude.toFixed(6));
      field("accuracy")?.setAttribute("value", String(Math.round(coords.accuracy)));
      box.querySelector("[data-position]")?.removeAttribute("hidden");
    },
    () => box.querySelector("[data-no-position]")?.removeAttribute("hidden"),
    { enableHighAccuracy: true, timeout: 20_000, maximumAge: 60_000 },
  );
}
