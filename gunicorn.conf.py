"""Read by gunicorn wherever it is started in this folder."""

# Whether a proxy is to be believed, PORTAL_TRUSTED_PROXIES says, and Django does it. gunicorn by
# itself would believe whoever comes from this machine.
forwarded_allow_ips = ""
