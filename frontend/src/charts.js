// Charts from tables: every [data-chart] draws the table that data-table names; a click, or the arrow keys and
// Enter, follow the link of the row. Loaded by pages with charts only.
import { BarChart, PieChart } from "echarts/charts";
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import * as echarts from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { once } from "./once.js";

echarts.use([BarChart, PieChart, GridComponent, TooltipComponent, LegendComponent, AriaComponent, SVGRenderer]);

// The renderer writes style attributes, which the page's policy blocks; the same by the style object is allowed.
const setAttribute = Element.prototype.setAttribute;
Element.prototype.setAttribute = function (name, value) {
  if (name === "style") this.style.cssText = value;
  else setAttribute.call(this, name, value);
};

const locale = document.documentElement.lang || "en";
const compact = new Intl.NumberFormat(locale, { notation: "compact", maximumFractionDigits: 1 });

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function read(table) {
  const [category, ...series] = [...table.tHead.rows[0].cells].map((cell) => cell.textContent.trim());
  const rows = [...table.tBodies[0].rows].map((row) => ({
    label: row.cells[0].textContent.trim(),
    url: row.querySelector("a")?.getAttribute("href") ?? null,
    tone: row.dataset.tone,
    values: [...row.cells].slice(1).map((cell) => Number(cell.dataset.value)),
    texts: [...row.cells].slice(1).map((cell) => cell.textContent.trim()),
  }));
  return { category, series, rows };
}

function item(row, index) {
  const style = row.tone ? { itemStyle: { color: colour(`--yc-tone-${row.tone}`) } } : {};
  return { value: row.values[index], name: row.label, ...style };
}

function axes(shape, rows) {
  const text = { color: colour("--tblr-secondary-color") };
  const names = { type: "category", data: rows.map((row) => row.label), axisTick: { show: false }, axisLabel: { ...text, width: 120, overflow: "truncate" }, axisLine: { lineStyle: { color: colour("--tblr-border-color") } } };
  const values = { type: "value", minInterval: 1, axisLabel: { ...text, formatter: (value) => compact.format(value) }, splitLine: { lineStyle: { color: colour("--tblr-border-color") } } };
  return shape === "bar" ? { xAxis: values, yAxis: { ...names, inverse: true } } : { xAxis: names, yAxis: values };
}

function tooltip(rows, series) {
  return {
    renderMode: "richText",
    confine: true,
    backgroundColor: colour("--tblr-bg-surface"),
    borderColor: colour("--tblr-border-color"),
    textStyle: { color: colour("--tblr-body-color") },
    formatter: ({ dataIndex }) => [rows[dataIndex].label, ...series.map((name, at) => `${name}: ${rows[dataIndex].texts[at]}`)].join("\n"),
  };
}

function options(element, { series, rows }) {
  const { chart: shape } = element.dataset;
  const font = { fontFamily: getComputedStyle(document.body).fontFamily, color: colour("--tblr-body-color") };
  const common = {
    animation: !window.matchMedia("(prefers-reduced-motion: reduce)").matches,
    animationDuration: 300,
    textStyle: font,
    color: [1, 2, 3, 4, 5, 6].map((number) => colour(`--yc-chart-${number}`)),
    tooltip: { trigger: "item", ...tooltip(rows, series) },
    legend: series.length > 1 || shape === "ring" ? { top: 0, left: 0, itemGap: 16, textStyle: font } : { show: false },
  };
  if (shape === "ring") {
    return { ...common, series: [{ type: "pie", radius: ["45%", "75%"], center: ["50%", "56%"], label: { show: false }, data: rows.map((row) => item(row, 0)) }] };
  }
  return {
    ...common,
    ...axes(shape, rows),
    grid: { top: series.length > 1 ? 34 : 10, right: 16, bottom: 4, left: 4, containLabel: true, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    series: series.map((name, index) => ({
      name,
      type: "bar",
      stack: "stacked" in element.dataset ? "all" : undefined,
      barMaxWidth: 34,
      data: rows.map((row) => item(row, index)),
      cursor: rows.some((row) => row.url) ? "pointer" : "default",
    })),
  };
}

// The keyboard's way through the bars: one is lit and told, Enter follows it.
function steer(element, chart, data) {
  const tell = Object.assign(document.createElement("p"), { className: "visually-hidden" });
  tell.setAttribute("role", "status");
  element.after(tell);
  let at = -1;
  const light = (type) => {
    for (let seriesIndex = 0; seriesIndex < data.series.length; seriesIndex += 1) chart.dispatchAction({ type, seriesIndex, dataIndex: at });
  };
  element.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (step) {
      light("downplay");
      at = (at + step + data.rows.length) % data.rows.length;
      light("highlight");
      chart.dispatchAction({ type: "showTip", seriesIndex: 0, dataIndex: at });
      const row = data.rows[at];
      tell.textContent = [row.label, ...data.series.map((name, index) => `${name} ${row.texts[index]}`)].join(", ");
    } else if (event.key === "Enter" && data.rows[at]?.url) window.location.assign(data.rows[at].url);
    else if (event.key === "Escape") chart.dispatchAction({ type: "hideTip" });
    else return;
    event.preventDefault();
  });
  element.addEventListener("blur", () => {
    light("downplay");
    chart.dispatchAction({ type: "hideTip" });
  });
}

function draw(element) {
  const data = read(document.getElementById(element.dataset.table));
  element.hidden = false;
  const wanted = element.dataset.chart === "bar" ? 60 + data.rows.length * 36 : 272;
  element.style.height = `${Math.min(Math.max(wanted, 150), 480)}px`;
  const chart = echarts.init(element, null, { renderer: "svg" });
  const show = () => chart.setOption(options(element, data), true);
  show();
  const title = element.closest("figure")?.querySelector("h2")?.textContent.trim() ?? data.category;
  element.setAttribute("role", "img");
  element.setAttribute("tabindex", "0");
  element.setAttribute("aria-label", `${title}. ${data.rows.map((row) => `${row.label}: ${row.texts.join(" / ")}`).join("; ")}. ${element.dataset.help ?? ""}`);
  chart.on("click", ({ dataIndex }) => {
    const url = data.rows[dataIndex]?.url;
    if (url) window.location.assign(url);
  });
  steer(element, chart, data);
  new ResizeObserver(() => chart.resize()).observe(element);
  new MutationObserver(show).observe(document.documentElement, { attributes: true, attributeFilter: ["data-bs-theme"] });
}

function start(root) {
  for (const element of once(root, "[data-chart]", "Chart")) draw(element);
}

start(document);
document.addEventListener("htmx:after:swap", () => start(document));
