/**
 * Checks a duty card without the network: the code carries what the card says and a signature, the page has the key.
 * What it cannot know offline, whether the card was revoked since, it says plainly.
 */
const page = document.querySelector<HTMLElement>("[data-card-check]");
const ALGORITHM = { name: "Ed25519" };

function bytes(text: string): Uint8Array<ArrayBuffer> | null {
  try {
    const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    const again = btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
    return again === text ? Uint8Array.from(binary, (letter) => letter.charCodeAt(0)) : null; // no code has a twin
  } catch {
    return null;
  }
}

function unhex(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** Whether signed facts are a card's: the same key signs building permits, whose code is no card. */
function isCard(said: Record<string, unknown>): boolean {
  const days = [said.i, said.u].every((day) => /^\d{4}-\d\d-\d\d$/.test(String(day)));
  return days && [said.k, said.n, said.t, said.c].every((fact) => typeof fact === "string" && fact !== "");
}

/** The facts of a card's code signed with that key; null for any other. Throws where the browser knows no Ed25519. */
async function read(code: string, key: string): Promise<Record<string, unknown> | null> {
  const [said, signature, more] = code.split(".");
  const told = bytes(said ?? "");
  const mark = bytes(signature ?? "");
  const known = await crypto.subtle.importKey("raw", unhex(key), ALGORITHM, false, ["verify"]);
  if (!told || !mark || more !== undefined || !(await crypto.subtle.verify(ALGORITHM, known, mark, told))) return null;
  const facts = JSON.parse(new TextDecoder().decode(told)) as Record<string, unknown>;
  return isCard(facts) ? facts : null;
}

/** The day in the district, as a card's days are written. */
function today(): string {
  return new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai" }).format(new Date());
}

function show(place: HTMLElement, outcome: string): void {
  for (const part of place.querySelectorAll<HTMLElement>("[data-when]")) {
    part.hidden = !(part.dataset.when ?? "").split(" ").includes(outcome);
  }
}

async function check(place: HTMLElement, text: string): Promise<void> {
  const code = decodeURIComponent(text.trim()).replace(/\/$/, "").split("/").pop() ?? "";
  let said: Record<string, unknown> | null;
  try {
    said = await read(code, place.dataset.key ?? "");
  } catch {
    show(place, "old");
    return;
  }
  if (!said) {
    show(place, "forged");
    return;
  }
  for (const field of place.querySelectorAll<HTMLElement>("[data-said]")) {
    const value = String(said[field.dataset.said ?? ""] ?? "");
    field.textContent = field.dataset[`word${value[0]?.toUpperCase() ?? ""}${value.slice(1)}`] ?? (value === "false" ? "" : value);
  }
  const day = today();
  show(place, String(said.u) < day ? "expired" : String(said.i) > day ? "forged" : "genuine");
}

if (page) {
  const form = page.querySelector("form");
  const box = page.querySelector<HTMLInputElement>("input[name=code]");
  form?.addEventListener("submit", (event) => {
    event.preventDefault();
    void check(page, box?.value ?? "");
  });
  if (location.pathname.includes("/card/")) void check(page, location.pathname);
  else if (location.hash.length > 1) void check(page, location.hash.slice(1));
  if ("serviceWorker" in navigator && page.dataset.worker) void navigator.serviceWorker.register(page.dataset.worker);
}
