/* SPDX-License-Identifier: MIT */
/*
 * Put at the end of a copy of the results page by test-page.sh, which shows it in a frame of
 * the width that matters (a window is never as narrow as a telephone): what a browser makes of
 * it, a line each, for the page around it.
 */
addEventListener("load", () => {
	const bad = [], root = document.documentElement;
	const inside = (a, b) => a.left >= b.left - 1 && a.right <= b.right + 1 &&
		a.top >= b.top - 1 && a.bottom <= b.bottom + 1;
	const overlap = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2 &&
		Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 4;

	document.querySelectorAll("details").forEach(details => { details.open = true; });
	if (root.scrollWidth > innerWidth)
		bad.push(`the page scrolls sideways: ${root.scrollWidth} in ${innerWidth}`);
	document.querySelectorAll("svg").forEach(svg => {
		const name = svg.closest("figure").id, frame = svg.getBoundingClientRect();
		const level = [];

		if (frame.width < 300 || frame.height < 100 || svg.getBBox().width < 300)
			bad.push(`${name} was not rendered`);
		svg.querySelectorAll("text").forEach(text => {
			const box = text.getBoundingClientRect();

			if (!text.textContent.trim())
				return;
			if (!inside(box, frame))
				bad.push(`${name}: "${text.textContent}" is clipped`);
			const m = text.getScreenCTM();
			if (Math.abs(m.b) < 0.01)
				level.push([text.textContent, box]);
		});
		level.forEach(([one, a], i) => level.slice(i + 1).forEach(([other, b]) => {
			if (one !== other && overlap(a, b))
				bad.push(`${name}: "${one}" overlaps "${other}"`);
		}));
	});
	const fill = selector => getComputedStyle(document.querySelector(selector)).fill;
	parent.postMessage([
		`width ${innerWidth}`, `images ${document.querySelectorAll("svg").length}`,
		`paper ${getComputedStyle(document.body).backgroundColor} ` +
		`of plots ${fill("#bugs svg rect")} of timelines ${fill(".dma .paper")}`, ...bad].join("\n"), "*");
});
