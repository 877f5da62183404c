// What a hand-held scanner meant that types for another keyboard than the device has: the rules of
// portal/hubs/labels/keyboards.py.

/** @typedef {Map<string, string>} Meant What each sign means. */

// An American keyboard, key by key.
const PLAIN = "`1234567890-=qwertyuiop[]\\asdfghjkl;'zxcvbnm,./";
const SHIFTED = '~!@#$%^&*()_+QWERTYUIOP{}|ASDFGHJKL:"ZXCVBNM<>?';
const KEYS = [...PLAIN, ...SHIFTED];
const OTHER = [...SHIFTED, ...PLAIN];

// What stands where an American keyboard has something else, each before what is there.
export const KEYBOARDS = {
  British: '#\\¬~"@£#~|@"',
  German: "^`ß-´=zyü[+]#\\ö;ä'yz-/°~\"@§#&^/&(*)(=)?_`+ZYÜ{*}'|Ö:Ä\"YZ;<:>_?",
  Swiss: "§`'-^=zyü[¨]$\\ö;ä'yz-/°~+!\"@*#ç$&^/&(*)(=)?_`+ZYè{!}£|é:à\"YZ;<:>_?",
  French:
    "²`&1é2\"3'4(5-6è7_8ç9à0)-aqzw^[$]*\\qam;ù'wz,m;,:.!/1!2@3#4$5%6^7&8*9(0)°_AQZW¨{£}µ|QAM:%\"WZ?M.</>§?",
  "French, Apple":
    "@`&1é2\"3'4(5§6è7!8ç9à0)--=aqzw^[$]`\\qam;ù'wz,m;,:.=/#~1!2@3#4$5%6^7&8*9(0)°__+AQZW¨{*}£|QAM:%\"WZ?M.</>+?",
  Belgian:
    "²`&1é2\"3'4(5§6è7!8ç9à0)--=aqzw^[$]µ\\qam;ù'wz,m;,:.=/³~1!2@3#4$5%6^7&8*9(0)°__+AQZW¨{*}£|QAM:%\"WZ?M.</>+?",
  "Canadian-French": "#`^[¸]<\\`'é/|~\"@/#?^^{¨}>|`\"'<.>É?",
  Italian: "\\`'-ì=è[+]ù\\ò;à'-/|~\"@£#&^/&(*)(=)?_^+é{*}§|ç:°\";<:>_?",
  Spanish: "º`'-¡=`[+]ç\\ñ;´'-/ª~\"@·#&^/&(*)(=)?_¿+^{*}Ç|Ñ:¨\";<:>_?",
  "Latin-American": "|`'-¿=´[+]}\\ñ;{'-/°~\"@&^/&(*)(=)?_¡+¨{*}]|Ñ:[\";<:>_?",
  Portuguese: "\\`'-«=+[´]~\\ç;º'-/|~\"@&^/&(*)(=)?_»+*{`}^|Ç:ª\";<:>_?",
  Brazilian: "'`´[[]]\\ç;~';/\"~¨^`{{}}|Ç:^\":?",
  Dutch: "@`/-°=¨[*]<\\+;´'-/§~\"@&^_&(*)(')?_~+^{|}>|±:`\";<:>=?",
  Danish: "½`+-´=å[¨]'\\æ;ø'-/§~\"@¤$&^/&(*)(=)?_`+Å{^}*|Æ:Ø\";<:>_?",
  Norwegian: "|`+-\\=å[¨]'\\ø;æ'-/§~\"@¤$&^/&(*)(=)?_`+Å{^}*|Ø:Æ\";<:>_?",
  "Swedish, Finnish": "§`+-´=å[¨]'\\ö;ä'-/½~\"@¤$&^/&(*)(=)?_`+Å{^}*|Ö:Ä\";<:>_?",
  Icelandic: "°`ö--=ð[']+\\æ;´'þ/¨~\"@&^/&(*)(=)Ö__+Ð{?}*|Æ:´\";<:>Þ?",
  Estonian: "ˇ`+-´=ü[õ]'\\ö;ä'-/\"@¤$&^/&(*)(=)?_`+Ü{Õ}*|Ö:Ä\";<:>_?",
  Lithuanian: "ą1č2ę3ė4į5š6ų7ū8„9“0ž=Ą!Č@Ę#Ė$Į%Š^Ų&Ū*Ž+9900",
  "Polish 214": "˙`+-'=zyż[ś]ó\\ł;ą'yz-/˛~\"@&^/&(*)(=)?_*+ZYń{ć}ź|Ł:ę\"YZ;<:>_?",
  Czech:
    ";`+1ě2š3č4ř5ž6ý7á8í9é0=-´=zyú[)]¨\\ů;§'yz-/°~1!2@3#4$5%6^7&8*9(0)%_ˇ+ZY/{(}'|\":!\"YZ?<:>_?",
  "Czech QWERTY":
    ";`+1ě2š3č4ř5ž6ý7á8í9é0=-´=ú[)]¨\\ů;§'-/°~1!2@3#4$5%6^7&8*9(0)%_ˇ+/{(}'|\":!\"?<:>_?",
  Slovak:
    ';`+1ľ2š3č4ť5ž6ý7á8í9é0=-´=zyú[ä]ň\\ô;§\'yz-/°~1!2@3#4$5%6^7&8*9(0)%_ˇ+ZY/{(})|":!"YZ?<:>_?',
  Hungarian: "0`ö0ü-ó=zyő[ú]ű\\é;á'yz-/§~'!\"@+#!$/^=&(*)(Ö)Ü_Ó+ZYŐ{Ú}Ű|É:Á\"YZ?<:>_?",
  Romanian: "]`+-'=zyă[î]â\\ș;ț'yz-/[~\"@¤$&^/&(*)(=)?_*+ZYĂ{Î}Â|Ș:Ț\"YZ;<:>_?",
  "Croatian, Serbian, Slovene": "'-+=zyš[đ]ž\\č;ć'yz-/\"@&^/&(*)(=)?_*+ZYŠ{Đ}Ž|Č:Ć\"YZ;<:>_?",
  Albanian: "\\`zyç[@]]\\ë;['yz|~\"@ZYÇ{'}}|Ë:{\"YZ;<:>",
  "Turkish Q": "\"`*--=ıiğ[ü],\\ş;i'ö,ç../é~'@^#+$&^/&(*)(=)?__+Ğ{Ü};|Ş:İ\"Ö<Ç>:?",
  "Turkish F":
    "+`/--=fqgwğeırotdyrunihoq[w]x\\uaisedafügthkjmky;ş'jzöxvccvçbznsmb,,/*~\"@^#&^'&(*)(=)?__+FQGWĞEIROTDYRUNIHOQ{W}X|UAİSEDAFÜGTHKJMKY:Ş\"JZÖXVCCVÇBZNSMB<:>;?",
  Greek:
    ";qςwεeρrτtυyθuιiοoπpαaσsδdφfγgηhξjκkλl´;ζzχxψcωvβbνnμm:QΣWΕEΡRΤTΥYΘUΙIΟOΠPΑAΣSΔDΦFΓGΗHΞJΚKΛL¨:ΖZΧXΨCΩVΒBΝNΜM",
  Russian:
    'ё`йqцwуeкrеtнyгuшiщoзpх[ъ]фaыsвdаfпgрhоjлkдlж;э\'яzчxсcмvиbтnьmб,ю../Ё~"@№#;$:^?&ЙQЦWУEКRЕTНYГUШIЩOЗPХ{Ъ}/|ФAЫSВDАFПGРHОJЛKДLЖ:Э"ЯZЧXСCМVИBТNЬMБ<Ю>,?',
  Ukrainian:
    "'`йqцwуeкrеtнyгuшiщoзpх[ї]ґ\\фaіsвdаfпgрhоjлkдlж;є'яzчxсcмvиbтnьmб,ю../\"@№#;$:^?&ЙQЦWУEКRЕTНYГUШIЩOЗPХ{Ї}Ґ|ФAІSВDАFПGРHОJЛKДLЖ:Є\"ЯZЧXСCМVИBТNЬMБ<Ю>,?",
  Belarusian:
    "ё`йqцwуeкrеtнyгuшiўoзpх[']фaыsвdаfпgрhоjлkдlж;э'яzчxсcмvіbтnьmб,ю../Ё~\"@№#;$:^?&ЙQЦWУEКRЕTНYГUШIЎOЗPХ{'}/|ФAЫSВDАFПGРHОJЛKДLЖ:Э\"ЯZЧXСCМVІBТNЬMБ<Ю>,?",
  Serbian:
    "'-+=љqњwеeрrтtзyуuиiоoпpш[ђ]ж\\аaсsдdфfгgхhјjкkлlч;ћ'жzџxцcвvбbнnмm-/\"@&^/&(*)(=)?_*+ЉQЊWЕEРRТTЗYУUИIОOПPШ{Ђ}Ж|АAСSДDФFГGХHЈJКKЛLЧ:Ћ\"ЖZЏXЦCВVБBНNМM;<:>_?",
  Macedonian:
    "љqњwеeрrтtѕyуuиiоoпpш[ѓ]ж\\аaсsдdфfгgхhјjкkлlч;ќ'зzџxцcвvбbнnмm„@“#ЉQЊWЕEРRТTЅYУUИIОOПPШ{Ѓ}Ж|АAСSДDФFГGХHЈJКKЛLЧ:Ќ\"ЗZЏXЦCВVБBНNМM;<:>",
  Bulgarian:
    '(`.=,qуwеeиrшtщyкuсiдoзpц[;]„\\ьaяsаdоfжgгhтjнkвlм;ч\'юzйxъcэvфbхnпmр,л.б/)~?@+#"$=^:&/*–(№)$_€+ыQУWЕEИRШTЩYКUСIДOЗPЦ{§}“|ѝAЯSАDОFЖGГHТJНKВLМ:Ч"ЮZЙXЪCЭVФBХNПMР<Л>Б?',
  Hebrew: ";`/q'wקeרrאtטyוuןiםoפp][[]שaדsגdכfעgיhחjלkךlף;,'זzסxבcהvנbמnצmת,ץ../)(()}{{}><<>",
  Dvorak:
    "[-]='q,w.eprytfygucirolp/[=]osedufigdhhjtknls;-';zqxjckvxbbnw,v.z/{_}+\"Q<W>EPRYTFYGUCIROLP?{+}OSEDUFIGDHHJTKNLS:_\":ZQXJCKVXBBNW<V>Z?",
  Colemak: "feprgtjyluuiyo;prssdtfdgnjekilo;knFEPRGTJYLUUIYO:PRSSDTFDGNJEKILO:KN",
};

