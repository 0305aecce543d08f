/** The technician's panel. */
import "../shared/base.css";
import "uplot/dist/uPlot.min.css";
import "./technician.css";
import { render } from "preact";
import { App } from "./app.tsx";

const root = document.getElementById("panel");
if (root !== null) render(<App />, root);
