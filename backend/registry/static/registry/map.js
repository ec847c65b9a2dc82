/* The map beside a corner table: shapes on a plain grid of degrees, on tiles where the office has some.
   <div class="kk-map" data-shapes='[{"role": "area", "geometry": {GeoJSON}, "label": ""}]' data-tiles="" data-note="">
   Roles are classes (map.css). Labels are text, never markup. */
"use strict";

(() => {
  const STEPS = [0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30];
  const LINES = 7; // at most, each way

  const text = (words) => {
    const span = document.createElement("span");
    span.textContent = words;
    return span;
  };

  const stepFor = (span) => STEPS.find((step) => span / step <= LINES) || 45;

  const degrees = (value, step) => {
    const digits = Math.max(0, Math.ceil(-Math.log10(step) - 1e-9));
    const said = value.toFixed(digits);
    return (document.documentElement.lang.startsWith("en") ? said : said.replace(".", ",")) + "°";
  };

  const grid = (map) => {
    const lines = L.layerGroup().addTo(map);
    const line = (from, to, at, label, kind) => {
      L.polyline([from, to], { className: "kk-grid", interactive: false }).addTo(lines);
      const icon = L.divIcon({ className: "kk-grid-label kk-grid-" + kind, html: text(label), iconSize: null });
      L.marker(at, { icon, interactive: false, keyboard: false }).addTo(lines);
    };
    const draw = () => {
      lines.clearLayers();
      const b = map.getBounds();
      const [south, north] = [Math.max(b.getSouth(), -85), Math.min(b.getNorth(), 85)];
      const [west, east] = [b.getWest(), b.getEast()];
      const step = stepFor(Math.max(north - south, (east - west) / 2));
      for (let lat = Math.ceil(south / step) * step; lat <= north; lat += step) {
        line([lat, west], [lat, east], [lat, west], degrees(lat, step), "lat");
      }
      for (let lon = Math.ceil(west / step) * step; lon <= east; lon += step) {
        line([south, lon], [north, lon], [south, lon], degrees(lon, step), "lon");
      }
    };
    map.on("moveend resize", draw);
    draw();
  };

  const layerOf = (shape) => {
    const layer = L.geoJSON(shape.geometry, {
      style: { className: "kk-shape kk-" + shape.role },
      pointToLayer: (feature, at) => L.circleMarker(at, { radius: 4, className: "kk-shape kk-" + shape.role }),
    });
    if (shape.label) {
      const permanent = shape.role === "corner";
      layer.bindTooltip(text(shape.label), {
        permanent,
        sticky: !permanent,
        direction: permanent ? "right" : "auto",
        className: "kk-tooltip" + (permanent ? " kk-corner-label" : ""),
      });
    }
    return layer;
  };

  const show = (box) => {
    const shapes = JSON.parse(box.dataset.shapes);
    box.replaceChildren();
    box.classList.add("kk-map-drawn");
    const map = L.map(box, {
      attributionControl: Boolean(box.dataset.tiles),
      zoomControl: false,
      scrollWheelZoom: false,
      zoomSnap: 0.25,
    });
    if (map.attributionControl) map.attributionControl.setPrefix(false);
    const english = document.documentElement.lang.startsWith("en");
    L.control.zoom({
      position: "topright",
      zoomInTitle: english ? "Closer" : "Phóng to",
      zoomOutTitle: english ? "Farther" : "Thu nhỏ",
    }).addTo(map);
    const layers = L.featureGroup(shapes.map(layerOf)).addTo(map);
    const bounds = layers.getBounds();
    map.fitBounds(bounds.isValid() ? bounds : [[8, 102], [23.5, 110]], { padding: [28, 28], maxZoom: 18 });
    if (box.dataset.tiles) {
      const note = document.createElement("i");
      note.textContent = box.dataset.note;
      L.tileLayer(box.dataset.tiles, { attribution: note.innerHTML, maxZoom: 19 }).addTo(map);
    }
    grid(map);
    L.control.scale({ imperial: false, position: "bottomright" }).addTo(map);
    map.on("focus", () => map.scrollWheelZoom.enable());
    map.on("blur", () => map.scrollWheelZoom.disable());
  };

  document.querySelectorAll(".kk-map").forEach(show);
})();
