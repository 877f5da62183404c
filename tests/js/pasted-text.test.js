// What a typed or pasted text names.
import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "../../static/js/scanner/hub-id.js";
import { parseAll } from "../../static/js/scanner/pasted-text.js";

const [ONE, OTHER, THIRD] = [0, 1, 2].map((n) => `${n}f2a9c1e-7b54-4d0e-9a61-0c3d77f01a2b`);
const KEY = "2b7e151628aed2a6abf7158809cf4f3c";
const ids = (text) => parseAll(text).flatMap(({ hubId }) => hubId ?? []);
const refused = (text) => parseAll(text).filter(({ problem }) => problem);
const cut = (id, ...places) =>
  [0, ...places].map((from, index) => id.slice(from, places[index] ?? id.length));

test("one label is one hub, whatever surrounds it", () => {
  assert.deepEqual(ids(`https://spkey.example/h/${ONE.toUpperCase()}`), [ONE]);
});

test("several ids keep the capitals that are printed", () => {
  const texts = parseAll(`${ONE.toUpperCase()}\n${OTHER}`).map(({ text }) => text);
  assert.deepEqual(texts, [ONE.toUpperCase(), OTHER]);
});

for (const [name, between] of [
  ["line breaks", "\n"],
  ["commas", ", "],
  ["spaces", " "],
  ["tabs", "\t"],
  ["semicolons", ";"],
  ["Windows' line breaks", "\r\n"],
]) {
  test(`several hubs are separated by ${name}`, () => {
    assert.deepEqual(ids([ONE, OTHER, THIRD].join(between)), [ONE, OTHER, THIRD]);
  });
}

test("a line that names no hub is reported among others that do", () => {
  const found = parseAll(`${ONE}\nfrom the office\n${OTHER}`);
  assert.deepEqual(
    found.map(({ hubId, read }) => hubId ?? read),
    [ONE, "from the office", OTHER],
  );
});

for (const [name, mistake] of [
  ["a digit too few", (hub) => hub.slice(0, -1)],
  ["a digit too many", (hub) => `${hub}0`],
  ["a letter for a digit", (hub) => `${hub.slice(0, 35)}O`],
]) {
  test(`an id with ${name} is reported, whatever is beside it`, () => {
    const wrong = mistake(THIRD);
    for (const text of [`${wrong} ${ONE}`, `${ONE}, ${wrong}`, `${ONE}, ${wrong}, ${OTHER}`]) {
      assert.deepEqual(
        refused(text).map((label) => label.text),
        [wrong],
      );
      assert.ok(ids(text).includes(ONE));
    }
  });
}

test("a text that names no hub is reported as a whole", () => {
  assert.deepEqual(parseAll("SN 00417"), [{ text: "SN 00417", ...parse("SN 00417") }]);
  assert.equal(parse("").problem, "empty");
  assert.equal(parse(ONE.slice(1)).typed, 31);
});

for (const [name, text] of [
  ["after a hyphen", cut(ONE, 24).join("\n")],
  ["before a hyphen", cut(ONE, 18).join("\n")],
  ["twice", cut(ONE, 14, 24).join("\n")],
  ["by Windows", cut(ONE, 19).join("\r\n")],
  ["where nobody looks for it", cut(ONE, 28).join("\n")],
  ["within a group, behind words", `The hub is ${cut(ONE, 11).join("\n")}`],
  ["as mail of old does", cut(ONE, 30).join("=\n")],
  ["in quoted-printable", cut(ONE, 24).join("=0D=0A")],
  ["in quoted-printable, within a group", cut(ONE, 30).join("=0D=0A=\r\n")],
  ["in quoted-printable, of many", `Hubs:=0D=0A${cut(ONE, 12).join("=0d=0a")}=0D=0A=0D=0ARegards`],
  ["in a mail", `Please claim this:\n\nHub 1: ${cut(ONE, 24).join("\n")}\n\nRegards,\nAda`],
  ["in a quoted mail", `> Hub 1: ${cut(ONE, 24).join("\n> ")}\n> Regards`],
  ["in a mail that was quoted twice", `>> ${cut(ONE, 19).join("\n> > ")}`],
  ["with indented lines", `  Hub: ${cut(ONE, 14).join("\n       ")}`],
]) {
  test(`an id is found that a line breaks ${name}`, () => {
    assert.deepEqual(ids(text), [ONE]);
    assert.deepEqual(refused(text), []);
  });
}

