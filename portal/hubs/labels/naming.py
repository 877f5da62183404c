# ruff: noqa: RUF001 - other scripts
"""What a label calls the values on it: a hub's id, something else's, or a secret.

A label may carry a key beside the id, of as many digits. What it calls a key, a password, a token
or the like is hidden here before anything else looks at the text: it is no id, whatever it looks
like, and nobody is shown it.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise, takewhile
from typing import Final

HIDDEN: Final = "•"

# Words in small letters, without accents; static/js/scanner/naming.js has the same: a test compares
# them. Whatever ends in one of ENDINGS is meant too: `apikey`, `Netzwerkschlüssel`.
SECRETS: Final = (
    "key keys psk pass passwd password passwords passphrase passcode passkey pwd pw pin puk secret "
    "secrets token tokens credential credentials auth authorization bearer jwt otp totp seed "
    "private priv ltk irk csrk kek dek wpa wep kez "
    "schlussel schluessel passwort kennwort geheimnis geheim losung "
    "cle cles clef passe jeton clave claves contrasena secreto llave "
    "chiave chiavi segreto chave chaves senha segredo "
    "sleutel wachtwoord nøgle nøkkel adgangskode kodeord passord hemmelig nyckel losenord hemlig "
    "avain salasana klucz hasło haslo sekret klic heslo kluc kulcs jelszo titok "
    "cheie parola kljuc lozinka geslo voti parool atslega parole raktas slaptazodis "
    "clau lykill lykilorð fjalekalim celesi kunci mdp preshared parol klyuch kleidi "
    "anahtar sifre κλειδι κλειδια κλειδιου κλειδιων συνθηματικο συνθηματικου συνθηματικα "
    "μυστικο μυστικου μυστικος μυστικη μυστικα ключа ключи ключу ключом ключей пароля паролем "
    "пароли секрета секретный токена "
    "ключ пароль секрет токен пин парола лозинка кључ מפתח סיסמה סיסמא مفتاح السر المرور کلید "
    "kye eky keey kfy pks psw pswd pwrd pasw passw paswd psswd paswrd psswrd tokne toekn otken "
    "tokn tokken tocken tkn sekrit zugangsdaten anmeldedaten "
    "khau khoa zaporka sifra шифра salasona anahtarı anahtari sifresi parolası parolasi "
    "fjalekalimi kennw secr geheimcode geheimzahl geheimwort mnemonic oob pmk ptk gtk kck opc"
)
# These are meant too where one letter is wrong, missing, doubled or in its neighbour's place; of
# shorter ones SECRETS has what is likely, for there others are as near. At the end of a word:
# `Netzwerkschlüsel`.
SLIPPED: Final = (
    "secret password passphrase passcode passkey passwort kennwort credential credentials "
    "authorization schlussel schluessel geheimnis wachtwoord contrasena συνθηματικο κλειδι пароль"
)
# Behind a radio's name these too.
SLIPPED_SHORT: Final = "key psk pwd"
SLIPPED_PIECES: Final = "kye"
# No pieces: `Room P in`.
WORDS_APART: Final = "in le"
ENDINGS: Final = (
    "key keys kye psk password passwort kennwort schlussel schluessel token secret sleutel"
)
# What ends so, and is none.
BUT: Final = (
    "spkey turkey monkey donkey hockey jockey mickey whiskey keyes pskov skye passport schussel "
    "turnkey starkey sharkey mackey rickey dickey smokey lackey stokey"
)
# These with one of DETAILS behind, or a letter or two, are meant too: `KEYVAL`, `PSKC`.
STEMS: Final = (
    "key psk pwd passwd password passphrase passcode token secret credential passwort kennwort "
    "schlussel schluessel"
)
DETAILS: Final = (
    "val vals value values data dat str string hex hexa hash material mat text txt num number "
    "byte bytes raw wert daten"
)
# What counts things of one name; `K no.` is that of a key.
COUNTS: Final = "no nr num number nummer numero numer n αρ αριθμος номер"
# Hidden where nothing between them and a value calls it an id.
WEAK: Final = (
    "encryption encrypted encrypt decryption cipher verschlusselung chiffrement cifrado cifratura "
    "license licence lizenz licencia licenza cert certificate zertifikat cookie session jsessionid "
    "phpsessid sessionid sid csrf xsrf voucher gutschein challenge recovery unlock pairing "
    "activation enrollment enrolment wiederherstellung kopplung freischaltung aktivierung aes dsk "
    "hac sak pair wifi fi wlan root master link api cred creds login "
    "προσβασης"
)
# Of these a short word has to say what the value is; it may be the beginning of a secret's name.
RADIOS: Final = (
    "thread network net mesh lan zigbee bee zwave wave matter bluetooth tooth ble bt lora ra wan "
    "lorawan eui imei imsi iccid ssid bssid pan nwk radio rf nfc rfid sim esim lte dect homekit "
    "enocean netz netzwerk funk reseau red rete rede netwerk siec sit mreza δικτυο δικτυου сеть "
    "сети"
)
# What these number is a radio or a network.
NUMBERED: Final = "eui imei imsi iccid meid ssid bssid network netzwerk"
# What speaks of a key, and gives the value to something else.
FOR: Final = "from for to of fur zu von pour per para για του της для"
SERIALS: Final = "serial serials sn seriennummer serie serienummer matricola numero number nr no"
PLACES: Final = (
    "room floor flat apartment attic office kitchen hall house building site box safe door garage "
    "cellar basement lobby entrance street road court unit level zimmer raum wohnung haus keller "
    "etage buro tur eingang dachboden stock ort standort place location address home device lock "
    "property area zone block estate villa shop store lab dealer δωματιο οροφος διαμερισμα κτιριο"
)
# A name that ends with one of these is an address, whatever it begins with: `Token Street`.
STREETS: Final = (
    "street st road rd lane yard court hall house building tower square gardens hotel museum ward "
    "school hospital strasse str gasse platz villas wharf quay mews lodge close desk gym"
)
# Of a number of four, and of what a cipher begins with; alone it is the latter.
FOUR: Final = "iv"
# Written without gaps between words.
CONTAINED: Final = (
    "密钥 密鑰 密码 密碼 口令 秘密 鍵 キー パスワード 暗証 シークレット 비밀 암호 키 "
    "कुंजी पासवर्ड รหัสผ่าน คีย์ 비밀번호 설치코드 인증코드 보안코드 "
    "安装码 安裝碼 配对码 激活码 验证码 秘钥 密匙 暗証番号 セキュリティコード 認証コード 合言葉 "
    "🔑 🗝 🔐"
)
# Of these a word has to say that a value follows; what else is as short may stand before an id.
SHORT: Final = "pw pwd otp jwt ltk irk kek dek wpa wep"
CODES: Final = (
    "code codes codigo codice cod kod kode koodi kodas kodu kodikos κωδικος κωδικο κωδικου "
    "κωδικοι κωδ код кода sandi"
)
# Codes of these are secrets; `code` alone may be the one that is beside the hub's id.
OF_CODES: Final = (
    "claim claiming setup set pairing pair install instal installation activation activate access "
    "security commissioning commission unlock recovery reset join secret admin login entry alarm "
    "master owner puk pin backup verification verify confirmation confirm einmal freigabe "
    "onetime authentication enrollment enrolment emergency notfall maintenance encryption "
    "zugangs zugang sicherheits kopplungs freischalt einrichtungs aktivierungs "
    "acces securite appairage activacion acceso seguridad vinculacion accesso sicurezza "
    "attivazione acesso seguranca ativacao προσβασης ασφαλειας "
    "συζευξης ενεργοποιησης διεκδικησης доступа "
    "активации dostepu aktywacyjny pristupu network wifi fi wlan netzwerk netz δικτυου "
    "homekit kit matter thread zigbee sich kata"
)
CODE_ENDINGS: Final = (
    "zugangscode sicherheitscode kopplungscode freischaltcode einrichtungscode aktivierungscode "
    "claimcode setupcode pairingcode accesscode activationcode installcode securitycode "
    "toegangscode beveiligingscode einmalcode freigabecode pukcode pincode mastercode ownercode "
    "backupcode verificationcode confirmationcode recoverycode unlockcode bestatigungscode "
    "wiederherstellungscode koppelcode notfallcode passcode"
)
HUBS: Final = "hub hubs hubid hubids hubuuid hubguid gateway gateways gatewayid"
IDS: Final = (
    "id ids uuid guid uid did identifier kennung identifiant identificador identificativo deviceid "
    "αναγνωριστικο идентификатор"
)
# Ids of these are no hubs'.
OTHERS: Final = (
    "site org organisation organization user account customer client tenant owner order batch lot "
    "job claim session request trace event message firmware model product partner vendor project "
    "room home building entity location team group app transaction invoice correlation network pan"
)
DIGESTS: Final = (
    "md5 sha sha1 sha2 sha224 sha256 sha384 sha512 hash checksum digest fingerprint thumbprint crc "
    "signature sig hmac mac nonce salt etag prufsumme fingerabdruck empreinte"
)

_SECRETS: Final = frozenset(SECRETS.split())
_SLIPPED: Final = SLIPPED.split()
_SLIPPED_SHORT: Final = SLIPPED_SHORT.split()
_SLIPPED_PIECES: Final = frozenset(SLIPPED_PIECES.split())
_WORDS_APART: Final = frozenset(WORDS_APART.split())
_ENDINGS: Final = tuple(ENDINGS.split())
# Of these no other word has nearly the end.
_LONG_ENDINGS: Final = frozenset(SLIPPED.split()) & frozenset(ENDINGS.split()) - {"secret"}
_LONGER: Final = [word for word in SECRETS.split() if len(word) > len("psk")]
_BUT: Final = frozenset(BUT.split())
_STEMS: Final = STEMS.split()
_DETAILS: Final = frozenset(DETAILS.split())
_COUNTS: Final = frozenset(COUNTS.split())
_CONTAINED: Final = CONTAINED.split()
_SHORT: Final = frozenset(SHORT.split())
_WEAK: Final = frozenset(WEAK.split())
_FOR: Final = frozenset(FOR.split())
_RADIOS: Final = frozenset(RADIOS.split())
_NUMBERED: Final = frozenset(NUMBERED.split())
_PLACES: Final = frozenset(PLACES.split())
_STREETS: Final = frozenset(STREETS.split())
_PARTING: Final = frozenset(f"{HUBS} {IDS} {SERIALS} {PLACES}".split())
_CODES: Final = frozenset(CODES.split())
OF_NO_ID: Final = _CODES | {"value"}
_OF_CODES: Final = frozenset(OF_CODES.split())
_CODE_ENDINGS: Final = tuple(CODE_ENDINGS.split())
_HUBS: Final = frozenset(HUBS.split())
_IDS: Final = frozenset(IDS.split())
_OTHERS: Final = frozenset(OTHERS.split())
_DIGESTS: Final = frozenset(DIGESTS.split())

# The vendor's own name, which ends in a word for secrets.
BRAND: Final = re.compile(r"sp[- ]?key|smart ?phone[- ]?key", re.IGNORECASE)
RUN: Final = re.compile(r"[^\W_]+")
HEX: Final = "[0-9A-Fa-f]"
# Between values that ran together; nothing else leaves it in folded text.
JOIN: Final = "\u2009"
ONE: Final = rf"{HEX}{{8}}-?(?:{HEX}{{4}}-?){{3}}{HEX}{{12}}"
VALUE: Final = rf"{ONE}(?:{JOIN}{ONE})*(?![^\W_])"
# Some of a value's digits: what follows a secret's name is one already where it looks so.
PIECES: Final = (
    rf"(?:(?:0x)?{VALUE}|0x{HEX}{{8,}}|{HEX}{{2,}}(?:[ \-]{HEX}{{2,}}){{2,}}(?![^\W_])"
    rf"|{HEX}{{8,}}(?![^\W_])|[0-9]{{4,}})"
)
TAGS: Final = r"(?:\s*<[^<>]*>){1,3}"
# Between a name and its value: the rest of the name, then what says that a value follows.
SAYS: Final = re.compile(
    rf"(?:[\w()\-/#*°]|\.(?! )| (?! )){{0,24}}?[\"'“”@`)\]\\]{{0,3}}"
    rf"(?:\s{{0,3}}(?:=>|:=|[:=>])(?:{TAGS})?|{TAGS})(?P<gap>\s*)(?P<open>[\"'“@`({{\[\\]*)"
)
# Or the value itself says it, by how it looks.
FOLLOWS: Final = re.compile(
    r"(?: [^\W\d_]{5,14})?(?!\s*\n\s*\n)[^\w,;&.}\]]{1,4}"
    rf"(?:(?:is|no|nr|ist|est|es|lautet)\b[ .:]{{0,2}})?(?P<open>)(?={PIECES})"
)
PATH: Final = re.compile(r"/[\w\-.]*$")
FIRST: Final = re.compile(VALUE)
BELOW: Final = re.compile(rf"(?:\s*-\s+{PIECES})+|{PIECES}|(?<=[ \t])[^\n]*")
NAMED: Final = re.compile(r"[^\W\d_][\w\- ]{0,24}[:=]")
BARE: Final = re.compile(r"(?:(?!\s+[^\W\d_][\w\- ]{0,24}[:=])[^,;&<>\"'\n\t|}\])])*")
WIFI: Final = re.compile(
    r"^\s*WIFI:(?:(?:\\[\s\S]|[^;\\])*;)*?P:(\"[^\"]*\"|(?:\\[\s\S]|[^;\\])*)", re.IGNORECASE
)
TAG: Final = re.compile(r"<([^\W\d_][^\s<>/]*)([^<>]*)>")
QUOTED: Final = re.compile(r"\"[^\"]*\"|'[^']*'")
OBJECT: Final = re.compile(r"\{[^{}]*\}|<[^<>]*>|[^\s<>{}]*&[^\s<>{}]*")
DESCRIBES: Final = re.compile(
    r"(?<![^\W_])(?:type|name|kind|label|usage|use|purpose|role|field|key|typ)"
    r"[\"']?\s*[:=]\s*[\"']?([\w \-]+)",
    re.IGNORECASE,
)
CONTENT: Final = re.compile(
    r"(?<![^\W_])(?:value|val|data|content|text|wert|valeur|valor|valore)[\"']?\s*[:=]\s*"
    r"(\"[^\"]*|'[^']*|[^\s,;&}<>]+)",
    re.IGNORECASE,
)
AFTER: Final = re.compile(
    rf"(?<![^\W_]){VALUE}(?: ?|\n(?=[(\[][^()\[\]]*[)\]]\s*\Z))[(\[]([\w \-]{{1,24}})[)\]]"
)
# A part of a file with settings.
SECTION: Final = re.compile(r"^[ \t]*\[+([^\[\]\n]{1,40})\]+[ \t]*$", re.MULTILINE)
# All that may be an id, or a key of as many digits.
WHOLE: Final = re.compile(
    rf"(?<![^\W_])(?:0x)?(?:{HEX}{{8}}(?:[ \-]?{HEX}{{4}}){{3}}[ \-]?{HEX}{{12}}"
    rf"|{HEX}{{4}}(?:[ \-]{HEX}{{4}}){{7}})(?![^\W_])"
)
SPACED: Final = re.compile(r"(?<![^\W_])[^\W\d_](?:(?:[ .\-/]|\. )[^\W\d_])+(?![^\W_])")
PARTS: Final = re.compile(r"[ .\-/]")
BREAK: Final = re.compile(r"[ .\-]|\. ")
# Of a word that a reader of print, or a line's end, has broken, one piece is as short as that;
# of a word of SLIPPED none need be, for its pieces are no words.
SHORT_PIECE: Final = 2
HOST: Final = re.compile(r"(?:[a-z]+://)?[\w\-]+(?:\.[\w\-]+)+/[\w\-./]*", re.IGNORECASE)
# By a link's name, before its host, by one letter or few (JSON, `DPP:K:`), as Zigbee has it, or
# Matter and HomeKit.
CODED: Final = re.compile(
    r"[?&]code=([^&\s]*)|://[^/?#\s:@]+:([^/?#\s@]+)(?=@)"
    rf"|(?:\A|[\"'?&;|:,{{\n]|{HEX}{{8}}(?=[ \t]))[ \t]*[\"']?(?:[sS]?[kK]|IC|Ki|OP)[\"']?"
    r"\s*[:=]\s*[\"']?([^\"'&\s,;}]*)"
    r"|\$I:([^%$\s]*)|(?:MT:|X-HM://)(?=[0-9A-Z\-]*[G-Z.])([0-9A-Z.\-]{9,})"
)
# A word that mail has broken.
BROKEN_WORD: Final = re.compile(r"([^\W\d_]+)=[ \t]*\n([^\W\d_]+)")
# Up to the last sentence's beginning; between single letters a dot ends none.
SENTENCES_BEFORE: Final = re.compile(
    r".*(?:[^\W_]{2}[.!?] |[\W_][.!?] |[.!?] (?![^\W_](?![^\W_])))"
)
LEFT_OPEN: Final = re.compile(r"[\W_]+\Z")
PATHS: Final = re.compile(r"(?:/[\w\-.]*){2,}\Z")
# What a secret's name is given before the value, or that it is none.
ELSEWHERE: Final = re.compile(r"[{}%•]|[:=] ?[^\W_]")
CLOSED: Final = re.compile(r"[()]")
GIVEN: Final = re.compile(r"\s*[:=]")
UNKNOWN: Final = re.compile(r"([^\W\d_][\w .\-]{0,39}?)[\"'”]?\s*[:=]\s*[\"'“({\[<*]*\Z")
# The rest of the line that goes on, or of the next.
REST: Final = re.compile(r"[^\w\n]{0,12}\n?[^\w\n]{0,12}([^\n]+)")
ANY_TAG: Final = re.compile("<[^<>]*>")
# Of what stands before these nothing is said of what follows them.
VALUES: Final = re.compile(rf".*(?<![^\W_])(?=[A-Fa-f]*[0-9]){HEX}{{8,}}(?![^\W_])")
BEFORE: Final = re.compile(r"([\w .()\-]{0,40})[\"'“”\s:=#>/({\[@*.\-]*$")
CLOSING: Final = {"(": ")", "[": "]", "{": "}", "“": "”"}


class Name(IntEnum):
    """What a value is called; of two ids on a label, the one that is called more counts."""

    OTHER = 0
    NONE = 1
    ID = 2
    HUB = 3


# What may be between a value and the beginning of its name.
LONGEST_NAME: Final = 80
# A name that stands above its value has little beside it.
LONGEST_HEADING: Final = 30
# Letters between the words of one name.
NEAR: Final = 6
# Words between a secret's name and its value, and in a line that is no more than its name.
MOST_WORDS: Final = 4
MOST_LINES: Final = 2
_KEYS: Final = frozenset("kκк")
# Letters of a word that may be cut off.
LONGEST_CUT: Final = 3
# A slip leaves the first third or the last: whatever has neither need not be compared.
LIKELY: Final = re.compile(
    "|".join(
        f"{'' if name in _LONG_ENDINGS else '^'}{name[: len(name) // 3]}"
        f"|{name[-(len(name) // 3) :]}$"
        for name in _SLIPPED
    )
)
LOOKALIKES: Final = str.maketrans("013457", "oieast")
NUMBER: Final = re.compile("[0-9a-f]*")
# Letters that changed places; the words of `Key hub`.
PAIR: Final = 2
# Letters behind a secret's name.
LONGEST_TAIL: Final = 2


@dataclass(frozen=True, slots=True)
class Word:
    folded: str
    start: int
    end: int


NO_WORD: Final = Word("", 0, 0)


def words_mended(plain: str) -> str:
    """The text with the names of secrets in one piece that mail has broken."""
    return BROKEN_WORD.sub(_word_mended, plain)


def _word_mended(found: re.Match[str]) -> str:
    begun, whole = _plainest(found[1]), _plainest(found[1] + found[2])
    is_broken = _names_secret(whole) and not _names_secret(begun)
    return found[1] + found[2] if is_broken else found[0]


def hidden(plain: str) -> str:
    """The text with all that it calls secret blacked out."""
    named = _black(plain, _secrets(_without_brand(plain)))
    return _black(named, _in_sentences(_without_brand(named)))


def _without_brand(plain: str) -> str:
    return BRAND.sub(lambda brand: HIDDEN * len(brand[0]), plain)


def _black(plain: str, spans: Iterator[tuple[int, int]]) -> str:
    signs = list(plain)
    for start, end in spans:
        for place in range(start, end):
            signs[place] = HIDDEN if signs[place] != "\n" else "\n"
    return "".join(signs)


def name_of(before: str) -> Name | None:
    """What the text that ends here calls the value that follows; None where it calls it nothing."""
    found = BEFORE.search(BRAND.sub("", before[-LONGEST_NAME:]))
    words = [word.folded for word in words_of(found[1])] if found else []
    bare = {word.rstrip("0123456789") for word in words}
    if _speaks_of_digest(found[1] if found else ""):
        return Name.OTHER
    if _HUBS & bare:
        return Name.HUB
    if _IDS & bare:
        return Name.OTHER if _OTHERS & bare else Name.ID
    return Name.NONE if words else None


def _speaks_of_digest(name: str) -> bool:
    words = [word.folded for word in words_of(VALUES.sub("", name))]
    bare = (word.rstrip("0123456789") for word in words)
    return words == [FOUR] or bool(_DIGESTS & {*words, *bare})


def words_of(text: str) -> list[Word]:
    """The words of it: `hubId` are two, and so are `API` and `Key` in `APIKey`."""
    found: list[Word] = []
    for run in RUN.finditer(text):
        start, first = run.start(), len(found)
        for place in range(start + 1, run.end() + 1):
            if place == run.end() or _begins_word(text, place, run.end()):
                found.append(Word(_plainest(text[start:place]), start, place))
                start = place
        whole = _plainest(run[0])
        if _is_secret_whole(whole, found[first:]):
            found.append(Word(whole, *run.span()))
    for run in SPACED.finditer(text):
        word = _plainest(PARTS.sub("", run[0]))
        if word in _SECRETS:
            found.append(Word(word, *run.span()))
    return sorted([*found, *_broken(text)], key=lambda word: word.end)


def _broken(text: str) -> Iterator[Word]:
    """Yield the secrets' names that a gap has broken into two pieces, as `KE Y` is."""
    for one, other in pairwise(RUN.finditer(text)):
        pieces = one[0], other[0]
        are_letters = all(map(str.isalpha, pieces)) and not _WORDS_APART.intersection(pieces)
        is_broken = are_letters and BREAK.fullmatch(text, one.end(), other.start())
        word = _plainest("".join(pieces)) if is_broken else ""
        if _may_break(word, min(map(len, pieces))):
            yield Word(word, one.start(), other.end())


