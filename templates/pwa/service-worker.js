// Written by the portal for this version of it. What it does: js/pwa/service-worker.js.
"use strict";
{% autoescape off %}
globalThis.PRECACHE = {{ precache }};

importScripts({{ worker }});
{% endautoescape %}
