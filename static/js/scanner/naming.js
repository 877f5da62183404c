// What a label calls the values on it: a hub's id, something else's, or a secret. The rules of
// portal/hubs/labels/naming.py, where they are explained.

export const HIDDEN = "•";
// Words in small letters, without accents.
export const WORDS = {
  SECRETS:
    "key keys psk pass passwd password passwords passphrase passcode passkey pwd pw pin puk secret secrets token tokens credential credentials auth authorization bearer jwt otp totp seed private priv ltk irk csrk kek dek wpa wep kez schlussel schluessel passwort kennwort geheimnis geheim losung cle cles clef passe jeton clave claves contrasena secreto llave chiave chiavi segreto chave chaves senha segredo sleutel wachtwoord nøgle nøkkel adgangskode kodeord passord hemmelig nyckel losenord hemlig avain salasana klucz hasło haslo sekret klic heslo kluc kulcs jelszo titok cheie parola kljuc lozinka geslo voti parool atslega parole raktas slaptazodis clau lykill lykilorð fjalekalim celesi kunci mdp preshared parol klyuch kleidi anahtar sifre κλειδι κλειδια κλειδιου κλειδιων συνθηματικο συνθηματικου συνθηματικα μυστικο μυστικου μυστικος μυστικη μυστικα ключа ключи ключу ключом ключей пароля паролем пароли секрета секретный токена ключ пароль секрет токен пин парола лозинка кључ מפתח סיסמה סיסמא مفتاح السر المرور کلید kye eky keey kfy pks psw pswd pwrd pasw passw paswd psswd paswrd psswrd tokne toekn otken tokn tokken tocken tkn sekrit zugangsdaten anmeldedaten khau khoa zaporka sifra шифра salasona anahtarı anahtari sifresi parolası parolasi fjalekalimi kennw secr geheimcode geheimzahl geheimwort mnemonic oob pmk ptk gtk kck opc",
  SLIPPED:
    "secret password passphrase passcode passkey passwort kennwort credential credentials authorization schlussel schluessel geheimnis wachtwoord contrasena συνθηματικο κλειδι пароль",
  SLIPPED_SHORT: "key psk pwd",
  SLIPPED_PIECES: "kye",
  WORDS_APART: "in le",
  ENDINGS: "key keys kye psk password passwort kennwort schlussel schluessel token secret sleutel",
  BUT: "spkey turkey monkey donkey hockey jockey mickey whiskey keyes pskov skye passport schussel turnkey starkey sharkey mackey rickey dickey smokey lackey stokey",
  STEMS:
    "key psk pwd passwd password passphrase passcode token secret credential passwort kennwort schlussel schluessel",
  DETAILS:
    "val vals value values data dat str string hex hexa hash material mat text txt num number byte bytes raw wert daten",
  COUNTS: "no nr num number nummer numero numer n αρ αριθμος номер",
  WEAK: "encryption encrypted encrypt decryption cipher verschlusselung chiffrement cifrado cifratura license licence lizenz licencia licenza cert certificate zertifikat cookie session jsessionid phpsessid sessionid sid csrf xsrf voucher gutschein challenge recovery unlock pairing activation enrollment enrolment wiederherstellung kopplung freischaltung aktivierung aes dsk hac sak pair wifi fi wlan root master link api cred creds login προσβασης",
  RADIOS:
    "thread network net mesh lan zigbee bee zwave wave matter bluetooth tooth ble bt lora ra wan lorawan eui imei imsi iccid ssid bssid pan nwk radio rf nfc rfid sim esim lte dect homekit enocean netz netzwerk funk reseau red rete rede netwerk siec sit mreza δικτυο δικτυου сеть сети",
  NUMBERED: "eui imei imsi iccid meid ssid bssid network netzwerk",
  FOR: "from for to of fur zu von pour per para για του της для",
  SERIALS: "serial serials sn seriennummer serie serienummer matricola numero number nr no",
  PLACES:
    "room floor flat apartment attic office kitchen hall house building site box safe door garage cellar basement lobby entrance street road court unit level zimmer raum wohnung haus keller etage buro tur eingang dachboden stock ort standort place location address home device lock property area zone block estate villa shop store lab dealer δωματιο οροφος διαμερισμα κτιριο",
  STREETS:
    "street st road rd lane yard court hall house building tower square gardens hotel museum ward school hospital strasse str gasse platz villas wharf quay mews lodge close desk gym",
  CONTAINED:
    "密钥 密鑰 密码 密碼 口令 秘密 鍵 キー パスワード 暗証 シークレット 비밀 암호 키 कुंजी पासवर्ड รหัสผ่าน คีย์ 비밀번호 설치코드 인증코드 보안코드 安装码 安裝碼 配对码 激活码 验证码 秘钥 密匙 暗証番号 セキュリティコード 認証コード 合言葉 🔑 🗝 🔐",
  SHORT: "pw pwd otp jwt ltk irk kek dek wpa wep",
  CODES:
    "code codes codigo codice cod kod kode koodi kodas kodu kodikos κωδικος κωδικο κωδικου κωδικοι κωδ код кода sandi",
  OF_CODES:
    "claim claiming setup set pairing pair install instal installation activation activate access security commissioning commission unlock recovery reset join secret admin login entry alarm master owner puk pin backup verification verify confirmation confirm einmal freigabe onetime authentication enrollment enrolment emergency notfall maintenance encryption zugangs zugang sicherheits kopplungs freischalt einrichtungs aktivierungs acces securite appairage activacion acceso seguridad vinculacion accesso sicurezza attivazione acesso seguranca ativacao προσβασης ασφαλειας συζευξης ενεργοποιησης διεκδικησης доступа активации dostepu aktywacyjny pristupu network wifi fi wlan netzwerk netz δικτυου homekit kit matter thread zigbee sich kata",
  CODE_ENDINGS:
    "zugangscode sicherheitscode kopplungscode freischaltcode einrichtungscode aktivierungscode claimcode setupcode pairingcode accesscode activationcode installcode securitycode toegangscode beveiligingscode einmalcode freigabecode pukcode pincode mastercode ownercode backupcode verificationcode confirmationcode recoverycode unlockcode bestatigungscode wiederherstellungscode koppelcode notfallcode passcode",
  HUBS: "hub hubs hubid hubids hubuuid hubguid gateway gateways gatewayid",
  IDS: "id ids uuid guid uid did identifier kennung identifiant identificador identificativo deviceid αναγνωριστικο идентификатор",
  OTHERS:
    "site org organisation organization user account customer client tenant owner order batch lot job claim session request trace event message firmware model product partner vendor project room home building entity location team group app transaction invoice correlation network pan",
  DIGESTS:
    "md5 sha sha1 sha2 sha224 sha256 sha384 sha512 hash checksum digest fingerprint thumbprint crc signature sig hmac mac nonce salt etag prufsumme fingerabdruck empreinte",
};