def _may_break(word: str, shortest: int) -> bool:
    """Whether the word is a secret's name that its pieces, of which this is the shorter one's
    length, are not by chance."""
    is_named = word in _SECRETS or word in _SLIPPED_PIECES
    return word in _SLIPPED or (is_named and shortest <= SHORT_PIECE < len(word))


def _is_secret_whole(whole: str, parts: list[Word]) -> bool:
    """Whether these parts name a secret together, as those of `PSKd` do, and none alone."""
    alone = any(_names_secret(part.folded.rstrip("0123456789")) for part in parts)
    return len(parts) > 1 and not alone and _names_secret(whole)


def _begins_word(text: str, place: int, end: int) -> bool:
    if not text[place].isupper():
        return False
    before_small = place + 1 < end and text[place + 1].islower()
    return not text[place - 1].isupper() or before_small


def _plainest(word: str) -> str:
    """In small letters, without accents."""
    apart = unicodedata.normalize("NFKD", word)
    return "".join(sign for sign in apart if unicodedata.category(sign) != "Mn").lower()


def is_secret(words: list[Word], index: int) -> bool:
    bare = words[index].folded.rstrip("0123456789")
    if bare in _CODES:
        near = words[max(0, index - 2) : index + 3]
        return any(word.folded in _OF_CODES and _is_near(word, words[index]) for word in near)
    return _names_secret(bare)