const [[left, right], [below, beside]] = [cut(ONE, 19), cut(OTHER, 19)].map((half) => half);
for (const [name, text] of [
  ["spaces", `${left}   ${below}\n${right}     ${beside}`],
  ["tabs", `${left}\t${below}\n${right}\t${beside}`],
  ["bars", `| ${left} | ${below} |\n| ${right} | ${beside} |`],
  ["a column before them", `1  ${left}   ${below}\n   ${right}     ${beside}`],
]) {
  test(`ids in columns with ${name} between them are read column by column`, () => {
    assert.deepEqual(ids(text).sort(), [ONE, OTHER]);
    assert.deepEqual(refused(text), []);
  });
}

for (const [name, text] of [
  ["a year below a cut id", `${ONE.slice(0, 32)}\n2024`],
  ["a paragraph between", `${ONE.slice(0, 24)}\n\n${ONE.slice(24)}`],
  ["two columns, one of which ends", `${left}   ${below}\n${right}0`],
  ["fours of two columns", "315E 230B  53F9 4D17\n4F3E 4F7E  411B 4D77"],
  ["a MAC below a serial", "12345678901234567890\na4c13801b2ff"],
  ["two EUI-64", "0011223344556677\n8899aabbccddeeff"],
  ["hashes", `${"da39a3ee".repeat(5)}\n${"da39a3ee".repeat(8)}`],
]) {
  test(`no id is made of ${name}`, () => assert.deepEqual(ids(text), []));
}

for (const text of [ONE.slice(0, 24), `${ONE.slice(0, 24)}\n\nRegards`, `${OTHER}\n${left}`]) {
  test(`what was to be an id is told: ${JSON.stringify(text)}`, () => {
    assert.equal(refused(text).length, 1);
  });
}

test("two scans that ran together are two, with prefixes or without", () => {
  assert.deepEqual(ids(`${ONE}${OTHER}`), [ONE, OTHER]);
  assert.deepEqual(ids(`]Q3${ONE}]C1${OTHER}]d2${THIRD}`), [ONE, OTHER, THIRD]);
  assert.deepEqual(ids(`https://a.example/${ONE}https://a.example/${OTHER}`), [ONE, OTHER]);
});

const inOne = (id) => id.replaceAll("-", "");
for (const [name, text] of [
  ["in one piece", `${inOne(ONE)}${inOne(OTHER)}`],
  ["in two ways", `${ONE}${inOne(OTHER)}`],
  ["in two ways, the other first", `${inOne(ONE)}${OTHER}`],
  ["with prefixes", `]Q1${inOne(ONE)}]C1${inOne(OTHER)}`],
  ["after a word", `Hubs: ${inOne(ONE)}${inOne(OTHER)}`],
  ["in a list", `${inOne(ONE)}${inOne(OTHER)}\n${ONE}`],
]) {
  test(`two ids that ran together ${name} are two`, () => {
    assert.deepEqual([...new Set(ids(text))], [ONE, OTHER]);
    assert.deepEqual(refused(text), []);
  });
}

test("three ids that ran together are three", () => {
  assert.deepEqual(ids([ONE, OTHER, THIRD].map(inOne).join("")), [ONE, OTHER, THIRD]);
});

test("a key of as many digits as two ids is none", () => {
  for (const text of [`Key: ${KEY}${KEY}`, `PSK\n${KEY}${inOne(OTHER)}`]) {
    assert.deepEqual(ids(text), []);
    assert.deepEqual(
      parseAll(text).flatMap((label) => label.ids ?? []),
      [],
    );
  }
});

const [DIGITS] = [inOne(ONE)];
for (const [name, text] of [
  ["an equals sign", `${DIGITS.slice(0, 13)}=\n${DIGITS.slice(13)}`],
  ["a soft hyphen", `Hub ${DIGITS.slice(0, 20)}\u00ad\n${DIGITS.slice(20)} in the attic`],
  ["a zero-width space", `${DIGITS.slice(0, 7)}\u200b\r\n${DIGITS.slice(7)}`],
  ["a line's hyphen", `> ${DIGITS.slice(0, 16)}-\n> ${DIGITS.slice(16)}`],
  [
    "two soft hyphens",
    `${DIGITS.slice(0, 9)}\u00ad\n${DIGITS.slice(9, 18)}\u00ad\n${DIGITS.slice(18)}`,
  ],
]) {
  test(`an id in one piece is found that a line breaks after ${name}`, () => {
    assert.deepEqual(ids(`${text}\n${inOne(OTHER)}`), [ONE, OTHER]);
    assert.deepEqual(refused(`${text}\n${inOne(OTHER)}`), []);
  });
}