/** @typedef {[start: number, end: number]} Span */
/** @typedef {{ folded: string, start: number, end: number }} Word */

// What a value is called; of two ids on a label, the one that is called more counts.
export const NAME = { other: 0, none: 1, id: 2, hub: 3 };

const SECRETS = new Set(WORDS.SECRETS.split(" "));
const SLIPPED = WORDS.SLIPPED.split(" ");
const SLIPPED_SHORT = WORDS.SLIPPED_SHORT.split(" ");
const SLIPPED_PIECES = new Set(WORDS.SLIPPED_PIECES.split(" "));
const WORDS_APART = new Set(WORDS.WORDS_APART.split(" "));
const ENDINGS = WORDS.ENDINGS.split(" ");
const LONG_ENDINGS = SLIPPED.filter((name) => ENDINGS.includes(name) && name !== "secret");
const BUT = new Set(WORDS.BUT.split(" "));
const STEMS = WORDS.STEMS.split(" ");
const DETAILS = new Set(WORDS.DETAILS.split(" "));
const COUNTS = new Set(WORDS.COUNTS.split(" "));
const CONTAINED = WORDS.CONTAINED.split(" ");
const SHORT = new Set(WORDS.SHORT.split(" "));
const WEAK = new Set(WORDS.WEAK.split(" "));
const FOR = new Set(WORDS.FOR.split(" "));
const RADIOS = new Set(WORDS.RADIOS.split(" "));
const NUMBERED = new Set(WORDS.NUMBERED.split(" "));
const PLACES = new Set(WORDS.PLACES.split(" "));
const LONGER = WORDS.SECRETS.split(" ").filter(({ length }) => length > "psk".length);
const KEYS = "kκк";
const STREETS = new Set(WORDS.STREETS.split(" "));
const PARTING = new Set(
  [WORDS.HUBS, WORDS.IDS, WORDS.SERIALS, WORDS.PLACES].flatMap((words) => words.split(" ")),
);
const CODES = new Set(WORDS.CODES.split(" "));
const OF_CODES = new Set(WORDS.OF_CODES.split(" "));
const CODE_ENDINGS = WORDS.CODE_ENDINGS.split(" ");
const HUBS = new Set(WORDS.HUBS.split(" "));
const IDS = new Set(WORDS.IDS.split(" "));
const OTHERS = new Set(WORDS.OTHERS.split(" "));
const DIGESTS = new Set(WORDS.DIGESTS.split(" "));

