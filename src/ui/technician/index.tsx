/** The technician's panel. */
import "../shared/base.css";
import "uplot/dist/uPlot.min.css";
import "./technician.css";
import "./form.css";
import "./steps.css";
import "./phone.css";
import { render } from "preact";
import { App } from "./app.tsx";
import { stayAwake } from "./store.ts";

stayAwake();
const root = document.getElementById("panel");
if (root !== null) render(<App />, root);
