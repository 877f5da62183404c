// Written by the portal for this version of it. What it does: js/offline-worker.js.
"use strict";
{% autoescape off %}
globalThis.KEPT = {{ kept }};

importScripts(...{{ scripts }});
{% endautoescape %}