const FOUR = "iv";
const LONGEST_NAME = 80;
const LONGEST_HEADING = 30;
const NEAR = 6;
const MOST_WORDS = 4;
const MOST_LINES = 2;
const LONGEST_CUT = 3;
const LONGEST_TAIL = 2;
const PAIR = 2;
const LIKELY = new RegExp(
  SLIPPED.map((name) => {
    const third = Math.floor(name.length / 3);
    return `${LONG_ENDINGS.includes(name) ? "" : "^"}${name.slice(0, third)}|${name.slice(-third)}$`;
  }).join("|"),
  "u",
);
const LOOKALIKES = new Map([..."013457"].map((digit, at) => [digit, "oieast"[at] ?? ""]));
const W = "\\p{L}\\p{N}";
const L = "\\p{L}";
const HEX = "[0-9A-Fa-f]";
// Between values that ran together.
export const JOIN = "\u2009";
const ONE = `${HEX}{8}-?(?:${HEX}{4}-?){3}${HEX}{12}`;
const VALUE = `${ONE}(?:${JOIN}${ONE})*(?![${W}])`;
const PIECES = `(?:(?:0x)?${VALUE}|0x${HEX}{8,}|${HEX}{2,}(?:[ \\-]${HEX}{2,}){2,}(?![${W}])|${HEX}{8,}(?![${W}])|[0-9]{4,})`;
const TAGS = "(?:\\s*<[^<>]*>){1,3}";
const NAMED = `${L}[${W}\\- ]{0,24}[:=]`;
export const BRAND = /sp[- ]?key|smart ?phone[- ]?key/giu;
const RUN = /[\p{L}\p{N}]+/gu;
const SAYS = new RegExp(
  `(?:[${W}()\\-/#*°]|\\.(?! )| (?! )){0,24}?["'“”@\`)\\]\\\\]{0,3}` +
    `(?:\\s{0,3}(?:=>|:=|[:=>])(?:${TAGS})?|${TAGS})\\s*(?<open>["'“@\`({[\\\\]*)`,
  "yu",
);
const FOLLOWS = new RegExp(
  `(?: ${L}{5,14})?(?!\\s*\\n\\s*\\n)[^${W},;&.}\\]]{1,4}` +
    `(?:(?:is|no|nr|ist|est|es|lautet)(?![${W}])[ .:]{0,2})?(?<open>)(?=${PIECES})`,
  "yu",
);
const PATH = new RegExp(`/[${W}\\-.]*$`, "u");
const FIRST = new RegExp(VALUE, "yu");
const BELOW = new RegExp(`(?:\\s*-\\s+${PIECES})+|${PIECES}`, "yu");
const IS_NAMED = new RegExp(NAMED, "yu");
const BARE = new RegExp(`(?:(?!\\s+${NAMED})[^,;&<>"'\\n\\t|}\\])])*`, "yu");
const WIFI = /^\s*WIFI:(?:(?:\\[\s\S]|[^;\\])*;)*?P:("[^"]*"|(?:\\[\s\S]|[^;\\])*)/giu;
export const WHOLE = new RegExp(
  `(^|[^${W}])((?:0x)?(?:${HEX}{8}(?:[ \\-]?${HEX}{4}){3}[ \\-]?${HEX}{12}` +
    `|${HEX}{4}(?:[ \\-]${HEX}{4}){7}))(?![${W}])`,
  "gu",
);
const SPACED = new RegExp(`(^|[^${W}])(${L}(?:(?:[ .\\-/]|\\. )${L})+)(?![${W}])`, "gu");
const BREAK = /^(?:[ .-]|\. )$/u;
// Of a word that a reader of print, or a line's end, has broken, one piece is as short as that;
// of a word of SLIPPED none need be, for its pieces are no words.
const SHORT_PIECE = 2;
// Between single letters a dot ends no sentence.
const SENTENCES_BEFORE = new RegExp(
  `^.*(?:[${W}]{2}[.!?] |[^${W}][.!?] |[.!?] (?![${W}](?![${W}])))`,
  "u",
);
const HOST = new RegExp(`(?:[a-z]+://)?[${W}_\\-]+(?:\\.[${W}_\\-]+)+/[${W}_\\-./]*`, "giu");
const CODED = new RegExp(
  "[?&]code=([^&\\s]*)|://[^/?#\\s:@]+:([^/?#\\s@]+)(?=@)" +
    `|(?:^|["'?&;|:,{\\n]|${HEX}{8}(?=[ \\t]))[ \\t]*["']?(?:[sS]?[kK]|IC|Ki|OP)["']?\\s*[:=]\\s*["']?([^"'&\\s,;}]*)` +
    "|\\$I:([^%$\\s]*)|(?:MT:|X-HM://)(?=[0-9A-Z\\-]*[G-Z.])([0-9A-Z.\\-]{9,})",
  "gu",
);
const PATHS = new RegExp(`(?:/[${W}_\\-.]*){2,}$`, "u");
const ELSEWHERE = /[{}%•]|[:=] ?[\p{L}\p{N}]/u;
const UNKNOWN = new RegExp(`(${L}[${W}_ .\\-]{0,39}?)["'”]?\\s*[:=]\\s*["'“({[<*]*$`, "u");
const REST = new RegExp(`[^${W}_\\n]{0,12}\\n?[^${W}_\\n]{0,12}([^\\n]+)`, "yu");
const BROKEN_WORD = new RegExp(`(${L}+)=[ \\t]*\\n(${L}+)`, "gu");
const LEFT_OPEN = /[^\p{L}\p{N}]+$/u;
const TAG = new RegExp(`<(${L}[^\\s<>/]*)([^<>]*)>`, "gu");
const QUOTED = /"[^"]*"|'[^']*'/gu;
export const OBJECT = /\{[^{}]*\}|<[^<>]*>|[^\s<>{}]*&[^\s<>{}]*/gu;
export const DESCRIBES = new RegExp(
  `(?:^|[^${W}])(?:type|name|kind|label|usage|use|purpose|role|field|key|typ)` +
    `["']?\\s*[:=]\\s*["']?([${W} \\-]+)`,
  "giu",
);
export const CONTENT = new RegExp(
  `(?:^|[^${W}])(?:value|val|data|content|text|wert|valeur|valor|valore)["']?\\s*[:=]\\s*` +
    `("[^"]*|'[^']*|[^\\s,;&}<>]+)`,
  "giu",
);
const AFTER = new RegExp(
  `(?:^|[^${W}])(${VALUE}(?: ?|\\n(?=[([][^()[\\]]*[)\\]]\\s*$))[([]([${W} \\-]{1,24})[)\\]])`,
  "gu",
);
const SECTION = /^[ \t]*\[+([^[\]\n]{1,40})\]+[ \t]*$/gmu;
const VALUES = new RegExp(`^.*[^${W}](?=[A-Fa-f]*[0-9])${HEX}{8,}(?![${W}])`, "u");
const BEFORE = new RegExp(`([${W} .()\\-]{0,40})["'“”\\s:=#>/({[@*.\\-]*$`, "u");
/** @type {Record<string, string>} */
const CLOSING = { "(": ")", "[": "]", "{": "}", "“": "”" };

