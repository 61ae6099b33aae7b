/**
 * The legend is in the page, in words: `<button class="chip is-found" data-state="found">`. Colours and signs are read
 * from the same style sheet that draws the lists, so that map and list cannot differ.
 */
export interface LegendEntry {
  chip: HTMLElement;
  word: string;
  colour: string;
  sign: string;
  letter: string;
  settled: boolean;
  shown: boolean;
}

/** From state to its entry, worst state first, as the page lists them. */
export type Legend = Map<string, LegendEntry>;

const SIZE = 44;

export function readLegend(root: ParentNode = document): Legend {
  const legend: Legend = new Map();
  for (const chip of root.querySelectorAll<HTMLElement>("[data-legend] [data-state]")) {
    const style = getComputedStyle(chip);
    legend.set(chip.dataset["state"]!, {
      chip,
      word: chip.dataset["word"] ?? chip.textContent!.trim(),
      colour: style.getPropertyValue("--state").trim(),
      sign: style.getPropertyValue("--sign").trim().replace(/^url\(["']?|["']?\)$/g, ""),
      letter: chip.dataset["letter"] ?? "",
      settled: "settled" in chip.dataset,
      shown: chip.getAttribute("aria-pressed") !== "false",
    });
  }
  return legend;
}

/** One picture a state, by the name the map's style asks for. */
export async function drawSigns(legend: Legend): Promise<[string, ImageData][]> {
  return Promise.all([...legend].map(async ([state, entry]) => [`state-${state}`, await drawSign(entry)] as [string, ImageData]));
}

/** The sign in its colour with a white edge, so that it stands out from paper and from imagery. */
async function drawSign(entry: LegendEntry): Promise<ImageData> {
  if (entry.letter) return drawLetter(entry);
  const silhouette = new Image(SIZE, SIZE);
  silhouette.src = entry.sign;
  await silhouette.decode();
  const coloured = tint(silhouette, entry.colour);
  const white = tint(silhouette, "#fff");
  const pen = canvas();
  pen.fillStyle = "#fff";
  pen.beginPath();
  pen.arc(SIZE / 2, SIZE / 2, SIZE / 2 - 9, 0, 2 * Math.PI);
  pen.fill();
  for (let turn = 0; turn < 12; turn += 1) {
    const angle = (turn * Math.PI) / 6;
    pen.drawImage(white, 3 * Math.cos(angle), 3 * Math.sin(angle));
  }
  pen.drawImage(coloured, 0, 0);
  return pen.getImageData(0, 0, SIZE, SIZE);
}

/** A disc with the letter of a value, which is told apart without its colour too. */
function drawLetter(entry: LegendEntry): ImageData {
  const pen = canvas();
  for (const [colour, radius] of [["#fff", SIZE / 2 - 2], [entry.colour, SIZE / 2 - 5]] as const) {
    pen.fillStyle = colour;
    pen.beginPath();
    pen.arc(SIZE / 2, SIZE / 2, radius, 0, 2 * Math.PI);
    pen.fill();
  }
  pen.fillStyle = "#fff";
  pen.font = `bold ${entry.letter.length > 1 ? 18 : 24}px sans-serif`;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillText(entry.letter, SIZE / 2, SIZE / 2 + 1.5);
  return pen.getImageData(0, 0, SIZE, SIZE);
}

function tint(silhouette: HTMLImageElement, colour: string): HTMLCanvasElement {
  const pen = canvas();
  pen.drawImage(silhouette, 4, 4, SIZE - 8, SIZE - 8);
  pen.globalCompositeOperation = "source-in";
  pen.fillStyle = colour;
  pen.fillRect(0, 0, SIZE, SIZE);
  return pen.canvas;
}

/** Kept in memory: read back from a graphics card, each picture would wait for it. */
function canvas(): CanvasRenderingContext2D {
  const element = document.createElement("canvas");
  element.width = SIZE;
  element.height = SIZE;
  return element.getContext("2d", { willReadFrequently: true })!;
}