test("digits in other groups than an id's are told as such, an id of nobody too", () => {
  const pairs = DIGITS.match(/../g)?.join(" ") ?? "";
  assert.deepEqual(
    refused(pairs).map(({ typed }) => typed),
    [32],
  );
  assert.deepEqual(
    refused(`${ONE}\n${"0".repeat(32)}`).map(({ problem }) => problem),
    ["nobodys"],
  );
});

test("scans by another keyboard are undone, alone and among others", () => {
  const german = ONE.replaceAll("-", "ß");
  assert.deepEqual(ids(german), [ONE]);
  assert.deepEqual(ids(`${german}\n${OTHER}`), [ONE, OTHER]);
  assert.deepEqual(ids(`${german}${OTHER.replaceAll("-", "ß")}`), [ONE, OTHER]);
});

test("prose around ids is left out", () => {
  assert.deepEqual(refused(`Hi,\nplease claim ${ONE}\nthe key is with Joe\nAda`), []);
  assert.deepEqual(ids(`The caretaker has the keys.\n\n${ONE} and ${OTHER}`), [ONE, OTHER]);
});

for (const text of [
  `{"hubId":"${ONE}","key":"${KEY}"}`,
  `Hub id\tKey\n${ONE}\t${OTHER}`,
  `Hub: ${ONE}\nPassword: ${OTHER}`,
  `https://spkey.example/h/${ONE}?token=${OTHER}`,
]) {
  test(`a secret is neither taken nor told: ${text.slice(0, 24)}`, () => {
    assert.deepEqual(ids(text), [ONE]);
    assert.ok(!JSON.stringify(parseAll(text)).includes(OTHER));
    assert.ok(!JSON.stringify(parseAll(text)).includes(KEY));
  });
}

for (const [name, text, offered] of [
  ["an address", `https://a.example/?a=${ONE}&b=${OTHER}`, [ONE, OTHER]],
  ["JSON", `{"a":"${ONE}",\n"b":"${OTHER}"}`, [ONE, OTHER]],
  ["what is beside a hub's", `Hub ID: ${ONE}\nThread network: ${OTHER}`, [OTHER]],
]) {
  test(`of ids that ${name} does not tell apart a person says which`, () => {
    assert.deepEqual(
      refused(text).flatMap((label) => label.ids),
      offered,
    );
    assert.ok(!ids(text).includes(OTHER));
  });
}

for (const [name, text, offered] of [
  ["in a sentence", `Hub ${ONE} in the attic and ${OTHER} in the basement`, [OTHER]],
  ["after a word nobody knows", `Hub ID: ${ONE}\nXYZ ${OTHER}`, [OTHER]],
  ["below a word nobody knows", `Hub ID: ${ONE}\nXYZ\n${OTHER}`, [OTHER]],
  ["before the hub's, written otherwise", `${KEY}\nHub ID: ${ONE}`, []],
  ["below the hub's, written otherwise", `Hub ID: ${ONE}\n${KEY}`, [ONE]],
  ["below a heading, written otherwise", `Hub\n${ONE}\n${KEY}`, [ONE]],
]) {
  test(`beside a hub's nothing is taken or lost that has no such name: ${name}`, () => {
    const told = refused(text).flatMap((label) => label.ids);
    for (const id of offered) assert.ok(told.includes(id));
    assert.ok(!ids(text).includes(OTHER));
    assert.ok(!ids(text).some((id) => id.startsWith(KEY.slice(0, 8))));
  });
}

test("what goes on after a hub's with a bare and is one as well", () => {
  assert.deepEqual(ids(`Hub 1: ${ONE}\nand ${OTHER}`), [ONE, OTHER]);
});