/** @param {string} word */
const plainest = (word) =>
  word
    .normalize("NFKD")
    .replace(/\p{Mn}/gu, "")
    .toLowerCase();

/** @param {string} text */
const lengthOf = (text) => [...text].length;

/** @param {string} word */
const bare = (word) => word.replace(/[0-9]+$/, "");

/**
 * The secrets' names that a gap has broken into two pieces, as `KE Y` is.
 * @param {string} text
 * @returns {Word[]}
 */
const brokenWords = (text) => {
  const found = [];
  /** @type {Word | undefined} */
  let before;
  for (const { 0: run, index } of text.matchAll(RUN)) {
    const piece = { folded: run, start: index, end: index + run.length };
    if (before && BREAK.test(text.slice(before.end, index))) {
      const pieces = [before.folded, run];
      const folded = plainest(pieces.join(""));
      const isNamed = SECRETS.has(folded) || SLIPPED_PIECES.has(folded);
      const isBroken = pieces.every((each) => /^\p{L}+$/u.test(each) && !WORDS_APART.has(each));
      const isShort = Math.min(...pieces.map(lengthOf)) <= SHORT_PIECE;
      const mayBreak =
        SLIPPED.includes(folded) || (isNamed && isShort && lengthOf(folded) > SHORT_PIECE);
      if (isBroken && mayBreak) {
        found.push({ folded, start: before.start, end: piece.end });
      }
    }
    before = piece;
  }
  return found;
};

/**
 * The words of a text: `hubId` are two, and so are `API` and `Key` in `APIKey`. The parts of `PSKd` name
 * a secret together.
 * @param {string} text
 * @returns {Word[]}
 */
export const wordsOf = (text) => {
  const found = [];
  for (const { 0: run, index } of text.matchAll(RUN)) {
    const parts = run
      .replace(/(\P{Lu})(?=\p{Lu})/gu, "$1\0")
      .replace(/(\p{Lu})(?=\p{Lu}\p{Ll})/gu, "$1\0")
      .split("\0");
    let start = index;
    for (const part of parts) {
      found.push({ folded: plainest(part), start, end: start + part.length });
      start += part.length;
    }
    const whole = plainest(run);
    const isAlone = parts.some((part) => namesSecret(bare(plainest(part))));
    if (parts.length > 1 && !isAlone && namesSecret(whole)) {
      found.push({ folded: whole, start: index, end: index + run.length });
    }
  }
  for (const { 1: before = "", 2: run = "", index } of text.matchAll(SPACED)) {
    const start = index + before.length;
    const folded = plainest(run.replace(/[ ./-]/g, ""));
    if (SECRETS.has(folded)) found.push({ folded, start, end: start + run.length });
  }
  found.push(...brokenWords(text));
  return found.sort((one, other) => one.end - other.end);
};

/**
 * @param {Word} one
 * @param {Word} other
 */
const isNear = (one, other) =>
  Math.max(one.start, other.start) - Math.min(one.end, other.end) <= NEAR;

/**
 * Whether the word is a secret's name with a little more behind it.
 * @param {string} plain
 */
const goesOn = (plain) =>
  STEMS.some((stem) => {
    const start = plain.lastIndexOf(stem);
    const [before, tail] = [plain.slice(0, Math.max(start, 0)), plain.slice(start + stem.length)];
    const isName = start === 0 || RADIOS.has(before) || WEAK.has(before);
    const isTail = (tail && lengthOf(tail) <= LONGEST_TAIL) || DETAILS.has(tail);
    return start >= 0 && isName && isTail;
  });

/**
 * How many letters they begin with alike.
 * @param {string[]} one
 * @param {string[]} other
 */
const alike = (one, other) => {
  const differing = one.findIndex((letter, at) => letter !== other[at]);
  return differing < 0 ? one.length : differing;
};

/**
 * Whether one letter is wrong, missing or too many, or two have changed places.
 * @param {string[]} word
 * @param {string[]} name
 */
const isSlip = (word, name) => {
  const begin = alike(word, name);
  const rest = [word, name].map((letters) => letters.slice(begin).reverse());
  const [found = [], meant = []] = rest;
  const end = alike(found, meant);
  const [wrong, right] = [found.slice(end), meant.slice(end).reverse().join("")];
  const isOne = wrong.length <= 1 && right.length <= 1;
  return isOne || (wrong.length === PAIR && wrong.join("") === right);
};