def _names_secret(bare: str) -> bool:
    """Whether the word alone is a secret's name, perhaps misspelt or with digits for letters."""
    return any(map(_is_name, {bare, _lettered(bare)}))


def _lettered(bare: str) -> str:
    """The word with the letters that its digits look like; a number's digits are none."""
    return bare if NUMBER.fullmatch(bare) else bare.translate(LOOKALIKES)


def _is_name(bare: str) -> bool:
    if bare in _SECRETS or bare.endswith(_CODE_ENDINGS):
        return True
    if bare in _BUT:
        return False
    return bare.endswith(_ENDINGS) or any(_goes_on(bare)) or _is_misspelt(bare)


def _goes_on(bare: str) -> Iterator[bool]:
    """Whether the word is a secret's name with a little more behind it, by each of STEMS."""
    for stem in _STEMS:
        before, is_there, tail = bare.rpartition(stem)
        is_name = is_there and (not before or before in _RADIOS | _WEAK)
        yield bool(is_name) and (0 < len(tail) <= LONGEST_TAIL or tail in _DETAILS)


def _is_misspelt(bare: str) -> bool:
    return LIKELY.search(bare) is not None and any(_slips(bare, _SLIPPED))


def _slips(bare: str, names: list[str]) -> Iterator[bool]:
    """Whether the word, or the end of a longer one, is one of the names but for one slip."""
    for name in names:
        is_end = name in _LONG_ENDINGS
        for length in range(len(name) - 1, len(name) + 2):
            if len(bare) == length or (is_end and len(bare) > length):
                yield bare[-length:] not in _BUT and _is_slip(bare[-length:], name)


