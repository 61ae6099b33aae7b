/**
 * Draws the table inside each `<figure data-chart="line|bar">` as a chart and folds the table away below it.
 * The table is the only source: its first column is the axis, each further column a series; a head cell with
 * `data-state="found"` takes that state's colour. Without scripts the reader has the table.
 */
import { BarChart, LineChart } from "echarts/charts";
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { init, use, type EChartsCoreOption } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

use([BarChart, LineChart, AriaComponent, GridComponent, LegendComponent, TooltipComponent, CanvasRenderer]);

interface Series {
  name: string;
  colour: string;
  values: (number | null)[];
}

const FALLBACK_COLOURS = ["--accent", "--remedied", "--assigned", "--contained"];
const LINE_TYPES = ["solid", "dashed", "dotted"];
const SYMBOLS = ["circle", "triangle", "diamond", "rect"];

function colourOf(variable: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(variable).trim();
}

function readTable(table: HTMLTableElement): { axis: string[]; series: Series[] } {
  const heads = [...table.tHead!.rows[0]!.cells].slice(1);
  const rows = [...table.tBodies[0]!.rows];
  const series = heads.map((head, column) => ({
    name: head.textContent!.trim(),
    colour: colourOf(head.dataset["state"] ? `--${head.dataset["state"]}` : FALLBACK_COLOURS[column % 4]!),
    values: rows.map((row) => {
      const cell = row.cells[column + 1]!;
      const text = (cell.dataset["value"] ?? cell.textContent ?? "").replaceAll(",", "").trim();
      return text === "" || Number.isNaN(Number(text)) ? null : Number(text);
    }),
  }));
  return { axis: rows.map((row) => row.cells[0]!.textContent!.trim()), series };
}

function optionsOf(kind: "line" | "bar", table: HTMLTableElement): EChartsCoreOption {
  const { axis, series } = readTable(table);
  const font = getComputedStyle(document.body).fontFamily;
  return {
    animation: false,
    aria: { enabled: true },
    textStyle: { fontFamily: font, fontSize: 13 },
    grid: { left: 4, right: 12, top: series.length > 1 ? 36 : 12, bottom: 4, containLabel: true },
    legend: { show: series.length > 1, top: 0, left: 0, itemWidth: 24 },
    tooltip: { trigger: "axis", renderMode: "richText", confine: true },
    xAxis: { type: "category", data: axis, axisTick: { show: false }, axisLine: { lineStyle: { color: colourOf("--line") } } },
    yAxis: { type: "value", minInterval: 1, splitLine: { lineStyle: { color: colourOf("--line") } } },
    series: series.map((one, index) => ({
      type: kind,
      name: one.name,
      data: one.values,
      color: one.colour,
      symbol: SYMBOLS[index % SYMBOLS.length],
      symbolSize: 7,
      lineStyle: { width: 2, type: LINE_TYPES[index % LINE_TYPES.length] },
      barMaxWidth: 28,
    })),
  };
}

function draw(figure: HTMLElement): void {
  const table = figure.querySelector("table");
  if (!table?.tHead || !table.tBodies[0]?.rows.length) return;
  const canvas = document.createElement("div");
  canvas.className = "chart";
  canvas.setAttribute("role", "img");
  const folded = document.createElement("details");
  folded.className = "chart-table";
  const summary = document.createElement("summary");
  summary.textContent = figure.dataset["tableLabel"] ?? table.caption?.textContent ?? "";
  table.replaceWith(canvas, folded);
  folded.append(summary, table);
  const chart = init(canvas, null, { renderer: "canvas" });
  chart.setOption(optionsOf(figure.dataset["chart"] === "bar" ? "bar" : "line", table));
  new ResizeObserver(() => chart.resize()).observe(canvas);
  window.addEventListener("beforeprint", () => chart.resize());
}

for (const figure of document.querySelectorAll<HTMLElement>("figure[data-chart]")) draw(figure);