for (const [name, text] of [
  ["boxes to tick", `[ ] ${ONE}\n[x] ${OTHER}`],
  ["times", `[10:41, 1/12/2026] Ira: ${ONE}\n[10:42, 1/12/2026] Ira: ${OTHER}`],
  ["a page's list", `<ul><li>${ONE}</li><li>${OTHER}</li></ul>`],
  [
    "a page's table",
    `<table><tr><td>a</td><td>${ONE}</td></tr><tr><td>b</td><td>${OTHER}</td></tr>`,
  ],
  ["a page's line breaks", `${cut(ONE, 24).join("<br>")}<br>${OTHER}`],
  ["curly quotation marks", `“${ONE}” „${OTHER}“`],
  ["guillemets", `«${ONE}» «${OTHER}»`],
  ["backticks", `\`${ONE}\` \`${OTHER}\``],
  ["HTML's quotation marks", `&quot;${ONE}&quot;, &quot;${OTHER}&quot;`],
  ["quoted-printable hyphens", `${ONE.replaceAll("-", "=2D")}\n${OTHER}`],
  ["a table below a sentence", `Your order:\n\nHub ID;Key\n${ONE};${KEY}\n${OTHER};${KEY}`],
]) {
  test(`two hubs are read with ${name} around them`, () => {
    assert.deepEqual(ids(text), [ONE, OTHER]);
  });
}

for (const [name, broken] of [
  ["quotation marks and a plus", `'${ONE.slice(0, 19)}' +\n'${ONE.slice(19)}'`],
  ["a dash of its own", `${ONE.slice(0, 24)} …`],
  ["a gap within a group", `${ONE.slice(0, 11)} ${ONE.slice(11)}`],
  ["its end alone", ONE.slice(14)],
]) {
  test(`an id that stays in pieces is told: ${name}`, () => {
    assert.deepEqual(ids(`${broken}\n${OTHER}`), [OTHER]);
    assert.ok(refused(`${broken}\n${OTHER}`).length > 0);
  });
}

test("a list of places with their hubs is a list of hubs", () => {
  assert.deepEqual(ids(`Basement: ${ONE}\nAttic: ${OTHER}`), [ONE, OTHER]);
});

test("a long paste is read at once", () => {
  const started = performance.now();
  const lines = Array.from({ length: 500 }, (_, n) => `Flat ${n} key ${n}: ${ONE.slice(0, 24)}`);
  parseAll(lines.join("\n"));
  assert.ok(performance.now() - started < 1000);
});

const SPELT = KEY.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
for (const text of [
  `${ONE} / ${SPELT}`,
  `spkey:${ONE}:${KEY}`,
  `https://x.example/${ONE}#${KEY}`,
  `${ONE} ${KEY}`,
  `SN ${ONE}\nXYZ ${KEY}`,
  `Batch no: x\ncode: ${KEY}`,
]) {
  test(`what may be no hub is offered, not added: ${JSON.stringify(text)}`, () => {
    assert.deepEqual(ids(text), []);
    assert.ok(refused(text).some((label) => label.ids.includes(SPELT) || label.ids.includes(KEY)));
  });
}

test("what is called an id is taken beside what is a site's", () => {
  assert.deepEqual(ids(`Site: ${OTHER}\nID: ${ONE}`), [ONE]);
  assert.deepEqual(ids(`Customer: ${OTHER}\nHub id: ${ONE}`), [ONE]);
});

for (const [name, spoilt] of [
  ["German", `{@hubId@>@${ONE.replaceAll("-", "/")}@,@kez@>@${KEY}@}`],
  ["Italian", `é°hubId°ç°${ONE.replaceAll("-", "'")}°,°key°ç°${KEY}°`],
  ["German, in words", `Hub> ${ONE.replaceAll("-", "/")} Kez> ${KEY}`],
]) {
  test(`a key in one piece is none by a keyboard either: ${name}`, () => {
    assert.ok(!ids(spoilt).some((id) => id.startsWith(KEY.slice(0, 8))));
    assert.notEqual(parse(spoilt).hubId, SPELT);
  });
}

for (const [name, text] of [
  ["zeros", "0".repeat(100_000)],
  ["base64", "q83vEjRWeJCrze8SNFZ4kA/+".repeat(2500)],
  ["hex", "2b7e1516".repeat(6250)],
  ["names of secrets", "key ".repeat(20_000)],
]) {
  test(`a long text is looked at in a moment: ${name}`, { timeout: 5000 }, () => {
    const begun = performance.now();
    assert.deepEqual(ids(text), []);
    assert.ok(performance.now() - begun < 3000);
  });
}

for (const text of [
  "password hunter2horse",
  "Bearer eyJhbGciOi.e30.abc",
  "PIN 123",
  "key q83vEjRWeJCr",
]) {
  test(`nobody is shown what follows a secret's name: ${text}`, () => {
    const [label] = parseAll(text);
    assert.ok(!label.text.includes(text.split(" ")[1]) && !label.read.includes(text.split(" ")[1]));
  });
}