def _is_slip(word: str, name: str) -> bool:
    """Whether one letter is wrong, missing or too many, or two have changed places."""
    begin = _alike(word, name)
    end = _alike(word[begin:][::-1], name[begin:][::-1])
    found, meant = word[begin : len(word) - end], name[begin : len(name) - end]
    is_one = len(found) <= 1 and len(meant) <= 1
    return is_one or (len(found) == PAIR and found[::-1] == meant)


def _alike(one: str, other: str) -> int:
    """How many letters they begin with alike."""
    return len(list(takewhile(bool, map(str.__eq__, one, other))))


def _is_near(one: Word, other: Word) -> bool:
    return max(one.start, other.start) - min(one.end, other.end) <= NEAR


def speaks_of_secret(text: str) -> bool:
    words = words_of(text)
    return any(is_secret(words, index) for index in range(len(words)))


def _secrets(plain: str) -> Iterator[tuple[int, int]]:
    """Where the values of secrets are."""
    words = words_of(plain)
    names = [word for at, word in enumerate(words) if is_secret(words, at)]
    ends = [(word.end, word.folded in _SHORT) for word in names]
    ends += [(found.end(), False) for word in _CONTAINED for found in re.finditer(word, plain)]
    for end, is_short in ends:
        if not _closes_tag(plain, end) and (span := _value_after(plain, end, is_short)):
            yield span
    yield from _in_tags(plain)
    yield from _in_objects(plain)
    yield from _in_sections(plain)
    yield from (found.span() for found in AFTER.finditer(plain) if speaks_of_secret(found[1]))
    yield from (found.span(1) for found in WIFI.finditer(plain))
    yield from (found.span(found.lastindex or 0) for found in CODED.finditer(plain))


