"""The numbers of an action's life; how long SpKey is left alone is in `gateway/pacing.py`.

Times are in seconds unless named otherwise.
"""

from datetime import timedelta
from typing import Final

# How many actions may be at SpKey at a time.
AT_ONCE: Final = 16

MAX_AGE: Final = timedelta(hours=24)
MAX_SENDS: Final = 8

# Longer than a send may take.
LONGEST_SEND: Final = timedelta(seconds=35)
# While something else is being sent to the hub, or a clock that was put back is made up for.
HELD_WAIT: Final = 3.0