const DIGITS = "0123456789abcdefABCDEF";
const ID = /[0-9a-fA-F]{8}(-?)(?:[0-9a-fA-F]{4}\1){3}[0-9a-fA-F]{12}/gu;
const SPOILT = /[^0-9a-fA-F\s,:;.|-]|^\|/u;
const SYMBOLOGY = /^\]\S\S(?=\S)/u;
const BEGINS = /^(?:\][A-Za-z][0-9A-Za-z](?=[0-9a-fA-F])|[a-z]+:\/\/)/u;
const OF_PREFIX = 3;
const LEAST_DIGITS = 2;
const LEAST_HYPHENS = 4;
const SHORTEST = 32;
const GROUPED = 36;
const GAPS = [8, 13, 18, 23];
const MOST_SIGNS = 16;

/** @param {string} sign */
const isDigit = (sign) => DIGITS.includes(sign);

/** @param {string[]} signs */
const strangeIn = (signs) => signs.filter((sign) => !isDigit(sign)).length;

/** @param {string} sign */
const isStrange = (sign) => !/^[0-9A-Za-z]$/.test(sign);

/** @param {string} sign */
const otherCase = (sign) => {
  const upper = sign.toUpperCase();
  const other = upper === sign ? sign.toLowerCase() : upper;
  return [...other].length === 1 ? other : sign;
};