/**
 * Whether the word, or the end of a longer one, is one of the names but for one slip.
 * @param {string} plain
 * @param {string[]} names
 */
const slips = (plain, names) => {
  const letters = [...plain];
  return names.some((name) => {
    const isEnd = LONG_ENDINGS.includes(name);
    return [name.length - 1, name.length, name.length + 1].some((length) => {
      const isThere = letters.length === length || (isEnd && letters.length > length);
      const end = letters.slice(-length);
      return isThere && !BUT.has(end.join("")) && isSlip(end, [...name]);
    });
  });
};

/** @param {string} plain */
const isName = (plain) => {
  if (SECRETS.has(plain) || CODE_ENDINGS.some((ending) => plain.endsWith(ending))) return true;
  if (BUT.has(plain)) return false;
  const isOne = ENDINGS.some((ending) => plain.endsWith(ending)) || goesOn(plain);
  return isOne || (LIKELY.test(plain) && slips(plain, SLIPPED));
};

/**
 * Whether the word alone is a secret's name, perhaps misspelt or with digits for letters.
 * @param {string} plain
 */
const namesSecret = (plain) => {
  const isNumber = /^[0-9a-f]*$/.test(plain);
  const lettered = plain.replace(/[013457]/g, (digit) => LOOKALIKES.get(digit) ?? "");
  return isName(plain) || (!isNumber && isName(lettered));
};

/**
 * The text with the names of secrets in one piece that mail has broken.
 * @param {string} plain
 */
export const wordsMended = (plain) =>
  plain.replace(BROKEN_WORD, (whole, begun, rest) =>
    namesSecret(plainest(begun + rest)) && !namesSecret(plainest(begun)) ? begun + rest : whole,
  );

/**
 * @param {Word} word
 * @param {number} index
 * @param {Word[]} words
 */
export const isSecret = (word, index, words) => {
  const plain = bare(word.folded);
  if (CODES.has(plain)) {
    const near = words.slice(Math.max(0, index - 2), index + 3);
    return near.some((other) => OF_CODES.has(other.folded) && isNear(other, word));
  }
  return namesSecret(plain);
};

/** @param {string} text */
export const speaksOfSecret = (text) => wordsOf(text).some(isSecret);

/**
 * What is said of a value that stands before names nothing that follows it.
 * @param {string} name
 */
const speaksOfDigest = (name) => {
  const words = wordsOf(` ${name}`.replace(VALUES, "")).map(({ folded }) => folded);
  const isFour = words.length === 1 && words[0] === FOUR;
  return isFour || words.some((word) => DIGESTS.has(word) || DIGESTS.has(bare(word)));
};

/**
 * What the text before a value calls it; null where it calls it nothing.
 * @param {string} before
 * @returns {number | null}
 */
export const nameOf = (before) => {
  const found = [...before].slice(-LONGEST_NAME).join("").replace(BRAND, "").match(BEFORE);
  const words = wordsOf(found?.[1] ?? "");
  const plain = words.map(({ folded }) => bare(folded));
  /** @param {Set<string>} known */
  const has = (known) => plain.some((word) => known.has(word));
  if (speaksOfDigest(found?.[1] ?? "")) return NAME.other;
  if (has(HUBS)) return NAME.hub;
  if (has(IDS)) return has(OTHERS) ? NAME.other : NAME.id;
  return words.length ? NAME.none : null;
};

/**
 * What the pattern finds right there.
 * @param {RegExp} pattern
 * @param {string} text
 * @param {number} start
 */
const at = (pattern, text, start) => {
  pattern.lastIndex = start;
  return pattern.exec(text);
};

/**
 * Where what was opened before `start` is closed; the end where it is not.
 * @param {string} plain
 * @param {number} start
 * @param {string} opened
 */
const closedAt = (plain, start, opened) => {
  const closing = CLOSING[opened] ?? opened;
  let depth = 1;
  for (let place = start; place < plain.length; place += 1) {
    if (plain[place] === closing) depth -= 1;
    else if (plain[place] === opened) depth += 1;
    if (!depth) return place;
  }
  return plain.length;
};

/**
 * Whether what stands behind a name goes on with a street's, as a word of its own.
 * @param {string} behind
 */
const namesStreet = (behind) =>
  [...behind.matchAll(RUN)].some(({ 0: run, index }) => index > 0 && STREETS.has(plainest(run)));

/**
 * @param {string} plain
 * @param {number} start
 * @returns {Span | undefined}
 */
const below = (plain, start) => {
  const found = at(BELOW, plain, start);
  if (found) return [start, start + found[0].length];
  if (!" \t".includes(plain[start - 1] ?? "")) return undefined;
  const end = plain.indexOf("\n", start);
  return [start, end < 0 ? plain.length : end];
};

/**
 * Where the value is that a name which ends there is given.
 * @param {string} plain
 * @param {number} nameEnd
 * @param {boolean} isShort
 * @returns {Span | undefined}
 */