def _in_sentences(plain: str) -> Iterator[tuple[int, int]]:
    """Where a value is before which its sentence, or the line above it, speaks of a secret."""
    last, is_hidden = 0, False
    for found in WHOLE.finditer(plain):
        before = plain[max(last, found.start() - LONGEST_NAME) : found.start()]
        last = found.end()
        if before != JOIN:
            cut, said = _cut_off(*_lines(before)), _sentence(before)
            is_hidden = _speaks_of_secret_last(*said) or _is_of_secret(cut) or _counts_keys(*said)
        if is_hidden:
            yield found.span()


def _words_and_gap(before: str) -> tuple[str, str]:
    """The text without addresses and tags, up to its last word, and the signs behind that."""
    said = ANY_TAG.sub(" ", HOST.sub(" ", before))
    words = LEFT_OPEN.sub("", said)
    return words, said[len(words) :]


def _sentence(before: str) -> tuple[str, str]:
    """What is said of the value before which this stands, and the signs between them."""
    words, gap = _words_and_gap(before)
    line = words.split("\n")[-1]
    if "\n" not in gap:
        return SENTENCES_BEFORE.sub("", line), gap
    is_short = len(words_of(line)) <= MOST_WORDS or SPACED.fullmatch(line)
    return (line if is_short and gap.count("\n") <= MOST_LINES else ""), gap


