# ruff: noqa: RUF001 - other scripts
"""What a label calls a secret is no id and is not shown; what it calls the hub's counts."""

import json

import pytest

from portal.hubs.display import label_wording
from portal.hubs.labels import naming, parse
from tests.hubs.labels.test_parse import HUB, OTHER, TEXT

KEY = "2b7e151628aed2a6abf7158809cf4f3c"
FOURS = " ".join(KEY.upper()[place : place + 4] for place in range(0, 32, 4))
IN_FOURS = " ".join(HUB.hex.upper()[place : place + 4] for place in range(0, 32, 4))
SECRETS = {"unbroken": KEY, "capitals": KEY.upper(), "like an id": str(OTHER), "fours": FOURS}
NAMES = [
    *("key", "Key", "KEY", "deviceKey", "api_key", "APIKey", "AES-128 key", "private key"),
    *("secret", "token", "access token", "password", "Wi-Fi password (WPA2)", "psk", "PSK", "pin"),
    *("claim code", "claimCode", "claim_code", "setup code", "Passwort", "Kennwort", "Schlüssel"),
    *("Netzwerkschlüssel", "Zugangscode", "mot de passe", "clé", "Clé réseau", "contraseña"),
    *("chiave", "senha", "sleutel", "nyckel", "klucz", "hasło", "klíč", "heslo", "kulcs", "şifre"),
    *("κλειδί", "κωδικός πρόσβασης", "ключ", "пароль", "密码", "パスワード"),
    *("Master code", "Owner code", "PUK-Code", "Backup code", "Verification code", "Einmalcode"),
    *("Confirmation code", "Freigabecode", "κωδικό πρόσβασης", "Μυστικός κωδικός", "Κλειδιά"),
    *("κλειδιού", "Συνθηματικού", "ключа"),
]
OF_KEYS_ALONE = [
    *("Recovery", "Unlock", "Pairing", "Activation", "AES-128", "DSK", "S2 DSK", "Encryption"),
    *("License", "Cert", "Cookie", "Session", "JSESSIONID", "CSRF", "Voucher", "Challenge", "IRK"),
]
WITH_MORE_BEHIND = [
    *("Thread network KEYX", "Zigbee KEYVAL", "Network KEYSTR", "KEYDATA", "Keymaterial", "keyhex"),
    *("Thread PSKC", "PSKd", "TOKENX", "PWDX", "Passwordx", "networkkeyx", "Schlüsselwert"),
]
MISSPELT = [
    *("KYE", "Network KYE", "Hub KYE", "Device kye", "Pre-shared kye", "EUI64-KYE", "NETWORKKYE"),
    *("K3Y", "KFY", "P5K", "PKS", "T0KEN", "Tokne", "tokn", "Hub tokn", "APP KYE", "networkKye"),
    *("SECERT", "Sercet", "Scret", "Secrets", "SECRFT", "5ECRET", "SECR3T", "Hub id secert"),
    *("PASWORD", "Passwrod", "Pasword", "Passsword", "PASSW0RD", "Pa55word", "HUB PASWORD"),
    *("PSWD", "PWRD", "PASWD", "Passcod", "psswd", "Passkye", "Authorisation", "Credentails"),
    *("Schlüsel", "Shlüssel", "SCHLUESEL", "Sch1üssel", "Netzwerkschlüsel", "Kenwort", "Paswort"),
    *("contrasenya", "wachtword", "κλιδί", "Συνθηματκό", "паорль", "MDP", "kleidi", "Instal code"),
]
OWN_IDS = [
    *("Key ID", "KEY UUID", "Secret UUID", "Token ID", "API Key ID", "Hub key id", "Hub-Key-ID"),
    *("Network Kye id", "Secret id", "K.E.Y.", "K-E-Y", "Tokken", "psw", "Passw", "Setup cod"),
]
BROKEN = [
    *("P.W.", "P/W", "P W", "P-W", "P.I.N.", "KY E", "K EY", "KE Y", "T OKEN", "TOK EN"),
    *("SECR ET", "Pa ssword", "passwor d", "PS K", "Schlüss el", "κλει δί", "па роль"),
    *("P. W.", "K. E. Y.", "P. S. K.", "KE-Y", "KE.Y", "KY-E", "PAS SWORD", "PASS-WORT"),
    *("SEC RET", "SECR. ET", "KENN WORT", "SCHLÜS SEL", "CONTRA SEÑA", "TO-KEN", "TKN", "T.K.N."),
    *("T.O.K.E.N.", "S.E.C.R.E.T."),
]
OF_OTHER_LANDS = [
    *("Κωδικός δικτύου", "Κωδικός Wi-Fi", "Κωδ. πρόσβασης", "Network code", "Preshared", "klyuch"),
    *("parol", "clau", "lykilorð", "fjalëkalim", "kunci", "کلید", "पासवर्ड", "รหัสผ่าน"),
    "Login",
    *(
        "mật khẩu",
        "khóa",
        "Kata sandi",
        "Zaporka",
        "Šifra",
        "шифра",
        "Salasõna",
        "Güvenlik anahtarı",
    ),
    *("Fjalëkalimi", "Geheimcode", "Geheimzahl", "Sich.-Code", "Kennw.", "Secr.", "HomeKit code"),
    *(
        "Static OOB",
        "PMK",
        "Mnemonic",
        "비밀번호",
        "安装码",
        "認証コード",
        "🔑",
        "🗝️",
        "Parola (WiFi)",
    ),
]
CODES_OF_OTHERS = {
    "a letter": f"K: {KEY}",
    "two letters": f"SK: {KEY}",
    "an install code": f"IC: {OTHER}",
    "before a host": f"https://hub:{KEY}@spkey.example/",
    "a letter with hyphens": f"K={OTHER}",
    "a letter in another line": f"Zigbee 3.0\nk: {KEY}",
    "a letter behind a stroke": f"EUI 0011223344556677|K: {KEY}",
    "a Zigbee code": f"Z:001788010B2A3C4D$I:{KEY.upper()}",
    "a Zigbee code with more": f"G$M:12%Z:0017880100000000$I:{KEY.upper()}%Q:1",
    "a device's code": f"DPP:K:{KEY};;",
    "a network's code": f"WIFI:T:SAE;S:home;P:{KEY};K:{OTHER};;",
    "a network's code, the password first": f"WIFI:P:{OTHER};S:home;T:WPA;;",
    "JSON": json.dumps({"secert": str(OTHER)}),
    "JSON, two words": json.dumps({"networkKye": str(OTHER)}),
    "JSON, short": json.dumps({"pswd": KEY}),
    "a query": f"https://x.example/join?kye={KEY}",
    "behind": f"{OTHER}: KYE",
    "behind in brackets": f"{KEY} (secert)",
    "a radio's": f"Thread KAY {KEY}",
    "a mesh's": f"Zigbee KEG: {OTHER}",
}
CARRIERS = [
    *("MT:Y.HUNTER2C00KA0648G00", "X-HM://0HUNTER2ABCDE", "DPP:C:81/1;K:HUNTER2;;"),
    *("WIFI:T:SAE;K:HUNTER2;S:home;;", "otpauth://totp/x?secret=HUNTER2", "Passwrod HUNTER2"),
]
COUNTED = [
    *("K no.", "K No", "K nr.", "k num", "K number", "K №", "K #", "K nº"),
    *("Κ αρ.", "К номер"),
    *("Thread K no.", "Zigbee-K Nr.", "WiFi K no.", "PW no.", "PSK nr.", "Master key number"),
]
KEYS_ALONE = {
    **{
        f"{name}{sign}": f"{name}{sign}{key}"
        for name in (*WITH_MORE_BEHIND, *COUNTED, *MISSPELT, *OWN_IDS, *OF_OTHER_LANDS, *BROKEN)
        for sign in (": ", " ", "\n")
        for key in (KEY, str(OTHER))
    },
    **{f"{name} elsewhere": text for name, text in CODES_OF_OTHERS.items()},
    "a name in quoted-printable, of other signs": f"=CE=9A=CE=BB=CE=B5=CE=B9=CE=B4=CE=AF: {KEY}",
    "a name in quoted-printable, broken": f"Schl=C3=\n=BCssel: {OTHER}",
    "a name in HTML": f"Schl&#252;ssel:&nbsp;{OTHER}",
    "a section": f"[secret]\nvalue = {KEY}",
    "what is said before a heading": f"The key, see below:\n{KEY}",
    "run into its name": f"KEY{OTHER}",
    "a name that mail broke": f"Thread network Ke=\ny: {KEY}",
    "a word that mail broke": f"Passwo=\nrd: {OTHER}",
    "a name in quoted-printable": f"K=0D=0Aey: {OTHER}",
    "a value in quoted-printable": f"Key=3D{KEY}",
    "a value below, in quoted-printable": f"Key=0D=0A{OTHER}",
    **{
        f"{name}{sign}": f"{name}{sign}{KEY}"
        for name in OF_KEYS_ALONE
        for sign in (": ", " ", "\n")
    },
    "is, and the next line": f"Secret is\n{OTHER}",
    "dots": f"key..........{KEY}",
    "a line": f"key ___ {KEY}",
    "brackets": f"key [hex] {OTHER}",
    "brackets above": f"[secret]\n{OTHER}",
    "a semicolon": f"key; {OTHER}",
    "a full stop": f"key. {OTHER}",
    "was": f"the key was {OTHER}",
    "PEM": f"-----BEGIN PRIVATE KEY-----\n{KEY}\n-----END PRIVATE KEY-----",
    "spaced": f"K E Y: {OTHER}",
    "a paragraph": f"Secret (write down)\n\n  {KEY}",
    "with a prefix": f"hub secret 0x{KEY}",
    "a JSON key": f'{{"kty":"oct","k":"{KEY}"}}',
    "a query": f"https://x.example/?code={KEY}",
    "behind, a colon": f"{OTHER}: secret",
    "behind, an equals sign": f"{OTHER} = secret",
    "behind, a sentence": f"{OTHER} is the key",
    "behind, an arrow": f"{OTHER} <- key",
    "behind and above": f"{OTHER}: secret\n{KEY}",
    "run together": f"key: {KEY}{OTHER.hex}",
    "run together, with groups": f"Secret: {OTHER}{OTHER.hex}",
    "run together, a sentence": f"the key was {OTHER}{KEY}",
    "run together, below": f"Secret\n{OTHER.hex}{KEY}",
    "a network's, cut off": f"Thread network K {KEY}",
    "a network's, cut off, below": f"Thread network K\n{OTHER}",
    "a radio's, cut off": f"EUI K {OTHER}",
    "a mesh's, cut off": f"Zigbee NWK KE: {KEY}",
    "cut off, in capitals": f"WiFi KU {OTHER}",
    "cut off, a password's": f"WLAN PAS {KEY}",
    "cut off after a number": f"Wi-Fi 2.4 KE {KEY}",
    "cut off late": f"Thread network SECRE {KEY}",
    "cut off late, in German": f"Zigbee-Netz SCHLÜSS: {OTHER}",
    "cut off twice": f"Thread netw. K {KEY}",
    "cut off, a colon between": f"Wi-Fi: K {OTHER}",
    "cut off, an equals sign": f"Thread network: K = {KEY}",
    "cut off in two lines": f"Thread network\nK\n{OTHER}",
    "cut off, numbered": f"Zigbee network K 1: {KEY}",
    "cut off, written in two": f"ZigBee K: {KEY}",
    "cut off, one word": f"LoRa AppK {KEY}",
    "cut off, a secret's": f"Network SEC = {OTHER}",
    "cut off, in German": f"Netzwerk SCH. {KEY}",
    "cut off, in Greek": f"Δίκτυο ΚΛ {OTHER}",
    "cut off, in Russian": f"Сеть КЛ {KEY}",
    "cut off behind a hub": f"Secret of hub KU {OTHER}",
    "cut off behind a gateway": f"Passwort für Gateway K {KEY}",
    "WiFi": f"WiFi {KEY}",
    "more names than values": f"Hub ID:\nSecret:\nPIN:\n{TEXT}\n{KEY}",
}
DOUBTFUL = {
    "a network": f"Thread network XY {TEXT}",
    "a radio": f"EUI A {TEXT}",
    "a radio, in one piece": f"Zigbee Q {HUB.hex}",
    "a secret's owner": f"Secret of hub A {TEXT}",
    "a hub's secret": f"Secret of hub {TEXT}",
    "a hub's key": f"Key for the hub {HUB.hex}",
    "a key's hub": f"Key hub {TEXT}",
    "a network alone": f"Thread network {TEXT}",
    "a radio's number": f"EUI-64 {HUB.hex}",
    "a phone's number": f"IMEI: {TEXT}",
    "a name nobody knows": f"Quux: {HUB.hex}",
    "a code": f"Code: {TEXT}",
}
# As near to a secret's name as what is misspelt, yet words of their own.
NO_SLIPS = [
    *("Passport office", "Skye", "Taken", "Broken", "Beaver House", "Caves", "Privat", "Passage"),
    *("Kay", "Kyle", "Keynes House", "Section", "Secretariat", "Tokyo", "Carola", "Passau", "Toke"),
    *("5eed", "Pa55age 4", "Hub 5EC4E7", "B055", "Kenworth", "Payroll", "Slave", "Sacred Heart"),
    *("Device ID", "UUID", "Serial", "S/N", "Hub ID"),
]
STREETS = [
    *("Token Street", "Seed House", "Clef House", "Pass Street", "Voucher Desk", "Keystone House"),
    *("Tokenhouse Yard", "P.W. Building", "Private Road", "Kye House", "Turnkey Ltd", "Block K E"),
]
PLAIN = {
    "a hub on a radio": f"Zigbee hub K {TEXT}",
    "a hub's Wi-Fi": f"WiFi hub 2 {HUB.hex}",
    "an id on a network": f"Network ID of hub K {TEXT}",
    "a hub": f"Hub {HUB.hex}",
    "a block's letter": f"Block K no. {TEXT}",
    "a riser's letter": f"Riser K no. 4 {TEXT}",
    "a serial number's letter": f"Serial K no. {TEXT}",
    **{f"no slip: {name}": f"{name}: {TEXT}" for name in NO_SLIPS},
    "a block's number of four": f"Block IV: {TEXT}",
    "a floor's number of four": f"IV floor {HUB.hex}",
    **{f"a street: {name}": f"{name}: {TEXT}" for name in STREETS},
    **{f"a street behind: {name}": f"{TEXT}, {name}" for name in STREETS},
    "the vendor's own id": f"SpKey ID {TEXT}",
    "the vendor's own id, apart": f"Smartphone Key UUID {HUB.hex}",
    "a box's letter": f"Box K: {TEXT}",
    "a hub's letter": f"Hub K: {TEXT}",
    "a letter of several": f"Hub ID: {TEXT}\nBlock K",
    "a keypad": f"Keypad {HUB.hex}",
    "a key box": f"Keybox {TEXT}",
    "a family": f"Keyes {TEXT}",
    "a town": f"Pskov no. 4 {TEXT}",
    "an id": f"ID: {TEXT}",
    "a serial number": f"SN 123 {TEXT}",
    "a number": f"Nr. 4 {HUB.hex}",
    "a floor": f"Thread network, floor K {TEXT}",
    "a French word": f"Passerelle du salon {TEXT}",
    "a Greek word": f"Συσκευή {HUB.hex}",
    "an Italian word": f"Al piano terra {TEXT}",
    "a sentence": f"Please bring the keys for hub {TEXT}",
    "a host": f"https://zigbee.example/h/{TEXT}",
    "a path": f"Thread https://spkey.example/k/{HUB.hex}",
    "a box": f"Key box. Hub {TEXT}",
    "another line's": f"Zigbee 3.0\nK\nHub {TEXT}",
    "a letter": f"K {TEXT}",
    "an office": f"Keys in office B {TEXT}",
    "named twice": f"EUI A {TEXT}\nHub ID: {TEXT}",
}
FORMS = ["{}: {}", "{}={}", "{} = {}", "{} : {}", "{}\n{}", "{} {}"]
LABELS = {
    "a misspelt name below": f"Hub ID: {TEXT}\nNetwork KYE {KEY}",
    "a misspelt name above": f"T0KEN {OTHER}\nDevice ID: {TEXT}",
    "a misspelt name beside": f"UUID: {TEXT}; PASWORD: {OTHER}",
    "a misspelt name in JSON": json.dumps({"secert": KEY, "hubId": TEXT}),
    "a misspelt name behind a serial": f"Serial {TEXT} KYE {KEY}",
    "a misspelt name before a serial": f"KYE {KEY} Serial {TEXT}",
    "a misspelt name, the hub without one": f"{TEXT}\nSECERT: {KEY}",
    "an id and a letter": f"ID:{TEXT} K:{KEY}",
    "names above, the key first": f"KEY ID\n{KEY} {TEXT}",
    "a letter below": f"Hub: {TEXT}\nK: {KEY}",
    "a number of a key below": f"{TEXT}\nK no. {KEY}",
    "a number of a key beside": f"{TEXT} K no. {OTHER}",
    "a name with more behind it": f"Hub {TEXT}\nThread network KEYX {KEY}",
    "quoted-printable": f"Hub:=0D=0A{TEXT}=0D=0AThread PSKC:=0D=0A{KEY}",
    "JSON": json.dumps({"hubId": TEXT, "key": KEY}),
    "JSON, the key first": json.dumps({"psk": KEY, "id": TEXT}),
    "JSON within JSON": json.dumps({"id": TEXT, "secret": {"value": KEY}}),
    "a list in JSON": json.dumps({"id": TEXT, "keys": [KEY, str(OTHER)]}),
    "JSON that names in values": json.dumps({"id": TEXT, "x": {"type": "key", "value": KEY}}),
    "single quotes": f"{{'hub': '{TEXT}', 'token': '{KEY}'}}",
    "JSON in JSON's quotes": json.dumps(json.dumps({"hubId": TEXT, "key": KEY})),
    "an address": f"https://spkey.example/h/{TEXT}?key={KEY}",
    "an address, the key first": f"https://spkey.example/?claim_code={KEY}&id={TEXT}",
    "an address's path": f"https://spkey.example/key/{OTHER}/hub/{TEXT}",
    "an address of our own": f"spkey://claim?hub={HUB.hex}&psk={KEY}",
    "name and value": f"id={TEXT};secret={KEY}",
    "two lines": f"Hub ID: {TEXT}\nKey: {FOURS}",
    "two lines in fours": f"Hub ID: {IN_FOURS}\nKey: {FOURS}",
    "names above": f"KEY\n{KEY}\nHUB\n{TEXT}",
    "XML": f"<hub><id>{TEXT}</id><key>{KEY}</key></hub>",
    "XML, deeper": f"<h><secret><value>{OTHER}</value></secret><id>{TEXT}</id></h>",
    "XML's attributes": f'<hub id="{TEXT}" token="{OTHER}"/>',
    "XML that names in attributes": f'<p name="psk">{KEY}</p><p name="hubId">{TEXT}</p>',
    "a property list": f"<key>id</key><string>{TEXT}</string><key>pin</key><string>{KEY}</string>",
    "a table": f"Hub id\tKey\n{TEXT}\t{OTHER}",
    "a table of commas": f"Secret,UUID\n{KEY},{TEXT}",
    "what is said behind it": f"{TEXT} {OTHER} (network key)",
    "names first": f"Hub ID and secret: {TEXT} {KEY}",
    "names first, a stroke": f"Hub-ID/Key: {TEXT}/{KEY}",
    "names first, capitals": f"ID KEY\n{TEXT} {KEY}",
    "names first, the key's too": f"Key, hub id: {KEY}, {TEXT}",
    "names above each other": f"Hub ID:\nSecret:\n{TEXT}\n{KEY}",
    "names in one line": f"HUB KEY\n{TEXT}\n{KEY}",
    "names and values with strokes": f"Hub / Key\n{TEXT} / {KEY}",
    "names with a plus": f"Hub ID + key:\n{TEXT}\n{KEY}",
    "names behind": f"{TEXT} hub\n{KEY} key",
    "names behind, one line": f"{TEXT} hub {KEY} key",
    "names behind, hyphens": f"{TEXT} - hub\n{KEY} - secret",
    "a name below": f"{TEXT}\n{KEY}\nKey",
    "a quoted comma in a table": f'Name,Hub ID,Key\n"a, b",{TEXT},{KEY}',
    "names below, the key's first": f"{KEY}\nKEY\n{TEXT}\nHUB ID",
    "names below, the hub's first": f"{TEXT}\nHub\n\n{KEY}\nPSK",
    "names behind arrows": f"{TEXT} \u2192 Hub ID\n{KEY} \u2192 Network key",
    "names behind strokes": f"{TEXT} / hub\n{KEY} / key",
    "sections": f"[hub]\nid={TEXT}\n[key]\nvalue={KEY}",
    "sections, the key's first": f"[key]\nvalue={KEY}\n\nHub ID: {TEXT}",
    "sections of a settings' file": f'[hub]\nid = "{TEXT}"\n[secret]\nvalue = "{KEY}"',
    "fields": json.dumps([{"name": "hubId", "value": TEXT}, {"name": "psk", "value": KEY}]),
    "fields, the value first": json.dumps(
        [{"value": KEY, "name": "psk"}, {"value": TEXT, "name": "id"}]
    ),
    "XML's fields": f'<p name="hubId" value="{TEXT}"/><p name="key" value="{KEY}"/>',
    "a table of a page": "<table><tr><th>Hub ID</th><th>Key</th></tr>"
    f"<tr><td>{TEXT}</td><td>{KEY}</td></tr></table>",
    "a table below a title": f"Delivery note 4711\n\nHub ID;Key\n{TEXT};{KEY}",
    "an address, the key's path first": f"spkey://key/{KEY}/hub/{TEXT}",
    "a table, the key first": f"Key;Hub\n{KEY};{TEXT}",
    "a key's picture": f"ID {TEXT}\n\U0001f511 {KEY}",
    "run together with their names": f"ID{TEXT}KEY{KEY}",
    "HTML": f"Hub&nbsp;ID:&nbsp;{TEXT}<br>Key:&nbsp;{KEY}",
    "JSON within HTML": f"{{'hubId':'{TEXT}','key':'{KEY}'}}".replace("'", "&quot;"),
    "leaders": f"Hub {TEXT}\nSecret . . . . . {KEY}",
}
RANKED = {
    "names behind": f"{TEXT} (hub)\n{OTHER} (site)",
    "names behind, the hub's last": f"{OTHER} (site)\n{TEXT} (hub)",
    "names behind in one line": f"{OTHER} = site, {TEXT} = hub",
    "a site's beside a hub's": json.dumps({"siteId": str(OTHER), "hubId": TEXT}),
    "an organisation's": f"orgId={OTHER}&id={TEXT}",
    "something else's": json.dumps({"thread": str(OTHER), "hubId": TEXT}),
    "an id before what has no name": f"id={TEXT}&x={OTHER}",
    "a checksum": f"Hub {TEXT}\nMD5 {KEY}",
    "nobody's": f"{TEXT} ffffffff-ffff-ffff-ffff-ffffffffffff",
}
NO_SECRETS = {
    "letters with dots": f"H.U.B. I.D. {HUB}",
    "a flat's letters": f"Flat K E {HUB}",
    "two short words": f"ON PE {HUB}",
    "a room's letter": f"Room P in {HUB}",
    "initials": f"P. W. Smith {HUB}",
    "letters with dots and gaps": f"H. U. B. I. D. {HUB}",
    "an id's name in pieces": f"HU-B I-D {HUB}",
    "two places": f"Stair C-le. Wing E-Y {HUB}",
    "the vendor's name": f"SpKey: {TEXT}",
    "the vendor's long name": f"SmartphoneKey Hub {TEXT}",
    "the vendor's scheme": f"spkey:{TEXT}",
    "a host": f"https://keys.example/h/{TEXT}",
    "prose": f"Bring the key for {TEXT}",
    "prose before it": f"The caretaker has the keys.\n\n{TEXT}",
    "a town": f"Hockey hall: {TEXT}",
    "a box": f"Key box no. 5 {TEXT}",
    "an office": f"Keys in office {TEXT}",
    "a note behind it": f"{TEXT} needs a visit",
    "another paragraph's": f"Private property. {TEXT}",
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", NAMES)
def test_what_is_called_a_secret_is_no_id_and_not_shown(name, form):
    for secret in SECRETS.values():
        with pytest.raises(parse.LabelProblem) as caught:
            parse.parse(form.format(name, secret))
        assert caught.value.kind == "nothing"
        assert_hidden(caught.value.read, secret)


@pytest.mark.parametrize("name", NAMES)
def test_the_id_beside_a_secret_is_the_hub(name):
    for secret in SECRETS.values():
        for form in FORMS[:4]:
            label = form.format(name, secret)
            for text in (
                f"Hub ID: {TEXT}\n{label}",
                f"{label}\nHub ID: {TEXT}",
                f"{TEXT}; {label}",
            ):
                assert parse.parse(text) == HUB
                assert_hidden(naming.hidden(text), secret)


@pytest.mark.parametrize("text", KEYS_ALONE.values(), ids=KEYS_ALONE)
def test_a_key_alone_is_no_hub_and_not_shown(text):
    with pytest.raises(parse.LabelProblem) as caught:
        parse.parse(text)
    assert caught.value.kind == "nothing"
    assert_hidden(parse.without_secrets(text), KEY)
    assert_hidden(parse.without_secrets(text), str(OTHER))


@pytest.mark.parametrize("text", LABELS.values(), ids=LABELS)
def test_a_label_with_a_secret_gives_the_hub_alone(text):
    assert parse.parse(text) == HUB
    assert_hidden(parse.without_secrets(text), KEY)


@pytest.mark.parametrize("text", RANKED.values(), ids=RANKED)
def test_what_the_label_calls_the_hubs_counts(text):
    assert parse.parse(text) == HUB


@pytest.mark.parametrize("text", NO_SECRETS.values(), ids=NO_SECRETS)
def test_words_that_only_sound_like_secrets_hide_no_id(text):
    assert parse.parse(text) == HUB
    assert parse.without_secrets(text) == text


@pytest.mark.parametrize("text", ["password: hunter2", "WIFI:S:x;T:WPA;P:hunter2;;", "PIN 4711"])
def test_a_secret_of_any_kind_is_not_shown(text):
    with pytest.raises(parse.LabelProblem) as caught:
        parse.parse(text)
    assert_hidden(caught.value.read, text.split()[-1])
    assert "hunter2" not in caught.value.read


@pytest.mark.parametrize("text", CARRIERS)
def test_what_a_code_of_others_carries_is_not_shown(text):
    with pytest.raises(parse.LabelProblem) as caught:
        parse.parse(text)
    assert caught.value.kind == "nothing"
    assert "HUNTER2" not in caught.value.read


@pytest.mark.parametrize("text", DOUBTFUL.values(), ids=DOUBTFUL)
def test_an_id_by_a_name_of_something_else_is_offered(text):
    with pytest.raises(parse.LabelProblem) as caught:
        parse.parse(text)
    assert (caught.value.kind, caught.value.ids) == ("several", (HUB,))
    for said in (
        label_wording.sentence(caught.value),
        label_wording.of_code_in_photo(caught.value),
    ):
        assert "another name" in said
        assert "different" not in said


@pytest.mark.parametrize("text", PLAIN.values(), ids=PLAIN)
def test_what_is_named_plainly_is_taken(text):
    assert parse.parse(text) == HUB


RAN_TOGETHER = [
    f"hub/{TEXT}hub/{OTHER}",
    f"spkey.example/h/{TEXT}spkey.example/h/{OTHER}",
    f"{TEXT}\\n{OTHER}",
    f"{TEXT}x{OTHER}",
]


@pytest.mark.parametrize("text", RAN_TOGETHER)
def test_of_two_that_ran_together_none_is_lost(text):
    with pytest.raises(parse.LabelProblem) as caught:
        parse.parse(text)
    assert caught.value.ids == (HUB, OTHER)


def test_two_ids_that_the_label_does_not_tell_apart_are_both_told():
    with pytest.raises(parse.LabelProblem) as caught:
        parse.parse(json.dumps({"left": TEXT, "right": str(OTHER)}))
    assert caught.value.kind == "several"
    assert caught.value.ids == (HUB, OTHER)


def assert_hidden(shown: str, secret: str) -> None:
    """No piece of it is to be seen."""
    assert not any(piece in shown for piece in secret.replace("-", " ").split())