const valueAfter = (plain, nameEnd, isShort) => {
  const says = at(SAYS, plain, nameEnd);
  const said = says ?? (isShort ? null : at(FOLLOWS, plain, nameEnd));
  const named = plain.slice(Math.max(0, nameEnd - LONGEST_NAME), nameEnd);
  if (!said || (/^\s+$/.test(said[0]) && PATH.test(named))) return undefined;
  if (namesStreet(said[0])) return undefined;
  const start = nameEnd + said[0].length;
  const opened = said.groups?.open ?? "";
  if (opened) {
    const bracket = [...opened].find((sign) => sign in CLOSING);
    return [start, closedAt(plain, start, bracket ?? opened.slice(-1))];
  }
  if (said[0].includes("\n")) {
    const begun = nameEnd ? plain.lastIndexOf("\n", nameEnd - 1) : -1;
    return !says && nameEnd - begun > LONGEST_HEADING ? undefined : below(plain, start);
  }
  const next = at(IS_NAMED, plain, start);
  if (next && (nameOf(next[0]) ?? NAME.none) > NAME.none) return undefined;
  const value = at(FIRST, plain, start) ?? at(BARE, plain, start);
  return value ? [start, start + value[0].length] : undefined;
};

/**
 * @param {string} plain
 * @param {number} place
 */
const closesTag = (plain, place) => {
  const before = plain.slice(Math.max(0, place - LONGEST_NAME), place);
  const begun = before.slice(before.lastIndexOf("<"));
  return begun.startsWith("</") && !begun.includes(">");
};

/**
 * @param {string} plain
 * @returns {Span[]}
 */
const inTags = (plain) =>
  [...plain.matchAll(TAG)].flatMap(({ 0: tag, 1: name = "", 2: rest = "", index }) => {
    const from = index + 1 + name.length;
    const quoted = [...rest.matchAll(QUOTED)];
    const isNamed = speaksOfSecret(name);
    /** @type {Span[]} */
    const spans = [];
    if ((isNamed || quoted.some(([value]) => speaksOfSecret(value))) && !rest.endsWith("/")) {
      const start = index + tag.length;
      const closing = plain.indexOf(`</${name}`, start);
      const end = closing < 0 ? plain.indexOf("<", start) : closing;
      spans.push([start, end < 0 ? plain.length : end]);
    }
    if (isNamed) {
      for (const value of quoted) {
        spans.push([from + value.index, from + value.index + value[0].length]);
      }
    }
    return spans;
  });

/**
 * Where a value is whose name is a value itself: `{"type": "key", "value": "…"}`.
 * @param {string} plain
 * @returns {Span[]}
 */
const inObjects = (plain) =>
  [...plain.matchAll(OBJECT)].flatMap(({ 0: object, index }) => {
    const names = [...object.matchAll(DESCRIBES)].map(([, name = ""]) => name);
    if (!names.some(speaksOfSecret)) return [];
    return [...object.matchAll(CONTENT)].map(({ 0: found, 1: value = "", index: place }) => {
      const end = index + place + found.length;
      return /** @type {Span} */ ([end - value.length, end]);
    });
  });

/**
 * Where the values are of a section that has a secret's name, up to one that is called an id.
 * @param {string} plain
 * @returns {Span[]}
 */
const inSections = (plain) => {
  const heads = [...plain.matchAll(SECTION)].map(({ 0: head, 1: name = "", index }) => ({
    name,
    start: index,
    end: index + head.length,
  }));
  const all = heads.length ? valuesIn(plain) : [];
  return heads.flatMap(({ name, end }, at) => {
    if (!speaksOfSecret(name)) return [];
    const values = all.filter(
      ({ start }) => start >= end && start < (heads[at + 1]?.start ?? plain.length),
    );
    const other = values.findIndex(
      ({ start }) => (nameOf(plain.slice(end, start)) ?? NAME.none) > NAME.none,
    );
    const secret = other < 0 ? values : values.slice(0, other);
    return secret.map(({ start, end: last }) => /** @type {Span} */ ([start, last]));
  });
};

/**
 * All that may be an id, or a key of as many digits.
 * @param {string} text
 */
export const valuesIn = (text) =>
  [...text.matchAll(WHOLE)].map(({ 1: before = "", 2: found = "", index }) => {
    const start = index + before.length;
    return { text: found, start, end: start + found.length };
  });

/** @param {Word} word */
const isWeak = ({ folded }) => WEAK.has(folded) || WEAK.has(bare(folded));

/**
 * Whether the text that ends here gives the value a name of which nobody can tell whether a hub's id
 * has it. Keys are printed in one piece; with hyphens a number is rarely anything but an id.
 * @param {string} before
 * @param {string} value
 */
export const isUnknownName = (before, value) => {
  const end = [...before].slice(-LONGEST_NAME).join("").replace(BRAND, "");
  const words = wordsOf(end.match(UNKNOWN)?.[1] ?? "").map(({ folded }) => bare(folded));
  /** @param {string} word */
  const isKnown = (word) => PARTING.has(word) || OTHERS.has(word) || DIGESTS.has(word);
  if (words.some(isKnown)) return false;
  return value.includes("-")
    ? words.some((word) => CODES.has(word) || word === "value")
    : words.length > 0;
};