def _speaks_of_secret_last(sentence: str, gap: str) -> bool:
    """Whether it speaks of a secret, and of nothing else after it."""
    words = words_of(sentence)
    spoken = [
        at
        for at, word in enumerate(words)
        # What a weak word says in brackets is beside the point.
        if (_is_weak(word) and not CLOSED.search(sentence[word.end :] + gap))
        or (is_secret(words, at) and not _is_weak(word))
    ]
    if not spoken:
        return False
    name = words[spoken[-1]]
    after = sentence[name.end :] + gap
    is_path = after.isspace() and PATHS.search(sentence[: name.end])
    if is_path or ELSEWHERE.search(after):
        return False
    if _is_numbered(words[spoken[-1] :], sentence):
        return True
    rest = {word.folded.rstrip("0123456789") for word in words[spoken[-1] + 1 :]}
    if rest & _FOR:
        return GIVEN.match(gap) is not None
    is_other = rest & _PARTING or _names_street(sentence[name.end :])
    return len(rest) <= MOST_WORDS and not is_other


def _is_numbered(words: list[Word], sentence: str) -> bool:
    """Whether these are a secret's name and that of its own id: `Key ID`, `Secret-UUID`."""
    name, *more = words
    is_one = len(more) == 1 and more[0].folded in _IDS
    return is_one and PARTS.fullmatch(sentence, name.end, more[0].start) is not None


