"""What people are asked to say in a sentence of their own."""

from typing import Final

from django.core.validators import MinLengthValidator
from django.utils.translation import gettext_lazy as _

LEAST: Final = 10
in_a_few_words: Final = MinLengthValidator(LEAST, _("Say it in a few more words."))
