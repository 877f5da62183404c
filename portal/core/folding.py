"""How texts that people type are compared: without accents, capitals and the final sigma.

Compared here, or kept folded: a database does not know which letters beyond ASCII are the same.
"""

import unicodedata


def folded(text: str) -> str:
    """Return the text as it is compared: "Στοά  Ερμού" and its capitals are "στοα ερμου"."""
    if text.isascii():
        return " ".join(text.lower().split())
    spread = unicodedata.normalize("NFKD", text)
    letters = "".join(sign for sign in spread if not unicodedata.combining(sign))
    return " ".join(letters.casefold().split())


def has_words(text: str, *within: str) -> bool:
    """Say whether each word of the text is somewhere within the others."""
    whole = folded("\n".join(within))
    return all(word in whole for word in folded(text).split())