def _counts_keys(sentence: str, gap: str) -> bool:
    """Whether it is the number of a key, as `K no.` is: of a place's letter is said which place."""
    words = words_of(sentence)
    counted = next((at for at in range(len(words), 0, -1) if not _is_count(words[at - 1])), 0)
    if not counted or (counted == len(words) and "#" not in gap):
        return False
    *name, last = words[:counted]
    is_of_keys = not name or bool(
        {name[-1].folded} & (_RADIOS | _WEAK) or is_secret(words, counted - 2)
    )
    is_key = is_secret(words, counted - 1) or (last.folded in _KEYS and is_of_keys)
    return is_key and not ELSEWHERE.search(sentence[last.end :] + gap)


def _is_count(word: Word) -> bool:
    return word.folded in _COUNTS


def _is_weak(word: Word) -> bool:
    return bool({word.folded, word.folded.rstrip("0123456789")} & _WEAK)


def _lines(before: str) -> tuple[str, str]:
    """What may be a name of several words before which this stands, on two lines where the last has
    but one; and the signs behind it."""
    words, gap = _words_and_gap(before)
    *above, line = words.split("\n")
    is_far = gap.count("\n") > MOST_LINES
    is_one = len(words_of(line)) == 1
    return ("" if is_far else "\n".join([*above[-1:], line]) if is_one else line), gap


def _cut_off(said: str, gap: str) -> str:
    """The short word that the name of a network, a radio or a secret ends with; "" where a plainer
    word says what the value is."""
    words = [word for word in words_of(said) if not word.folded.isdecimal()]
    *name, last = words[-MOST_WORDS - 1 :] or [NO_WORD]
    cut = last.folded.rstrip("0123456789")
    is_plain = cut in _PARTING | _FOR or bool(name and name[-1].folded in _PLACES)
    is_cut = 0 < len(cut) <= LONGEST_CUT or _begins_secret(cut)
    if is_plain or not is_cut:
        return ""
    named = [at for at in range(len(name)) if is_secret(name, at)]
    bare = [word.folded.rstrip("0123456789") for word in name]
    if not named and not {*bare} & (_HUBS | _IDS):
        named = [at for at, word in enumerate(name) if bare[at] in _RADIOS or _is_weak(word)]
    if not named:
        return ""
    between, after = said[name[named[-1]].end : last.start], said[last.end :] + gap
    return "" if ELSEWHERE.search(between) or ELSEWHERE.search(after) else cut


def _is_owned(said: str) -> bool:
    """Whether it is the name of a hub's secret, and may be a sentence that ends with the hub."""
    words = words_of(said)[: MOST_WORDS + 1]
    folded = {word.folded for word in words}
    is_told = len(words) == PAIR or bool(folded & _FOR)
    is_of_hub = bool(words) and words[-1].folded in _HUBS and is_told
    return is_of_hub and len(words) <= MOST_WORDS and is_secret(words, 0)


def _is_of_secret(cut: str) -> bool:
    """Whether the word behind a radio's name begins a secret's, or is one misspelt."""
    return _begins_secret(cut) or any(_slips(cut, _SLIPPED_SHORT))


def _begins_secret(cut: str) -> bool:
    """Whether a secret's name may have been cut off there; of a single letter none but that of
    `key` tells."""
    is_told = len(cut) > 1 or cut in _KEYS
    return is_told and any(word.startswith(cut) for word in _LONGER)


