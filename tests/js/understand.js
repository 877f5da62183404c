// Says of each text on the standard input, a JSON list, what the device understands of it.
import { text } from "node:stream/consumers";
import { parse } from "../../static/js/scanner/hub-id.js";

const texts = JSON.parse(await text(process.stdin));
process.stdout.write(JSON.stringify(texts.map(parse)));