/**
 * The text without addresses and tags, up to its last word, and the signs behind that.
 * @param {string} before
 * @returns {[string, string]}
 */
const wordsAndGap = (before) => {
  const said = before.replace(HOST, " ").replace(/<[^<>]*>/gu, " ");
  const words = said.replace(LEFT_OPEN, "");
  return [words, said.slice(words.length)];
};

/**
 * What is said of the value before which this stands, and the signs between them.
 * @param {string} before
 * @returns {[string, string]}
 */
const sentence = (before) => {
  const [words, gap] = wordsAndGap(before);
  const line = words.split("\n").at(-1) ?? "";
  if (!gap.includes("\n")) return [line.replace(SENTENCES_BEFORE, ""), gap];
  const isShort = wordsOf(line).length <= MOST_WORDS || line.replace(SPACED, "") === "";
  return [isShort && gap.split("\n").length - 1 <= MOST_LINES ? line : "", gap];
};

/**
 * Whether these are a secret's name and that of its own id: `Key ID`, `Secret-UUID`.
 * @param {Word[]} words
 * @param {string} said
 */
const isNumbered = ([name, own, ...more], said) =>
  own !== undefined &&
  !more.length &&
  IDS.has(own.folded) &&
  /^[ .-]$/.test(said.slice(name?.end, own.start));

/**
 * Whether it speaks of a secret, and of nothing else after it.
 * @param {string} said
 * @param {string} gap
 */
const speaksOfSecretLast = (said, gap) => {
  const words = wordsOf(said);
  const spoken = words.map((word, at) => isWeak(word) || isSecret(word, at, words));
  // What a weak word says in brackets is beside the point.
  const last = words.findLastIndex(
    (word, at) => spoken[at] && !(isWeak(word) && /[()]/.test(said.slice(word.end) + gap)),
  );
  const name = words[last];
  if (!name) return false;
  const after = said.slice(name.end) + gap;
  const isPath = /^\s+$/u.test(after) && PATHS.test(said.slice(0, name.end));
  if (isPath || ELSEWHERE.test(after)) return false;
  if (isNumbered(words.slice(last), said)) return true;
  const rest = new Set(words.slice(last + 1).map(({ folded }) => bare(folded)));
  if ([...rest].some((word) => FOR.has(word))) return /^\s*[:=]/u.test(gap);
  const isOther = [...rest].some((word) => PARTING.has(word)) || namesStreet(said.slice(name.end));
  return rest.size <= MOST_WORDS && !isOther;
};

/**
 * Whether it is the number of a key, as `K no.` is: of a place's letter is said which place.
 * @param {string} said
 * @param {string} gap
 */
const countsKeys = (said, gap) => {
  const words = wordsOf(said);
  const at = words.findLastIndex(({ folded }) => !COUNTS.has(folded));
  const [last, before] = [words[at], words[at - 1]];
  if (!last || (at === words.length - 1 && !gap.includes("#"))) return false;
  const isOfKeys =
    !before ||
    RADIOS.has(before.folded) ||
    WEAK.has(before.folded) ||
    isSecret(before, at - 1, words);
  const isKey = isSecret(last, at, words) || (KEYS.includes(last.folded) && isOfKeys);
  return isKey && !ELSEWHERE.test(said.slice(last.end) + gap);
};

/**
 * What may be a name of several words before which this stands, on two lines where the last has but
 * one; and the signs behind it.
 * @param {string} before
 * @returns {[string, string]}
 */
const linesOf = (before) => {
  const [words, gap] = wordsAndGap(before);
  const lines = words.split("\n");
  const line = lines.at(-1) ?? "";
  if (gap.split("\n").length - 1 > MOST_LINES) return ["", gap];
  return [wordsOf(line).length === 1 ? lines.slice(-2).join("\n") : line, gap];
};

/**
 * The short word that the name of a network, a radio or a secret ends with; "" where a plainer word
 * says what the value is.
 * @param {string} said
 * @param {string} gap
 */
const cutOff = (said, gap) => {
  const words = wordsOf(said).filter(({ folded }) => !/^\p{Nd}+$/u.test(folded));
  const name = words.slice(-MOST_WORDS - 1);
  const last = name.pop();
  const cut = bare(last?.folded ?? "");
  const isPlain = PARTING.has(cut) || FOR.has(cut) || PLACES.has(name.at(-1)?.folded ?? "");
  const isCut = cut && (lengthOf(cut) <= LONGEST_CUT || beginsSecret(cut));
  if (!last || isPlain || !isCut) return "";
  const isPlainer = name.some(({ folded }) => HUBS.has(bare(folded)) || IDS.has(bare(folded)));
  /** @param {Word} word */
  const isRadio = (word) => !isPlainer && (RADIOS.has(bare(word.folded)) || isWeak(word));
  const named = name.filter(isSecret).at(-1) ?? name.filter(isRadio).at(-1);
  if (!named) return "";
  const [between, after] = [said.slice(named.end, last.start), said.slice(last.end) + gap];
  return ELSEWHERE.test(between) || ELSEWHERE.test(after) ? "" : cut;
};

/**
 * Whether it is the name of a hub's secret, and may be a sentence that ends with the hub.
 * @param {string} said
 */