/**
 * What each sign means. Of two keys with the same sign, the one that ids need.
 * @param {[string, string][]} typed
 * @returns {Meant}
 */
const meantBy = (typed) => {
  const meant = new Map();
  for (const [sign, key] of typed) {
    if (!meant.has(sign) || isDigit(key) || key === "-") meant.set(sign, key);
  }
  return meant;
};

/**
 * @param {string} signs
 * @returns {Meant[]}
 */
const keyboardsOf = (signs) => {
  const all = [...signs];
  /** @type {[string, string][]} */
  const stands = [];
  for (let at = 0; at < all.length; at += 2) stands.push([all[at] ?? "", all[at + 1] ?? ""]);
  const displaced = new Set(stands.map(([, key]) => key));
  const same = KEYS.filter((key) => !displaced.has(key));
  /** @type {[string, string][]} */
  const typed = [.../** @type {[string, string][]} */ (same.map((key) => [key, key])), ...stands];
  return [
    meantBy(typed),
    meantBy(typed.map(([sign, key]) => [otherCase(sign), key])),
    meantBy(typed.map(([sign, key]) => [sign, OTHER[KEYS.indexOf(key)] ?? key])),
    meantBy(typed.map(([sign, key]) => [key, sign])),
  ];
};

/** @type {Meant[] | undefined} */
let known;

