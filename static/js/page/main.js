// What every page has, whoever looks at it.
import "./kept-fields.js";
import "./time-ago.js";
import "../pwa/connection-line.js";
