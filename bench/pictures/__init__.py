"""Pictures of hub labels as a tablet's camera takes them, drawn by a seed.

`conditions.py` names what may be the matter with a label or its picture; a picture is a print
(`prints.py`, worn by `wear.py`) held before a lens (`lens.py`) in some light (`light.py`), and
recorded as a photo or as the frames of a film (`sensor.py`). Everything is in grey.
"""