const isOwned = (said) => {
  const words = wordsOf(said);
  const [first] = words;
  const isTold = words.length === PAIR || words.some(({ folded }) => FOR.has(folded));
  const isOfHub = HUBS.has(words.at(-1)?.folded ?? "") && isTold;
  return isOfHub && words.length <= MOST_WORDS && first !== undefined && isSecret(first, 0, words);
};

/**
 * Whether a secret's name may have been cut off there; of a single letter none but that of `key` tells.
 * @param {string} cut
 */
const beginsSecret = (cut) =>
  (lengthOf(cut) > 1 || (cut !== "" && KEYS.includes(cut))) &&
  LONGER.some((word) => word.startsWith(cut));

/**
 * Whether the word behind a radio's name begins a secret's, or is one misspelt.
 * @param {string} cut
 */
const isOfSecret = (cut) => beginsSecret(cut) || slips(cut, SLIPPED_SHORT);

/**
 * Whether the text that ends here names the value that follows after a network, a radio or a hub's
 * secret, perhaps by a word that is cut off.
 * @param {string} before
 */
export const namesOther = (before) => {
  const close = [...before].slice(-LONGEST_NAME).join("");
  const end = withoutBrand(close);
  const [said] = sentence(close.replace(BRAND, "").split(HIDDEN).at(-1) ?? "");
  const words = wordsOf(said).map(({ folded }) => bare(folded));
  const last = words.filter((word) => word).at(-1) ?? "";
  return NUMBERED.has(last) || isOwned(said) || cutOff(...linesOf(end)) !== "";
};

/**
 * Where a value is before which its sentence, or the line above it, speaks of a secret.
 * @param {string} plain
 */
const inSentences = (plain) => {
  /** @type {Span[]} */
  const spans = [];
  let [last, isHidden] = [0, false];
  for (const { start, end } of valuesIn(plain)) {
    const before = plain.slice(Math.max(last, start - LONGEST_NAME), start);
    last = end;
    if (before !== JOIN) {
      const cut = cutOff(...linesOf(before));
      const said = sentence(before);
      isHidden = speaksOfSecretLast(...said) || isOfSecret(cut) || countsKeys(...said);
    }
    if (isHidden) spans.push([start, end]);
  }
  return spans;
};

/**
 * Where the values of secrets are.
 * @param {string} plain
 * @returns {Span[]}
 */
const secretsIn = (plain) => {
  const named = wordsOf(plain).filter(isSecret);
  const ends = named.map(({ end, folded }) => ({ end, isShort: SHORT.has(folded) }));
  for (const word of CONTAINED) {
    for (const { index } of plain.matchAll(new RegExp(word, "gu"))) {
      ends.push({ end: index + word.length, isShort: false });
    }
  }
  /** @type {Span[]} */
  const values = [];
  let far = 0;
  for (const { end, isShort } of ends.sort((one, other) => one.end - other.end)) {
    // What is within a long value names no other: each may be as long as the text.
    const span =
      end + LONGEST_NAME < far || closesTag(plain, end)
        ? undefined
        : valueAfter(plain, end, isShort);
    if (span) values.push(span);
    far = Math.max(far, span?.[1] ?? 0);
  }
  const after = [...plain.matchAll(AFTER)].filter(([, , called = ""]) => speaksOfSecret(called));
  const said = [...after, ...plain.matchAll(WIFI), ...plain.matchAll(CODED)];
  /** @type {Span[]} */
  const rest = said.map((found) => {
    const [whole, ...groups] = found;
    const end = found.index + whole.length;
    const value = groups.find((group) => group !== undefined) ?? "";
    return [end - value.length, end];
  });
  return [...values, ...inTags(plain), ...inObjects(plain), ...inSections(plain), ...rest];
};

/** @param {string} plain */
const withoutBrand = (plain) => plain.replace(BRAND, (brand) => HIDDEN.repeat(brand.length));

/**
 * @param {string} plain
 * @param {Span[]} spans
 */
const black = (plain, spans) => {
  const signs = plain.split("");
  for (const [start, end] of spans) {
    for (let place = start; place < end; place += 1) {
      // One for two halves of a sign.
      const isHalf = /[\udc00-\udfff]/.test(plain[place] ?? "");
      if (signs[place] !== "\n") signs[place] = isHalf ? "" : HIDDEN;
    }
  }
  return signs.join("");
};

/**
 * The text with all that it calls secret blacked out.
 * @param {string} plain
 */
export const hidden = (plain) => {
  const named = black(plain, secretsIn(withoutBrand(plain)));
  return black(named, inSentences(withoutBrand(named)));
};

/**
 * The text without whatever is said after a secret's name: it may be the secret.
 * @param {string} plain
 */
export const wordsHidden = (plain) => {
  const named = withoutBrand(plain);
  const ends = wordsOf(named)
    .filter(isSecret)
    .map(({ end }) => end);
  /** @type {Span[]} */
  const spans = [];
  for (const end of ends) {
    const found = end < (spans.at(-1)?.[1] ?? 0) ? null : at(REST, named, end);
    const until = end + (found?.[0].length ?? 0);
    if (found) spans.push([until - (found[1] ?? "").length, until]);
  }
  return black(plain, spans);
};