// Of the device, its capitals locked or not, or all its keys; and of the scanner, where the device
// has the American one.
const keyboards = () => {
  known ??= Object.values(KEYBOARDS).flatMap(keyboardsOf);
  return known;
};

/**
 * Whether so much came out wrong that it was a keyboard: `Q` for `0` is a slip of the hand.
 * @param {string} typed
 * @param {string} meant
 */
const isWrong = (typed, meant) => {
  const keys = [...meant];
  const wrong = [...typed]
    .map((sign, at) => [sign, keys[at] ?? ""])
    .filter(([s, key]) => s !== key);
  const digits = new Set(wrong.filter(([, key]) => isDigit(key ?? "")).map(([sign]) => sign));
  const hyphens = wrong.filter(([, key]) => key === "-").length;
  return (
    [...digits].some((sign) => isStrange(sign ?? "")) ||
    digits.size >= LEAST_DIGITS ||
    hyphens === LEAST_HYPHENS
  );
};

/**
 * Whether a scanner's prefix or an address came out as something else.
 * @param {string} typed
 * @param {string} meant
 */
const beginsWrong = (typed, meant) => {
  const begins = meant.match(BEGINS);
  return begins !== null && !typed.startsWith(begins[0]);
};

/**
 * Whether each id came out so wrong; of what is beside an id only its beginning is proof.
 * @param {string} typed
 * @param {string} meant As long: all signs of keyboards are.
 * @param {boolean} isMixed Whether one of them is enough.
 */
const isProof = (typed, meant, isMixed) => {
  const ids = [...meant.matchAll(ID)];
  if (ids.length && beginsWrong(typed, meant)) return true;
  /** @param {RegExpExecArray} found */
  const isOneWrong = ({ 0: id, index }) => isWrong(typed.slice(index, index + id.length), id);
  return ids.length > 0 && (isMixed ? ids.some(isOneWrong) : ids.every(isOneWrong));
};

/**
 * What `look` finds in the text as it was meant, by each keyboard that may have typed it: some ids, and
 * the same ones once.
 * @template {{ hubId: string }} T
 * @param {string} text
 * @param {(text: string) => T[]} look
 * @param {boolean} [isMixed] Whether one id that came out wrong is enough: digits in one piece are the
 *   same on many keyboards.
 * @returns {T[][]}
 */
export const undone = (text, look, isMixed = false) => {
  const bare = text.replace(SYMBOLOGY, "");
  const signs = [...bare];
  /** @type {Map<string, T[]>} */
  const found = new Map();
  if (signs.length < SHORTEST || !SPOILT.test(bare)) return [];
  const typed = [...new Set(signs)].filter((sign) => !" \t\r\n".includes(sign));
  for (const keyboard of keyboards()) {
    if (!typed.every((sign) => keyboard.has(sign))) continue;
    const meant = signs.map((sign) => keyboard.get(sign) ?? sign).join("");
    if (!isProof(bare, meant, isMixed)) continue;
    const hubs = look(meant);
    const key = hubs.map(({ hubId }) => hubId).join();
    if (key && !found.has(key)) found.set(key, hubs);
  }
  return [...found.values()];
};

/**
 * Whether there are no more signs than an id has, and no gap.
 * @param {string[]} signs
 */
const isOfFew = (signs) =>
  new Set(signs).size <= MOST_SIGNS && !signs.some((sign) => /\s/u.test(sign));

/**
 * Whether the text seems to be an id that a keyboard spoilt, though none tells which; after a prefix,
 * or at the end of an address.
 * @param {string} text
 */
export const looksLikeOne = (text) => {
  const signs = [...text];
  const ends = /\s/u.test(text) ? [] : [signs.slice(OF_PREFIX), signs.slice(-GROUPED)];
  return [signs, ...ends].some(areOfOne);
};

/** @param {string[]} signs */
const areOfOne = (signs) => {
  if (signs.length === GROUPED) {
    const [gap, ...others] = new Set(GAPS.map((at) => signs[at]));
    const rest = signs.filter((sign) => sign !== gap);
    const isOne = gap && !others.length && rest.length === SHORTEST && !isDigit(gap);
    return Boolean(isOne) && isOfFew(rest) && (gap !== "-" || strangeIn(rest) * 5 >= SHORTEST);
  }
  return signs.length === SHORTEST && strangeIn(signs) * 3 >= SHORTEST && isOfFew(signs);
};