def names_other(before: str) -> bool:
    """Whether the text that ends here names the value that follows after a network, a radio or a
    hub's secret, perhaps by a word that is cut off."""
    end = _without_brand(before[-LONGEST_NAME:])
    # What was blacked out had the secret's name.
    said, _ = _sentence(BRAND.sub("", before[-LONGEST_NAME:]).split(HIDDEN)[-1])
    words = [word.folded.rstrip("0123456789") for word in words_of(said)]
    is_number = bool(_NUMBERED & set([word for word in words if word][-1:]))
    return is_number or _is_owned(said) or bool(_cut_off(*_lines(end)))


def unknown_name(before: str) -> set[str]:
    """The words of the name that the text that ends here gives the value that follows, where nobody
    can tell whether a hub's id has it."""
    found = UNKNOWN.search(BRAND.sub("", before[-LONGEST_NAME:]))
    words = {word.folded.rstrip("0123456789") for word in words_of(found[1])} if found else set()
    return set() if words & (_PARTING | _OTHERS | _DIGESTS) else words


def words_hidden(plain: str) -> str:
    """The text without whatever is said after a secret's name: it may be the secret."""
    named = _without_brand(plain)
    words = words_of(named)
    ends = [word.end for at, word in enumerate(words) if is_secret(words, at)]
    spans: list[tuple[int, int]] = []
    for end in ends:
        is_hidden = spans and end < spans[-1][1]
        if not is_hidden and (rest := REST.match(named, end)):
            spans.append(rest.span(1))
    return _black(plain, iter(spans))


def _names_street(behind: str) -> bool:
    """Whether what stands behind a name goes on with a street's, as a word of its own."""
    words = (found[0] for found in RUN.finditer(behind) if found.start())
    return any(_plainest(word) in _STREETS for word in words)


def _closes_tag(plain: str, place: int) -> bool:
    return plain.rfind("</", 0, place) > max(
        plain.rfind(">", 0, place), plain.rfind("<", 0, place) - 1
    )


def _value_after(plain: str, name_end: int, is_short: bool) -> tuple[int, int] | None:
    """Where the value is that a name which ends there is given."""
    said = SAYS.match(plain, name_end) or (None if is_short else FOLLOWS.match(plain, name_end))
    if said is None or (
        said[0].isspace() and PATH.search(plain[max(0, name_end - LONGEST_NAME) : name_end])
    ):
        return None
    if _names_street(said[0]):
        return None
    start, opened = said.end(), said["open"]
    if opened:
        brackets = [sign for sign in opened if sign in CLOSING]
        return start, _closed_at(plain, start, brackets[0] if brackets else opened[-1])
    if "\n" in said[0]:
        if said.re is FOLLOWS and name_end - plain.rfind("\n", 0, name_end) > LONGEST_HEADING:
            return None
        below = BELOW.match(plain, start)
        return below.span() if below else None
    named = NAMED.match(plain, start)
    if named and (name_of(named[0]) or Name.NONE) > Name.NONE:
        return None
    value = FIRST.match(plain, start) or BARE.match(plain, start)
    return value.span() if value else None


def _in_sections(plain: str) -> Iterator[tuple[int, int]]:
    """Where the values of a secret's own section are, up to one that is called an id."""
    heads = [*SECTION.finditer(plain)]
    for at, head in enumerate(heads):
        end = heads[at + 1].start() if at + 1 < len(heads) else len(plain)
        if not speaks_of_secret(head[1]):
            continue
        for found in WHOLE.finditer(plain, head.end(), end):
            if (name_of(plain[head.end() : found.start()]) or Name.NONE) > Name.NONE:
                break
            yield found.span()


def _closed_at(plain: str, start: int, opened: str) -> int:
    """Where what was opened before `start` is closed; the end where it is not."""
    closing = CLOSING.get(opened, opened)
    depth = 1
    for place in range(start, len(plain)):
        if plain[place] == closing:
            depth -= 1
        elif plain[place] == opened:
            depth += 1
        if not depth:
            return place
    return len(plain)


def _in_tags(plain: str) -> Iterator[tuple[int, int]]:
    for tag in TAG.finditer(plain):
        quoted = list(QUOTED.finditer(plain, *tag.span(2)))
        is_secret = speaks_of_secret(tag[1])
        if is_secret or any(speaks_of_secret(value[0]) for value in quoted):
            end = plain.find(f"</{tag[1]}", tag.end())
            end = end if end >= 0 else plain.find("<", tag.end())
            if not tag[2].endswith("/"):
                yield tag.end(), end if end >= 0 else len(plain)
        if is_secret:
            yield from (value.span() for value in quoted)


def _in_objects(plain: str) -> Iterator[tuple[int, int]]:
    """Where a value is whose name is a value itself: `{"type": "key", "value": "…"}`."""
    for found in OBJECT.finditer(plain):
        if any(speaks_of_secret(said[1]) for said in DESCRIBES.finditer(found[0])):
            for value in CONTENT.finditer(plain, *found.span()):
                yield value.span(1)
