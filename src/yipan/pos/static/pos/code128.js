// Code 128 (ISO/IEC 15417), code set B: the bars of a text of printable ASCII, as widths of bars
// and spaces by turns. The number of a ticket is printed so, to be scanned when goods come back.

const WIDTHS = (
  "212222222122222221121223121322131222122213122312132212221213221312231212112232122132122231113222123122123221"
  + "223211221132221231213212223112312131311222321122321221312212322112322211212123212321232121111323131123131321"
  + "112313132113132311211313231113231311112133112331132131113123113321133121313121211331231131213113213311213131"
  + "311123311321331121312113312311332111314111221411431111111224111422121124121421141122141221112214112412122114"
  + "122411142112142211241211221114413111241112134111111242121142121241114212124112124211411212421112421211212141"
  + "214121412121111143111341131141114113114311411113411311113141114131311141411131211412211214211232"
).match(/\d{6}/g);
const STOP = "2331112";
const START_B = 104;

function listWidths(text) {
  const values = [...text].map((letter) => letter.charCodeAt(0) - 32);
  const check = values.reduce((sum, value, place) => sum + value * (place + 1), START_B) % 103;
  return [...[START_B, ...values, check].map((value) => WIDTHS[value]), STOP].join("");
}

export function drawBars(text, height = 40) {
  const picture = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  let x = 0;
  [...listWidths(text)].forEach((width, place) => {
    if (place % 2 === 0) {
      const bar = document.createElementNS("http://www.w3.org/2000/svg", "rect");
      for (const [name, value] of Object.entries({ x, y: 0, width, height })) bar.setAttribute(name, value);
      picture.append(bar);
    }
    x += Number(width);
  });
  picture.setAttribute("viewBox", `0 0 ${x} ${height}`);
  picture.setAttribute("preserveAspectRatio", "none");
  picture.setAttribute("role", "img");
  picture.setAttribute("aria-label", text);
  return picture;
}
